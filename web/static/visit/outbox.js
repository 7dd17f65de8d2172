// outbox.js: rows on their way to the server. They are gathered into batches, kept in
// sessionStorage until the server says that they are on disk, and sent again after a break
// or a reload; rows that arrive twice are stored once.
//
// A row's number is the microsecond of the attempt in which its input happened, on the
// server's clock, and always larger than the number before it in this tab. That needs no
// memory that a reload or a second tab could lose, and says by itself what came first.

const prefix = "vmstudy.batch.";
const gather = 1000; // ms
const fullBatch = 100; // rows; the server takes 200
const firstWait = 3000; // ms for an acknowledgement
const longestWait = 30_000;
const mostBatches = 2000; // in store: beyond it something is wrong for good, and new ones are dropped

export class Outbox {
  #send;
  #rows = [];
  #attempt = 0;
  #uncertainty = 0;
  #sealing = 0;
  #batches = new Map(); // by number, in order
  #next = 1;
  #last = 0; // row number
  #sent = 0; // the batch whose acknowledgement is awaited
  #timer = 0;
  #wait = firstWait;
  #drained = [];

  // send says a message to the server and returns false if it cannot.
  constructor(send) {
    this.#send = send;
    const numbers = Object.keys(sessionStorage).filter((k) => k.startsWith(prefix)).map((k) => Number(k.slice(prefix.length)));
    for (const n of numbers.sort((a, b) => a - b)) {
      this.#batches.set(n, JSON.parse(sessionStorage.getItem(prefix + n)));
      this.#next = n + 1;
    }
  }

  // add takes a row of an attempt that was asked for at the given microsecond. row.at is on
  // the server's clock.
  add(row, attempt, asked, uncertainty) {
    if (attempt !== this.#attempt) this.seal();
    this.#attempt = attempt;
    this.#uncertainty = uncertainty;
    this.#last = Math.max(this.#last + 1, Math.floor(row.at - asked), 1);
    this.#rows.push({ number: this.#last, ...row });
    if (this.#rows.length >= fullBatch) this.seal();
    else this.#sealing ||= setTimeout(() => this.seal(), gather);
  }

  // seal makes a batch of what has been gathered, and sends it if nothing is before it.
  seal() {
    clearTimeout(this.#sealing);
    this.#sealing = 0;
    if (this.#rows.length > 0 && this.#batches.size < mostBatches) {
      const n = this.#next++;
      const batch = { type: "batch", batch: n, attempt: this.#attempt, uncertainty: this.#uncertainty, rows: this.#rows };
      this.#batches.set(n, batch);
      keep(n, batch);
    }
    this.#rows = [];
    if (this.#sent === 0) this.push();
  }

  // push sends the oldest batch, again if need be.
  push() {
    clearTimeout(this.#timer);
    const [first] = this.#batches;
    this.#sent = 0;
    if (!first) return this.#drained.splice(0).forEach((resolve) => resolve());
    if (!this.#send(first[1])) return; // again when the line is open
    this.#sent = first[0];
    this.#timer = setTimeout(() => {
      this.#wait = Math.min(2 * this.#wait, longestWait);
      this.push();
    }, this.#wait);
  }

  // acknowledged drops a batch that is on disk.
  acknowledged(n) {
    this.#wait = firstWait;
    this.#drop(n);
    this.push();
  }

  // refused drops the batch that was sent last: the server called it nonsense.
  refused() {
    if (this.#sent !== 0) this.#drop(this.#sent);
    this.#sent = 0;
  }

  // drain resolves when everything is on disk, or after limit milliseconds.
  drain(limit) {
    this.seal();
    if (this.#batches.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      setTimeout(resolve, limit);
    });
  }

  #drop(n) {
    this.#batches.delete(n);
    sessionStorage.removeItem(prefix + n);
  }
}

function keep(n, batch) {
  try {
    sessionStorage.setItem(prefix + n, JSON.stringify(batch));
  } catch { /* the storage is full: the batch lives as long as the page */ }
}
