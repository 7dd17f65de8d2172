// clock.js: finds out how this page's clock (performance.now, event.timeStamp) relates to the
// server's, by exchanging four time stamps, as clock.go explains. Of the exchanges of the last two
// minutes the one with the shortest round trip counts. If an exchange contradicts the newest one, a
// clock has jumped: this computer has slept, or the page has connected again and the server's clock
// was set meanwhile. Then the older exchange is dropped. All times here are microseconds.

const burst = 5; // number of exchanges right after connecting
const every = 5000; // ms between later ones
const drift = 100e-6; // the most that two clocks drift apart, as a fraction of the time
const memory = 120e6; // µs for which an exchange counts: typical clocks drift apart by 20 µs a second

export class Clock {
  #samples = [];
  #ask;
  #left = 0;
  #timer = 0;

  // The constructor takes ask, which sends {type: "clock", t0} to the server.
  constructor(ask) { this.#ask = ask; }

  // begin starts exchanging. Call it each time the connection to the server opens.
  begin() {
    this.#left = burst;
    this.#send();
  }

  // answer handles the server's answer.
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

  // uncertainty is the largest possible error of zero.
  get uncertainty() { return Math.max(this.#best.trip, 0) / 2; }

  // zero is the server's time at which this page's clock was zero.
  get zero() { return this.#best.offset; }

  #send() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), every);
    this.#ask({ type: "clock", t0: performance.now() * 1000 });
  }
}

// agree reports whether two exchanges can both be right. The offset of each is wrong by at most
// half its round trip.
function agree(a, b) {
  const apart = Math.abs(a.offset - b.offset);
  return apart <= (Math.max(a.trip, 0) + Math.max(b.trip, 0)) / 2 + drift * (b.at - a.at) + 1000;
}
