// player.js: shows a reel in noVNC: plays it at a speed, and jumps about in it. A chunk depends
// on nothing before it, so a jump is: make the screen the chunk's size, and show what of the
// chunk has come by then.

import RFB from "../novnc/core/rfb.js";
import { Tape } from "./tape.js";

export class Player {
  #reel;
  #duration;
  #tell;
  #tape = new Tape();
  #size = "";
  #chunk = -1; // whose messages are on the screen, up to #next
  #messages = [];
  #next = 0;
  #time = 0;
  #speed = 1;
  #playing = false;
  #last = 0; // of the animation frame before
  #busy = Promise.resolve(); // jumps, one after the other
  #wanted = null; // where the next jump goes

  // tell(time, playing) hears of every change.
  constructor(box, reel, duration, tell) {
    this.#reel = reel;
    this.#duration = duration;
    this.#tell = tell;
    const first = reel.chunk(0);
    const rfb = new RFB(box, this.#tape);
    rfb.viewOnly = true;
    rfb.scaleViewport = true;
    rfb.background = "transparent";
    this.rfb = rfb;
    // noVNC attaches itself to the connection once the page is idle.
    this.ready = new Promise((resolve) => rfb.addEventListener("connect", resolve, { once: true }));
    const wait = setInterval(() => {
      if (!this.#tape.onmessage) return;
      clearInterval(wait);
      this.#size = `${first.Width}x${first.Height}`;
      this.#tape.greet(first.Width, first.Height);
    }, 10);
  }

  get time() { return this.#time; }
  get playing() { return this.#playing; }
  set speed(x) { this.#speed = x; }

  play(on = true) {
    if (on === this.#playing) return;
    this.#playing = on;
    this.#last = 0;
    if (on) {
      if (this.#time >= this.#duration) this.seek(0);
      requestAnimationFrame((now) => this.#frame(now));
    }
    this.#tell(this.#time, on);
  }

  // seek shows the screen as it was at time t. Of several wishes at once the last counts.
  seek(t) {
    this.#time = Math.min(Math.max(0, t), this.#duration);
    this.#tell(this.#time, this.#playing);
    const pending = this.#wanted !== null;
    this.#wanted = this.#time;
    if (!pending) this.#busy = this.#busy.then(() => this.#jump());
    return this.#busy;
  }

  async #jump() {
    await this.ready;
    const t = this.#wanted;
    this.#wanted = null;
    const n = this.#reel.find(t);
    if (n !== this.#chunk || this.#next === 0 || this.#messages[this.#next - 1]?.at > t) {
      const messages = await this.#reel.load(n);
      if (this.#wanted !== null) return this.#jump();
      this.#begin(n, messages);
    }
    this.#show(t);
  }

  #begin(n, messages) {
    const { Width, Height } = this.#reel.chunk(n);
    const size = `${Width}x${Height}`;
    if (size !== this.#size) this.#tape.resize(Width, Height);
    this.#size = size;
    this.#chunk = n;
    this.#messages = messages;
    this.#next = 0;
  }

  // show brings what has come by time t, and the first picture in any case.
  #show(t) {
    while (this.#next < this.#messages.length && (this.#next === 0 || this.#messages[this.#next].at <= t)) {
      this.#tape.feed(this.#messages[this.#next++].bytes);
    }
  }

  async #frame(now) {
    if (!this.#playing) return;
    const passed = this.#last ? Math.min(now - this.#last, 250) : 0;
    this.#last = now;
    this.#time = Math.min(this.#time + passed * this.#speed, this.#duration);
    const n = this.#reel.find(this.#time);
    if (n + 1 < this.#reel.length) this.#reel.load(n + 1).catch(() => {}); // it will be needed soon
    if (n === this.#chunk && this.#wanted === null) this.#show(this.#time);
    else await this.seek(this.#time).catch(() => {});
    if (this.#time >= this.#duration) this.#playing = false;
    this.#tell(this.#time, this.#playing);
    if (this.#playing) requestAnimationFrame((next) => this.#frame(next));
  }
}
