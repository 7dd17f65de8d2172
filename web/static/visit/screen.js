// screen.js: shows the desktop's screen with noVNC in its box, and connects again when the
// connection breaks.

import RFB from "../novnc/core/rfb.js";
import { address, STRANGER, SUPERSEDED } from "./line.js";
import { watch } from "./probe.js";
import { say } from "../words.js";

const grace = 1000; // ms to wait for the word that the desktop has closed, before a broken connection counts as lost
const firstWait = 200; // ms of the first pause after that; doubles with each try
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

  // path is the path of the screen's websocket with its query. hear has meter(conn), which returns
  // the Meter of a new connection; drawn(conn); broken(at) with the time of the break;
  // sentAway(code); and perhaps copied(text).
  constructor(box, path, hear) {
    this.#box = box;
    this.#path = path;
    this.#hear = hear;
  }

  // want connects, and connects again whenever the connection breaks. Calling it again changes
  // nothing.
  want() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  // rest stops connecting again, and leaves the last picture on the screen: the desktop is about to
  // close, so the end of its connection is no break. want undoes it.
  rest() {
    this.#wanted = false;
    clearTimeout(this.#timer);
  }

  // close disconnects for good.
  close() {
    this.rest();
    this.#rfb?.disconnect();
  }

  // press presses or releases a key in the desktop. The participant did not press it, so it is not
  // measured.
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

  // dress makes the canvas reachable by Tab and gives it a name. When the canvas loses the focus,
  // it sends a blur event to the window, because noVNC then releases all keys; otherwise a pressed
  // key would stay down in the desktop.
  #dress() {
    const canvas = this.#box.querySelector("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", say("The desktop. Press Control, Alt and Shift together to leave it."));
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
