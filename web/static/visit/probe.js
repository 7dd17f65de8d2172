// probe.js: observes noVNC 1.7 for a Meter: which inputs it sends, when an update is complete, and
// when an update is in an animation frame. It does not change noVNC's files. It uses a few of
// noVNC's internal names; if they are missing, it measures nothing.
//
// - Inputs: each call of one of four functions in RFB.messages sends one message. Messages are
//   counted as tap.Input documents. The DOM event that caused a message is window.event, which
//   the browser is dispatching at that moment. A message without one, which noVNC sent from a
//   timer, makes no row. Nor does a key that repeats because it is held: nobody did anything.
// - Updates: _framebufferUpdate returns true when it has received a whole update. For an empty
//   update that comes while older pictures are being decoded it returns false; that one is
//   counted, too.
// - Frames: noVNC draws on a hidden canvas and copies it to the visible one with drawImage. It
//   begins no update before it has shown the one before. So drawImage shows all updates up to
//   the last complete one, and they are visible with the next animation frame.

import RFB from "../novnc/core/rfb.js";

const wheel = 0x78; // bits 3 to 6 of the button mask: the wheel
const dragFrom = 5; // least distance of a drag, in pixels of the desktop: study.DragFrom
const betweenMoves = 100; // ms between two rows of pointer moves: study.MovesPerSecond
const seats = new WeakMap(); // noVNC's socket to the function that receives its inputs

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

// watch tells meter what happens in rfb, and calls first when the first picture is in an animation
// frame.
export function watch(rfb, meter, first) {
  if (!rfb._framebufferUpdate || !rfb._display?._targetCtx || !rfb._FBU || !rfb._sock) {
    throw new Error("this noVNC is built otherwise than the one that is known here (1.7)");
  }
  const fingers = new Fingers(rfb._canvas);
  const inputs = new Inputs(meter, fingers);
  seats.set(rfb._sock, (what, event) => (what.mask === undefined ? inputs.key(what.down, event) : inputs.pointer(what, event)));
  watchUpdates(rfb, meter, first);
}

// The DOM events that press or release a button, or turn the wheel. A finger's tap presses and
// releases in one gesture.
const presses = new Set(["mousedown", "gesturestart"]);
const releases = new Set(["mouseup", "gesturestart", "gestureend"]);
const turns = new Set(["wheel", "gesturemove"]);

// Fingers knows the pointer type, and the time of the touch that noVNC turned into a gesture: noVNC
// makes the gesture's own DOM event later.
class Fingers {
  type = "mouse"; // pointerType of PointerEvent
  #touched = 0;

  constructor(canvas) {
    const early = { capture: true, passive: true }; // capture: before noVNC, which stops DOM events
    for (const name of ["pointerdown", "pointermove"]) {
      canvas.addEventListener(name, ({ pointerType }) => { this.type = ["touch", "pen"].includes(pointerType) ? pointerType : "mouse"; }, early);
    }
    for (const name of ["touchstart", "touchmove", "touchend"]) {
      canvas.addEventListener(name, ({ timeStamp }) => { this.#touched = timeStamp; }, early);
    }
  }

  // time returns when the cause of a DOM event happened. A long press has no touch of its own:
  // noVNC notices it by a timer.
  time(event) {
    return event?.type.startsWith("gesture") && event.detail.type !== "longpress" ? this.#touched : event?.timeStamp;
  }
}

// Inputs counts the messages of one connection and tells meter of the timed inputs.
class Inputs {
  #meter;
  #n = 0; // number of the last message, counted as tap.Input documents
  #mask = 0; // mask of the buttons that are down
  #keys = new Map(); // code of each key that is down to the number of its input
  #press = null; // the first button that is down: {n, at, from, far}
  #moved = -Infinity; // when the last row of a move was made

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

  // release ends a press. It was a drag if the pointer went far enough meanwhile.
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
  let drew = false; // whether this update has drawn on the visible canvas

  const show = () => {
    const upTo = complete;
    if (upTo === 0) return; // noVNC draws an empty screen before the first update
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
