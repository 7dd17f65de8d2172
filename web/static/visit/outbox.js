// outbox.js: sends rows and events to the server. It numbers them and gathers them into batches,
// which are numbered, too. It keeps each batch on the shelf until the server says that the batch is
// on disk, and sends it again after a break or a reload. The server stores a batch that arrives
// twice once, and it sees from the numbers what is missing.

const gather = 1000; // ms to gather rows for a batch
const fullBatch = 100; // rows; the server takes 200
const window = 8; // batches that may wait for an acknowledgement at once; the server queues 32
const firstWait = 3000; // ms to wait for an acknowledgement before sending again
const longestWait = 30_000;
const unusable = 422; // HTTP status that would refuse the same batch
const mostRows = 200_000; // most rows to keep: without a network that is half an hour; after that, new rows are dropped and counted

const name = ({ page, batch }) => `${page}/${batch}`;

export class Outbox {
  #send;
  #shelf;
  #page;
  #clock;
  #about; // () => the attempt; 0 while it is unknown
  #waiting; // () => rows that are not complete yet
  #drafts = []; // the drafts of the next batches that are on the shelf
  #rows = [];
  #events = [];
  #given = 0; // the last row number that was given
  #dropped = 0;
  #batch = 0; // the number of the last batch
  #ends = false; // whether the next batch is the last
  #closed = false; // whether the last batch has been made
  #batches = new Map(); // name to batch, in the order of sending
  #kept = 0; // number of rows and events in #batches
  #asked = new Set(); // names of batches that wait for an acknowledgement
  #sealing = 0;
  #timer = 0;
  #wait = firstWait;
  #drained = [];

  // send sends a batch to the server and returns false if it cannot. clock has zero and
  // uncertainty. about() returns the attempt, or 0 while it is unknown. waiting() returns rows for
  // the inputs that are not complete yet, as they would be if the page ended now.
  constructor(send, shelf, page, clock, about, waiting = () => []) {
    this.#waiting = waiting;
    this.#send = send;
    this.#shelf = shelf;
    this.#page = page;
    this.#clock = clock;
    this.#about = about;
    this.ready = shelf.all().then((left) => this.#take(left));
  }

  // add takes a row. Its times are on the page's clock.
  add(row) { this.#number(this.#rows, row); }

  // tell takes an event. at is milliseconds on the page's clock.
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

  // seal makes a batch of the gathered rows and events, as soon as the clocks are joined. The last
  // batch of a page may be empty: it says how many numbers were given.
  seal(last = false) {
    clearTimeout(this.#sealing);
    this.#sealing = 0;
    this.#ends ||= last;
    const attempt = this.#about();
    if (!this.#unsealed()) return;
    if (!attempt || !this.#clock.joined) {
      this.#sealing = setTimeout(() => this.seal(), gather);
      return;
    }
    last = this.#closed = this.#ends;
    const batch = {
      attempt, page: this.#page, batch: ++this.#batch, zero: this.#clock.zero, uncertainty: this.#clock.uncertainty,
      given: this.#given, dropped: this.#dropped, last,
      rows: this.#rows.splice(0), events: this.#events.splice(0),
    };
    this.#put(batch);
    this.#secure([batch]);
    this.push();
  }

  // unsealed reports whether there is something for a batch.
  #unsealed() {
    return this.#rows.length + this.#events.length > 0 || (this.#ends && !this.#closed && this.#given > 0);
  }

  // secure keeps drafts of the next batches on the shelf: what this page could not send if it ended
  // now. The batches replace their drafts later. Call it several times a second.
  secure() { this.#secure([]); }

  // #secure keeps new batches and the drafts of the following ones on the shelf, in one
  // transaction. In two, a crash between them could lose rows that are in neither.
  #secure(batches) {
    const drafts = this.#next();
    const text = JSON.stringify(drafts.map(({ zero, uncertainty, ...rest }) => rest));
    if (batches.length === 0 && text === JSON.stringify(this.#drafts.map(({ zero, uncertainty, ...rest }) => rest))) return;
    const last = this.#batch + drafts.length;
    const stale = this.#drafts.filter((d) => d.batch > last);
    this.#drafts = drafts;
    this.#shelf.change([...batches, ...drafts], stale);
  }

  // next returns drafts of the next batches: of rows that are complete and rows that are not.
  // Without Web Locks it returns none, because other pages could not tell that this page is open,
  // and would send its drafts.
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

  // push sends the next batches, at most window at a time.
  push() {
    clearTimeout(this.#timer);
    for (const [key, batch] of this.#batches) {
      if (this.#asked.size >= window) break;
      if (this.#asked.has(key)) continue;
      if (!this.#send(batch)) return; // when the connection is back, reopened sends it
      this.#asked.add(key);
    }
    if (this.#batches.size === 0 && !this.#unsealed()) this.#drained.splice(0).forEach((resolve) => resolve());
    if (this.#asked.size > 0) this.#timer = setTimeout(() => this.#again(), this.#wait);
  }

  // reopened sends every batch again that has no acknowledgement yet, after a new connection.
  reopened() {
    this.#asked.clear();
    this.seal();
    this.push();
  }

  // stored removes a batch that is on the server's disk.
  stored(which) {
    if (this.#forget(which)) this.#shelf.drop(which);
    this.push();
  }

  // refused handles a batch that the server refused. This page does not send it again. It stays on
  // the shelf, and deliver.js will try it again.
  refused(which) {
    if (this.#forget(which)) this.#shelf.refuse([undefined, which.page, which.batch], unusable);
    this.push();
  }

  // forget removes a batch from those to be sent, and reports whether it was there.
  #forget(which) {
    this.#wait = firstWait;
    const key = name(which);
    this.#asked.delete(key);
    const batch = this.#batches.get(key);
    if (!batch) return false;
    this.#kept -= batch.rows.length + batch.events.length;
    return this.#batches.delete(key);
  }

  // drain makes the last batch. It resolves when everything is on disk, or after limit
  // milliseconds.
  async drain(limit) {
    await this.ready;
    this.seal(true);
    if (this.#batches.size === 0 && !this.#unsealed()) return;
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

  // take puts the batches that earlier pages left before this page's own.
  #take(left) {
    const own = [...this.#batches.values()];
    this.#batches.clear();
    this.#kept = 0;
    for (const b of [...left.filter((b) => b.page !== this.#page), ...own]) this.#put(b);
    this.push();
  }
}
