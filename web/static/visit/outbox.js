// outbox.js: rows and events on their way to the server. They are numbered, gathered into
// batches, which are numbered too, and kept on the shelf until the server says that they are
// on disk; after a break or a reload they are sent again. What arrives twice is stored once,
// and since nothing is numbered with a gap, the server knows what is missing.

const gather = 1000; // ms
const fullBatch = 100; // rows; the server takes 200
const window = 8; // batches that may wait for their answer at once; the server queues 32
const firstWait = 3000; // ms for an acknowledgement
const longestWait = 30_000;
const unusable = 422; // what the server answers to such a batch where it comes by HTTP
const mostRows = 200_000; // in store: beyond half an hour without a network new ones are dropped, and counted

const name = ({ page, batch }) => `${page}/${batch}`;

export class Outbox {
  #send;
  #shelf;
  #page;
  #clock;
  #about; // {attempt}
  #waiting; // () => rows that are not complete yet
  #drafts = []; // what lies on the shelf for the case that the page ends now
  #rows = [];
  #events = [];
  #given = 0; // the last number
  #dropped = 0;
  #batch = 0; // the last batch's number
  #closed = false; // the last batch says that it is the last
  #batches = new Map(); // by name, in the order in which they are sent
  #kept = 0; // rows in them
  #asked = new Set(); // names of those that wait for their answer
  #sealing = 0;
  #timer = 0;
  #wait = firstWait;
  #drained = [];

  // send says a batch to the server and returns false if it cannot. clock has zero and
  // uncertainty; about() returns the attempt, 0 for not known yet; waiting() the rows of inputs
  // that are not complete yet, as they would be if the page ended now.
  constructor(send, shelf, page, clock, about, waiting = () => []) {
    this.#waiting = waiting;
    this.#send = send;
    this.#shelf = shelf;
    this.#page = page;
    this.#clock = clock;
    this.#about = about;
    this.ready = shelf.all().then((left) => this.#take(left));
  }

  // add takes a row; its times are on the page's clock.
  add(row) { this.#number(this.#rows, row); }

  // tell takes an event.
  tell(kind, at, detail = "") { this.#number(this.#events, { kind, at: at * 1000, detail: detail.slice(0, 300) }); }

  #number(list, what) {
    const number = ++this.#given;
    if (this.#kept + this.#rows.length + this.#events.length >= mostRows) {
      this.#dropped++;
      return;
    }
    list.push({ number, ...what });
    if (this.#rows.length + this.#events.length >= fullBatch) this.seal();
    else this.#sealing ||= setTimeout(() => this.seal(), gather);
  }

  // seal makes a batch of what has been gathered, as soon as the clocks are joined. The last
  // one may be empty: it says how many numbers were given.
  seal(last = false) {
    clearTimeout(this.#sealing);
    this.#sealing = 0;
    const count = this.#rows.length + this.#events.length;
    const attempt = this.#about();
    if (count === 0 && (!last || this.#closed || this.#given === 0)) return;
    if (!attempt || !this.#clock.joined) {
      this.#sealing = setTimeout(() => this.seal(), gather);
      return;
    }
    this.#closed = last;
    const batch = {
      attempt, page: this.#page, batch: ++this.#batch, zero: this.#clock.zero, uncertainty: this.#clock.uncertainty,
      given: this.#given, dropped: this.#dropped, last,
      rows: this.#rows.splice(0), events: this.#events.splice(0),
    };
    this.#put(batch);
    this.#secure([batch]);
    this.push();
  }

  // secure keeps on the shelf, under the numbers of the next batches, what this page could not send if it
  // ended now. The batches themselves take their places later. It is to be called several times a second.
  secure() { this.#secure([]); }

  // #secure keeps new batches together with the drafts of what follows them: in one step, since a crash
  // between two would lose what is in neither.
  #secure(batches) {
    const drafts = this.#next();
    const text = JSON.stringify(drafts.map(({ zero, uncertainty, ...rest }) => rest));
    if (batches.length === 0 && text === JSON.stringify(this.#drafts.map(({ zero, uncertainty, ...rest }) => rest))) return;
    const last = this.#batch + drafts.length;
    const stale = this.#drafts.filter((d) => d.batch > last);
    this.#drafts = drafts;
    this.#shelf.change([...batches, ...drafts], stale);
  }

  // next returns the next batches as they would be now: the rows that are complete and those that wait.
  // There are none where other pages cannot tell that this one is open: they would hand its drafts in.
  #next() {
    const attempt = this.#about();
    if (!attempt || !this.#clock.joined || !navigator.locks) return [];
    const rows = [...this.#rows, ...this.#waiting().map((row, i) => ({ number: this.#given + 1 + i, ...row }))];
    const given = this.#given + rows.length - this.#rows.length;
    const drafts = [];
    for (let from = 0; from < rows.length || (from === 0 && this.#events.length > 0); from += fullBatch) {
      drafts.push({
        attempt, page: this.#page, batch: this.#batch + 1 + drafts.length, zero: this.#clock.zero, uncertainty: this.#clock.uncertainty,
        given, dropped: this.#dropped, last: false, rows: rows.slice(from, from + fullBatch), events: from === 0 ? [...this.#events] : [],
        draft: true,
      });
    }
    return drafts;
  }

  // push sends what is waiting, as far as the window is open.
  push() {
    clearTimeout(this.#timer);
    for (const [key, batch] of this.#batches) {
      if (this.#asked.size >= window) break;
      if (this.#asked.has(key)) continue;
      if (!this.#send(batch)) return; // again when the line is open
      this.#asked.add(key);
    }
    if (this.#batches.size === 0) this.#drained.splice(0).forEach((resolve) => resolve());
    if (this.#asked.size > 0) this.#timer = setTimeout(() => this.#again(), this.#wait);
  }

  // reopened sends everything again that waits for its answer: the line is a new one.
  reopened() {
    this.#asked.clear();
    this.seal();
    this.push();
  }

  // stored drops a batch that is on the server's disk.
  stored(which) {
    if (this.#forget(which)) this.#shelf.drop(which);
    this.push();
  }

  // refused sets a batch aside that the server did not take. This page does not send it again; it
  // stays on the shelf, from which deliver.js tries it again.
  refused(which) {
    if (this.#forget(which)) this.#shelf.refuse([undefined, which.page, which.batch], unusable);
    this.push();
  }

  // forget takes a batch out of what is to be sent, and reports whether it was there.
  #forget(which) {
    this.#wait = firstWait;
    const key = name(which);
    this.#asked.delete(key);
    const batch = this.#batches.get(key);
    if (!batch) return false;
    this.#kept -= batch.rows.length + batch.events.length;
    return this.#batches.delete(key);
  }

  // drain seals the last batch and resolves when everything is on disk, or after limit
  // milliseconds.
  async drain(limit) {
    await this.ready;
    this.seal(true);
    if (this.#batches.size === 0) return;
    await new Promise((resolve) => {
      this.#drained.push(resolve);
      setTimeout(resolve, limit);
    });
  }

  #again() {
    this.#wait = Math.min(2 * this.#wait, longestWait);
    this.#asked.clear();
    this.push();
  }

  #put(batch) {
    this.#batches.set(name(batch), batch);
    this.#kept += batch.rows.length + batch.events.length;
  }

  // take puts what earlier pages left before what this page has.
  #take(left) {
    const own = [...this.#batches.values()];
    this.#batches.clear();
    this.#kept = 0;
    for (const b of [...left.filter((b) => b.page !== this.#page), ...own]) this.#put(b);
    this.push();
  }
}
