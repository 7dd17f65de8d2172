// clock.js: joins this page's clock (performance.now, event.timeStamp) to the server's, by
// exchanges of four time stamps, as clock.go explains. Of the exchanges of the last two
// minutes the one with the shortest round trip counts. Two exchanges that cannot both be true mean
// that one of the clocks has jumped: this computer has slept, or the line is another one, begun after
// the server's clock was set. Then what is older than the newest counts no more. All times here are
// microseconds.

const burst = 5; // exchanges when the line opens
const every = 5000; // ms between later ones
const drift = 100e-6; // by which two clocks may part, a microsecond
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
    const newest = { at: t3, trip, offset: ((t1 - t0) + (t2 - t3)) / 2 };
    const fresh = this.#samples.filter((s) => s.at > t3 - memory && agree(s, newest));
    this.#samples = [...fresh, newest];
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

// agree reports whether two exchanges can both be true. Each offset is wrong by at most half its trip.
function agree(a, b) {
  const apart = Math.abs(a.offset - b.offset);
  return apart <= (Math.max(a.trip, 0) + Math.max(b.trip, 0)) / 2 + drift * (b.at - a.at) + 1000;
}
