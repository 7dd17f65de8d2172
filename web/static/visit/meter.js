// meter.js: from inputs, updates and the server's answers to rows of measurement. It knows
// no browser and no clock: times are arguments, milliseconds on the page's clock.
//
// An input is answered by the update that the server names: the first one that its machine
// began to send after the input had reached it. It is shown once that update (or, should it
// show nothing, the next that does) is in a frame. Its row is complete once the screen has
// been quiet again, too, and the key or button is up. One Meter serves one connection of the
// screen, because the counts begin anew with each.

export const quietFor = 500; // ms without an update after which the screen counts as quiet: study.QuietFor
const patience = 10_000; // ms after which an input counts as not answered, and a screen as not quiet
const longestDelay = 120_000; // ms for which an input may wait at the machine before its patience begins

export class Meter {
  #emit;
  #waiting = new Map(); // inputs by their number
  #updates = []; // {k, arrived, drawn} since the oldest input that waits, in order
  #blind = false;
  #told = false; // the server tells of deliveries

  // emit takes {kind, at, sent, arrived, drawn, quiet, held, cut, machine, bytes, area, rect,
  // pointer, pointer_type, delivery, delayed}: sent, arrived, drawn and quiet are times like at,
  // 0 for never; held is milliseconds; machine and delayed are microseconds.
  constructor(emit) { this.#emit = emit; }

  // idle reports whether no input waits.
  get idle() { return this.#waiting.size === 0; }

  // oldest returns when the oldest input happened of those whose answer nobody has seen yet; Infinity if there is none.
  get oldest() {
    return Math.min(...[...this.#waiting.values()].filter((w) => !this.#shown(w).drawn).map((w) => w.at));
  }

  // input notes the input with number n. It takes the place of what the same event sent
  // before: noVNC may precede a key with a Caps Lock to set the machine's right. One that is
  // held is complete only after released.
  input(n, { kind, at, sent, event, pointer = [0, 0], type = "", held = 0, down = false }) {
    if (this.#blind) return;
    for (const [m, w] of this.#waiting) if (w.event === event) this.#waiting.delete(m);
    // Some browsers round an event's own time up, beyond the moment at which it was sent.
    this.#waiting.set(n, { kind, at: Math.min(at, sent), sent, event, pointer, type, held, down, answer: null, told: this.#told, delivery: "", delayed: 0 });
  }

  // released notes that the key or button of input n is up.
  released(n, at) {
    const w = this.#waiting.get(n);
    if (!w) return;
    w.down = false;
    w.held = Math.max(at - w.at, 0);
  }

  // moved makes a row of a move of the pointer, which nothing answers.
  moved(at, sent, pointer, type) {
    if (this.#blind) return;
    this.#emit({
      kind: "move", at: Math.min(at, sent), sent, arrived: 0, drawn: 0, quiet: 0, held: 0, cut: false, ...nothing, pointer,
      pointer_type: type, delivery: "", delayed: 0,
    });
  }

  // arrived notes that update k has been received whole.
  arrived(k, at) {
    if (!this.idle) this.#updates.push({ k, arrived: at, drawn: 0 });
  }

  // drawn notes that all updates up to k are in the frame of the given time.
  drawn(k, at) {
    for (const u of this.#updates) if (u.k <= k && u.drawn === 0) u.drawn = at;
  }

  // answer takes the server's word on which update answered which inputs.
  answer({ update, bytes, area, rect, inputs }) {
    for (const { n, machine } of inputs) {
      const w = this.#waiting.get(n);
      if (w) w.answer = { k: update, machine, bytes, area, rect };
    }
  }

  // deliver takes the server's word on which inputs went into the guest, or are lost.
  deliver({ inputs, lost = false }) {
    this.#told = true;
    for (const w of this.#waiting.values()) w.told = true;
    for (const { n, delayed = 0 } of inputs) {
      const w = this.#waiting.get(n);
      if (w) Object.assign(w, lost ? { delivery: "lost" } : { delivery: "delivered", delayed });
    }
  }

  // forget waits no longer: the server has lost answers, so silence means nothing. With blind,
  // nothing is measured any more.
  forget(blind) {
    for (const [n, w] of this.#waiting) {
      const { arrived, drawn } = this.#shown(w);
      this.#finish(n, w, arrived, drawn, 0, drawn === 0);
    }
    this.#updates = [];
    this.#blind ||= blind;
  }

  // pending returns what waits as rows that stand for the case that the page ends now. It changes nothing.
  pending() {
    return [...this.#waiting.values()].map((w) => {
      const { arrived, drawn } = this.#shown(w);
      return row(w, arrived, drawn, 0, drawn === 0);
    });
  }

  // settle makes rows of what is complete by now, and of what has waited too long, or of all.
  settle(now, all = false) {
    for (const [n, w] of this.#waiting) {
      const { arrived, drawn } = this.#shown(w);
      const quiet = drawn && this.#quiet(w.answer.k, now);
      const late = now - begins(w) > patience;
      if (all || late || (quiet && !w.down)) this.#finish(n, w, arrived, drawn, quiet, !late && drawn === 0);
    }
    const oldest = Math.min(...[...this.#waiting.values()].map((w) => w.at));
    this.#updates = this.#updates.filter((u) => u.arrived >= oldest); // earlier ones answer nobody
  }

  // shown returns when the answer of w arrived, and when it was in a frame; 0 for not yet.
  #shown(w) {
    const own = this.#updates.find((u) => u.k === w.answer?.k);
    const shown = own && this.#updates.find((u) => u.k >= own.k && u.drawn > 0);
    return { arrived: own?.arrived ?? 0, drawn: shown?.drawn ?? 0 };
  }

  // quiet returns the frame of the last update before the first silence that followed update
  // k; 0 if there has been none, or nothing was drawn until then.
  #quiet(k, now) {
    let drawn = 0;
    for (const [i, u] of this.#updates.entries()) {
      if (u.k < k) continue;
      drawn = Math.max(drawn, u.drawn);
      const next = this.#updates[i + 1]?.arrived ?? now;
      if (next - u.arrived > quietFor && drawn > 0) return drawn;
    }
    return 0;
  }

  #finish(n, w, arrived, drawn, quiet, cut) {
    this.#waiting.delete(n);
    this.#emit(row(w, arrived, drawn, quiet, cut));
  }
}

// begins returns from when on an input may be answered: from when it went into the guest.
function begins({ at, told, delivery, delayed }) {
  return told && delivery === "" ? at + longestDelay : at + delayed / 1000;
}

// row is what is known of an input. cut says that nobody waited long enough to know whether it is answered.
function row(w, arrived, drawn, quiet, cut) {
  const { kind, at, sent, held, answer, pointer, type, delivery, delayed } = w;
  const from = begins(w);
  if (arrived - from > patience) arrived = drawn = quiet = 0; // this computer slept meanwhile
  if (drawn - from > patience) drawn = quiet = 0;
  if (quiet - from > patience) quiet = 0;
  const { machine, bytes, area, rect } = answer ?? nothing;
  return { kind, at, sent, arrived, drawn, quiet, held, cut, machine, bytes, area, rect, pointer, pointer_type: type, delivery, delayed };
}

const nothing = { machine: 0, bytes: 0, area: 0, rect: [0, 0, 0, 0] };
