// player.js: plays a replay in noVNC, at any speed, and jumps to any time. A chunk does not depend
// on the chunks before it. So a jump gives the screen the size of the chunk, and then shows the
// chunk's messages up to the time.

import RFB from "../novnc/core/rfb.js";
import { Tape } from "./tape.js";

export class Player {
  #reel;
  #duration;
  #tell;
  #tape = new Tape();
  #size = "";
  #chunk = -1; // the chunk on the screen; its messages up to #next have been shown
  #messages = [];
  #next = 0;
  #time = 0;
  #speed = 1;
  #playing = false;
  #last = 0; // the time of the last animation frame
  #busy = Promise.resolve(); // the running jump; jumps run one after the other
  #wanted = null; // the target of the next jump

  // The constructor calls tell(time, playing) at every change.
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
    // noVNC sets the handlers of its connection when the page is idle.
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

  // seek shows the screen at time t. If it is called again before it is done, the last call counts.
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

  // show shows the messages up to time t, and in any case the first one.
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
    if (n + 1 < this.#reel.length) this.#reel.load(n + 1).catch(() => {}); // load the next chunk before it is needed
    if (n === this.#chunk && this.#wanted === null) this.#show(this.#time);
    else await this.seek(this.#time).catch(() => {});
    if (this.#time >= this.#duration) this.#playing = false;
    this.#tell(this.#time, this.#playing);
    if (this.#playing) requestAnimationFrame((next) => this.#frame(next));
  }
}
