// clock.js: joins this page's clock (performance.now, event.timeStamp) to the server's, by
// exchanges of four time stamps, as clock.go explains. Of the exchanges of the last two
// minutes the one with the shortest round trip counts. All times here are microseconds.

const burst = 5; // exchanges when the line opens
const every = 5000; // ms between later ones
const memory = 120e6; // µs for which an exchange counts: clocks drift by some 20 µs a second

export class Clock {
  #samples = [];
  #ask;
  #left = 0;
  #timer = 0;

  // ask sends {type: "clock", t0}.
  constructor(ask) { this.#ask = ask; }

  // begin starts exchanging; it is to be called each time the line opens.
  begin() {
    this.#left = burst;
    this.#send();
  }

  // answer takes the server's answer.
  answer({ t0, t1, t2 }) {
    const t3 = performance.now() * 1000;
    const trip = (t3 - t0) - (t2 - t1);
    const fresh = this.#samples.filter((s) => s.at > t3 - memory);
    this.#samples = [...fresh, { at: t3, trip, offset: ((t1 - t0) + (t2 - t3)) / 2 }];
    if (--this.#left > 0) this.#send();
  }

  get joined() { return this.#samples.length > 0; }

  get #best() { return this.#samples.reduce((a, b) => (b.trip < a.trip ? b : a)); }

  // uncertainty bounds the error of zero.
  get uncertainty() { return Math.max(this.#best.trip, 0) / 2; }

  // zero is when, on the server's clock, this page's clock was zero.
  get zero() { return this.#best.offset; }

  #send() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), every);
    this.#ask({ type: "clock", t0: performance.now() * 1000 });
  }
}
