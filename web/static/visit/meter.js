// meter.js: from inputs, updates and the server's answers to rows of measurement. It knows
// no browser and no clock: times are arguments, milliseconds on the page's clock.
//
// An input is answered by the update that the server names: the first one that its machine
// began to send after the input had reached it. The input's row is complete once that update
// (or, should it show nothing, the next that does) is in a frame. One Meter serves one
// connection of the screen, because the counts begin anew with each.

const patience = 10_000; // ms after which an input counts as not answered

export class Meter {
  #emit;
  #waiting = new Map(); // inputs by their number
  #updates = []; // {k, arrived, drawn} that may yet answer one that waits
  #blind = false;

  // emit takes {kind, at, sent, arrived, drawn, machine, bytes, area}: sent, arrived and
  // drawn are times like at, 0 for never; machine is microseconds.
  constructor(emit) { this.#emit = emit; }

  // idle reports whether no input waits.
  get idle() { return this.#waiting.size === 0; }

  // input notes the input with number n. It takes the place of what the same event sent
  // before: noVNC may precede a key with a Caps Lock to set the machine's right.
  input(n, kind, at, sent, event) {
    if (this.#blind) return;
    for (const [m, w] of this.#waiting) if (w.event === event) this.#waiting.delete(m);
    this.#waiting.set(n, { kind, at, sent, event, answer: null });
  }

  // arrived notes that update k has been received whole.
  arrived(k, at) {
    if (!this.idle) this.#updates.push({ k, arrived: at, drawn: 0 });
  }

  // drawn notes that all updates up to k are in the frame of the given time.
  drawn(k, at) {
    for (const u of this.#updates) if (u.k <= k && u.drawn === 0) u.drawn = at;
    this.#settle();
  }

  // answer takes the server's word on which update answered which inputs.
  answer({ update, bytes, area, inputs }) {
    for (const { n, machine } of inputs) {
      const w = this.#waiting.get(n);
      if (w) w.answer = { k: update, machine, bytes, area };
    }
    this.#settle();
  }

  // forget drops what waits: the server has lost answers, so silence means nothing. With
  // blind, nothing is measured any more.
  forget(blind) {
    this.#waiting.clear();
    this.#updates = [];
    this.#blind ||= blind;
  }

  // expire gives up waiting for what has waited too long, or with all for everything.
  expire(now, all = false) {
    for (const [n, w] of this.#waiting) {
      if (all || now - w.at > patience) this.#finish(n, w, 0);
    }
    this.#prune();
  }

  #settle() {
    for (const [n, w] of this.#waiting) {
      const shown = w.answer && this.#updates.find((u) => u.k >= w.answer.k && u.drawn > 0);
      if (shown && this.#update(w)) this.#finish(n, w, shown.drawn);
    }
    this.#prune();
  }

  #update(w) { return this.#updates.find((u) => u.k === w.answer?.k); }

  #finish(n, w, drawn) {
    this.#waiting.delete(n);
    const { machine = 0, bytes = 0, area = 0 } = w.answer ?? {};
    this.#emit({
      kind: w.kind, at: w.at, sent: w.sent, arrived: this.#update(w)?.arrived ?? 0, drawn, machine, bytes, area,
    });
  }

  // prune drops updates that came before every input that waits: they answer none of them.
  #prune() {
    const oldest = Math.min(...[...this.#waiting.values()].map((w) => w.at));
    this.#updates = this.#updates.filter((u) => u.arrived >= oldest);
  }
}
