// meter.js: turns inputs, updates and the server's answers into rows of measurements. It uses no
// browser functions and no clock: times are arguments, in milliseconds on the page's clock.
//
// The server names the update that answers an input: the first one that the machine began to send
// after the input had reached it. The answer is visible when that update is in an animation frame;
// if it draws nothing, when the next update is that does. A row is complete when, in addition, the
// screen has been quiet and the key or button is up again. Each connection of the screen has a
// Meter of its own, because inputs and updates are counted anew in each.

export const quietFor = 500; // ms without an update after which the screen is quiet: study.QuietFor
const patience = 10_000; // ms after which an input counts as unanswered, and after which nobody waits for a quiet screen
const longestDelay = 120_000; // ms for which an input may wait at the machine before patience begins

export class Meter {
  #emit;
  #waiting = new Map(); // input number to input, for inputs whose rows are not complete
  #updates = []; // {k, arrived, drawn}, in order, since the oldest waiting input
  #blind = false;
  #told = false; // whether the server reports deliveries

  // The constructor takes emit, which receives {kind, at, sent, arrived, drawn, quiet, held, cut,
  // machine, bytes, area, rect, pointer, pointer_type, delivery, delayed}. at, sent, arrived, drawn
  // and quiet are times in ms on the page's clock (0 for never); held is a duration in ms; machine
  // and delayed are durations in µs.
  constructor(emit) { this.#emit = emit; }

  // idle is true if no input waits.
  get idle() { return this.#waiting.size === 0; }

  // oldest is the time of the oldest input whose answer has not been drawn yet; Infinity if there
  // is none.
  get oldest() {
    return Math.min(...[...this.#waiting.values()].filter((w) => !this.#shown(w).drawn).map((w) => w.at));
  }

  // input records the input with number n. If the same DOM event has sent an input before, that one
  // is dropped: noVNC may send a Caps Lock before a key, to give the machine the right state. If
  // down is true, the row is complete only after released.
  input(n, { kind, at, sent, event, pointer = [0, 0], type = "", held = 0, down = false }) {
    if (this.#blind) return;
    for (const [m, w] of this.#waiting) if (w.event === event) this.#waiting.delete(m);
    // Some browsers round event.timeStamp up, so that it is later than the moment of sending.
    this.#waiting.set(n, { kind, at: Math.min(at, sent), sent, event, pointer, type, held, down, answer: null, told: this.#told, delivery: "", delayed: 0 });
  }

  // released records that the key or button of input n is up.
  released(n, at) {
    const w = this.#waiting.get(n);
    if (!w) return;
    w.down = false;
    w.held = Math.max(at - w.at, 0);
  }

  // moved emits the row of a pointer move. Nothing answers a move.
  moved(at, sent, pointer, type) {
    if (this.#blind) return;
    this.#emit({
      kind: "move", at: Math.min(at, sent), sent, arrived: 0, drawn: 0, quiet: 0, held: 0, cut: false, ...nothing, pointer,
      pointer_type: type, delivery: "", delayed: 0,
    });
  }

  // arrived records that update k has been received completely.
  arrived(k, at) {
    if (!this.idle) this.#updates.push({ k, arrived: at, drawn: 0 });
  }

  // drawn records that all updates up to k are in the animation frame at time at.
  drawn(k, at) {
    for (const u of this.#updates) if (u.k <= k && u.drawn === 0) u.drawn = at;
  }

  // answer records which update answers which inputs, as the server says.
  answer({ update, bytes, area, rect, inputs }) {
    for (const { n, machine } of inputs) {
      const w = this.#waiting.get(n);
      if (w) w.answer = { k: update, machine, bytes, area, rect };
    }
  }

  // deliver records which inputs went into the guest or were lost, as the server says.
  deliver({ inputs, lost = false }) {
    this.#told = true;
    for (const w of this.#waiting.values()) w.told = true;
    for (const { n, delayed = 0 } of inputs) {
      const w = this.#waiting.get(n);
      if (w) Object.assign(w, lost ? { delivery: "lost" } : { delivery: "delivered", delayed });
    }
  }

  // forget emits the rows of all waiting inputs, because the server has lost answers and nobody can
  // know whether they are answered. If blind is true, the Meter measures nothing after that.
  forget(blind) {
    for (const [n, w] of this.#waiting) {
      const { arrived, drawn } = this.#shown(w);
      this.#finish(n, w, arrived, drawn, 0, drawn === 0);
    }
    this.#updates = [];
    this.#blind ||= blind;
  }

  // pending returns rows for the waiting inputs as they would be if the page ended now. It changes
  // nothing.
  pending() {
    return [...this.#waiting.values()].map((w) => {
      const { arrived, drawn } = this.#shown(w);
      return row(w, arrived, drawn, 0, drawn === 0);
    });
  }

  // settle emits the rows that are complete, those that have waited too long, and with all the
  // others, too.
  settle(now, all = false) {
    for (const [n, w] of this.#waiting) {
      const { arrived, drawn } = this.#shown(w);
      const quiet = drawn && this.#quiet(w.answer.k, now);
      const late = now - begins(w) > patience;
      if (all || late || (quiet && !w.down)) this.#finish(n, w, arrived, drawn, quiet, !late && drawn === 0);
    }
    const oldest = Math.min(...[...this.#waiting.values()].map((w) => w.at));
    this.#updates = this.#updates.filter((u) => u.arrived >= oldest); // answers of waiting inputs cannot be earlier
  }

  // shown returns when the answer to w arrived and when it was drawn; 0 for not yet.
  #shown(w) {
    const own = this.#updates.find((u) => u.k === w.answer?.k);
    const shown = own && this.#updates.find((u) => u.k >= own.k && u.drawn > 0);
    return { arrived: own?.arrived ?? 0, drawn: shown?.drawn ?? 0 };
  }

  // quiet returns when the last update was drawn before the screen first became quiet after update
  // k. It returns 0 if the screen has not been quiet, or if nothing was drawn before.
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

// begins returns the time from which an answer to an input can be expected: when the input went
// into the guest.
function begins({ at, told, delivery, delayed }) {
  return told && delivery === "" ? at + longestDelay : at + delayed / 1000;
}

// row makes the row of an input. cut says that the page did not wait long enough to know whether
// the input is answered.
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
