// screen.js: the desktop's screen, shown by noVNC at the size of its box, and connected again
// when its connection breaks.

import RFB from "../novnc/core/rfb.js";
import { address, STRANGER, SUPERSEDED } from "./line.js";
import { watch } from "./probe.js";

const grace = 300; // ms in which the line may say that there is no screen any more
const firstWait = 200; // ms after that
const longestWait = 5000;

export class Screen {
  #box;
  #path;
  #hear;
  #rfb = null;
  #conn = 0;
  #wait = firstWait;
  #timer = 0;
  #wanted = false;

  // path is that of the screen's line with its query. hear has meter(conn), which returns the
  // Meter of a new connection, drawn(conn), broken(at), at the time at which it broke,
  // sentAway(code), and perhaps copied(text).
  constructor(box, path, hear) {
    this.#box = box;
    this.#path = path;
    this.#hear = hear;
  }

  // want makes the screen connect, and stay connected; asked again it changes nothing.
  want() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  // rest leaves the picture that is there, and does not connect again: the screen is about to go,
  // which is no break. want ends it.
  rest() {
    this.#wanted = false;
    clearTimeout(this.#timer);
  }

  // close disconnects for good.
  close() {
    this.rest();
    this.#rfb?.disconnect();
  }

  // press presses a key, or lets go of it, that nobody pressed: it is measured by nobody.
  press(keysym, down) { this.#rfb?.sendKey(keysym, null, down); }

  focus() { this.#rfb?.focus({ preventScroll: true }); }

  #open() {
    const conn = ++this.#conn;
    const socket = new WebSocket(address(`${this.#path}&conn=${conn}`));
    socket.addEventListener("close", (event) => {
      if (![SUPERSEDED, STRANGER].includes(event.code)) return;
      this.#wanted = false;
      this.#hear.sentAway(event.code);
    });
    const rfb = new RFB(this.#box, socket, { shared: true });
    rfb.scaleViewport = true;
    rfb.background = "transparent";
    this.#rfb = rfb;
    this.#dress();
    watch(rfb, this.#hear.meter(conn), () => {
      this.#wait = firstWait;
      this.#hear.drawn(conn);
    });
    rfb.addEventListener("disconnect", () => this.#again());
    rfb.addEventListener("clipboard", (event) => this.#hear.copied?.(event.detail.text));
  }

  // dress makes the canvas a citizen of the page: to be reached by Tab, and named. A key that
  // is down when the keyboard goes elsewhere would stay down in the desktop; noVNC lets go of
  // all keys when the window loses focus, so it is told that.
  #dress() {
    const canvas = this.#box.querySelector("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", "The desktop. Press Control, Alt and Shift together to leave it.");
    canvas.addEventListener("blur", () => window.dispatchEvent(new Event("blur")));
  }

  #again() {
    this.#rfb = null;
    const at = performance.now();
    if (!this.#wanted) return;
    this.#timer = setTimeout(() => {
      this.#hear.broken(at);
      this.#timer = setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, longestWait);
    }, grace);
  }
}
