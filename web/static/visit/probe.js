// probe.js: sees in noVNC 1.7, from outside, what a Meter needs to know: inputs that are
// sent, updates that are complete, and when they are in a frame. noVNC's files stay as they
// are; the few inner names used here are looked for, and without them nothing is measured.
//
// - Inputs: each call of one of four functions in RFB.messages is one message, and is counted
//   as tap.Input documents. The event that caused it is window.event, the one that is being
//   dispatched; what noVNC sends later, from a timer, has none and makes no row. Nor has a
//   key that repeats itself because it is held: nobody did anything.
// - Updates: _framebufferUpdate returns true when it has taken in an update whole. An empty
//   one, while older pictures are still being decoded, returns false and is counted, too.
// - Frames: drawing happens on a hidden canvas; drawImage on the visible one shows it. noVNC
//   begins no update before the one before it is shown, so what is shown then is everything
//   up to the last complete one. The first animation frame after that is the moment.

import RFB from "../novnc/core/rfb.js";

const wheel = 0x78; // buttons 4 to 7
const dragFrom = 5; // pixels of the desktop: study.DragFrom
const betweenMoves = 100; // ms: study.MovesPerSecond
const seats = new WeakMap(); // noVNC's socket: what to tell of its inputs

const key = (args) => ({ kind: "key", down: Boolean(args[1]) });
const pointer = (limit) => ([x, y, mask]) => ({ at: [x, y], mask: mask & limit });
for (const [name, read] of Object.entries({
  keyEvent: key, QEMUExtendedKeyEvent: key, pointerEvent: pointer(0x7f), extendedPointerEvent: pointer(0x1ff),
})) {
  const send = RFB.messages[name];
  RFB.messages[name] = function (sock, ...args) {
    const event = window.event;
    send.call(this, sock, ...args);
    seats.get(sock)?.(read(args), event);
  };
}

// watch tells meter what happens in rfb, and calls first once the first picture is in a frame.
export function watch(rfb, meter, first) {
  if (!rfb._framebufferUpdate || !rfb._display?._targetCtx || !rfb._FBU || !rfb._sock) {
    throw new Error("this noVNC is built otherwise than the one that is known here (1.7)");
  }
  const fingers = new Fingers(rfb._canvas);
  const inputs = new Inputs(meter, fingers);
  seats.set(rfb._sock, (what, event) => (what.mask === undefined ? inputs.key(what.down, event) : inputs.pointer(what, event)));
  watchUpdates(rfb, meter, first);
}

// By which events a button goes down or up, or the wheel turns. A finger's tap presses and releases in one gesture.
const presses = new Set(["mousedown", "gesturestart"]);
const releases = new Set(["mouseup", "gesturestart", "gestureend"]);
const turns = new Set(["wheel", "gesturemove"]);

// Fingers knows what the pointer is, and when a finger did what noVNC took for a gesture: the gesture's own event is
// made later.
class Fingers {
  type = "mouse"; // as PointerEvent has it
  #touched = 0;

  constructor(canvas) {
    const early = { capture: true, passive: true }; // before noVNC, which lets nothing pass
    for (const name of ["pointerdown", "pointermove"]) {
      canvas.addEventListener(name, ({ pointerType }) => { this.type = ["touch", "pen"].includes(pointerType) ? pointerType : "mouse"; }, early);
    }
    for (const name of ["touchstart", "touchmove", "touchend"]) {
      canvas.addEventListener(name, ({ timeStamp }) => { this.#touched = timeStamp; }, early);
    }
  }

  // time returns when what caused an event happened. A long press is noticed by a timer.
  time(event) {
    return event?.type.startsWith("gesture") && event.detail.type !== "longpress" ? this.#touched : event?.timeStamp;
  }
}

// Inputs counts what is sent on one connection and tells meter of those that are timed.
class Inputs {
  #meter;
  #n = 0; // as tap.Input counts
  #mask = 0; // buttons that are down
  #keys = new Map(); // keys that are down, by where they are on the keyboard: their inputs' numbers
  #press = null; // of the first button that is down: {n, at, from, far}
  #moved = -Infinity; // when a move was last told

  #fingers;

  constructor(meter, fingers) {
    this.#meter = meter;
    this.#fingers = fingers;
  }

  key(down, event) {
    const n = ++this.#n;
    const { type, code, repeat, timeStamp: at } = event ?? {};
    if (down && type === "keydown" && !repeat) {
      this.#meter.input(n, { kind: "key", at, sent: performance.now(), event, down: true });
      this.#keys.set(code, n);
    } else if (!down && type === "keyup") {
      this.#meter.released(this.#keys.get(code), at);
      this.#keys.delete(code);
    }
  }

  pointer({ at: pointer, mask }, event) {
    const { type } = this.#fingers;
    const at = this.#fingers.time(event);
    const changed = mask ^ this.#mask;
    const sent = performance.now();
    if (changed === 0) return this.#move(pointer, event, sent);
    const n = ++this.#n;
    const down = (changed & mask) !== 0;
    this.#mask = mask;
    if (changed & wheel) {
      if (down && turns.has(event?.type)) this.#meter.input(n, { kind: "wheel", at, sent, event, pointer, type });
    } else if (down && presses.has(event?.type)) {
      this.#meter.input(n, { kind: "click", at, sent, event, pointer, type, down: true });
      this.#press ??= { n, at, from: pointer, far: 0 };
    } else if (!down && releases.has(event?.type)) {
      this.#release(n, pointer, event, sent, at);
    }
  }

  // release ends the press, which was a drag if the pointer went far enough with it.
  #release(n, pointer, event, sent, at) {
    const press = this.#press;
    if (!press || this.#mask & ~wheel) return; // another button is still down
    this.#press = null;
    this.#meter.released(press.n, at);
    this.#far(press, pointer);
    if (press.far >= dragFrom) this.#meter.input(n, { kind: "drag", at, sent, event, pointer, type: this.#fingers.type, held: at - press.at });
  }

  #move(pointer, event, sent) {
    if (this.#press) this.#far(this.#press, pointer);
    if (sent - this.#moved < betweenMoves) return;
    this.#moved = sent;
    this.#meter.moved(event?.type === "mousemove" ? event.timeStamp : sent, sent, pointer, this.#fingers.type);
  }

  #far(press, [x, y]) {
    press.far = Math.max(press.far, Math.abs(x - press.from[0]), Math.abs(y - press.from[1]));
  }
}

function watchUpdates(rfb, meter, first) {
  let complete = 0;
  let busy = false;
  let drew = false; // on the visible canvas, in this update

  const show = () => {
    const upTo = complete;
    if (upTo === 0) return; // the empty screen before the first update
    requestAnimationFrame(() => {
      meter.drawn(upTo, performance.now());
      first?.();
      first = null;
    });
  };

  const update = rfb._framebufferUpdate;
  rfb._framebufferUpdate = function () {
    const fresh = this._FBU.rects === 0;
    const flushed = this._flushing;
    busy = true;
    const whole = update.call(this);
    busy = false;
    const empty = fresh && this._FBU.rects === 0 && this._flushing && !flushed;
    if (whole || empty) {
      meter.arrived(++complete, performance.now());
      if (drew && !this._display.pending()) show();
      drew = false;
    }
    return whole;
  };

  const canvas = rfb._display._targetCtx;
  const draw = canvas.drawImage;
  canvas.drawImage = function (...args) {
    draw.apply(this, args);
    if (busy) drew = true;
    else show();
  };
}
