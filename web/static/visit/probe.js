// probe.js: sees in noVNC 1.7, from outside, what a Meter needs to know: inputs that are
// sent, updates that are complete, and when they are in a frame. noVNC's files stay as they
// are; the few inner names used here are looked for, and without them nothing is measured.
//
// - Inputs: each call of one of four functions in RFB.messages is one message, and is counted
//   as rfb.Input documents. The event that caused it is window.event, the one that is being
//   dispatched; what noVNC sends later, from a timer, has none and makes no row. Nor has a
//   key that repeats itself because it is held: nobody did anything.
// - Updates: _framebufferUpdate returns true when it has taken in an update whole. An empty
//   one, while older pictures are still being decoded, returns false and is counted, too.
// - Frames: drawing happens on a hidden canvas; drawImage on the visible one shows it. noVNC
//   begins no update before the one before it is shown, so what is shown then is everything
//   up to the last complete one. The first animation frame after that is the moment.

import RFB from "../novnc/core/rfb.js";

const wheel = 0x78; // buttons 4 to 7
const seats = new WeakMap(); // noVNC's socket: what to tell of its inputs

const key = (args) => ({ kind: "key", down: Boolean(args[1]) });
const buttons = (limit) => (args) => ({ mask: args[2] & limit });
for (const [name, read] of Object.entries({
  keyEvent: key, QEMUExtendedKeyEvent: key, pointerEvent: buttons(0x7f), extendedPointerEvent: buttons(0x1ff),
})) {
  const send = RFB.messages[name];
  RFB.messages[name] = function (sock, ...args) {
    const event = window.event;
    send.call(this, sock, ...args);
    seats.get(sock)?.(read(args), event);
  };
}

// causes are the events by which somebody does something, by the kind of input.
const causes = { key: "keydown", click: "mousedown", wheel: "wheel" };

// watch tells meter what happens in rfb, and calls first once the first picture is in a frame.
export function watch(rfb, meter, first) {
  if (!rfb._framebufferUpdate || !rfb._display?._targetCtx || !rfb._FBU || !rfb._sock) {
    throw new Error("this noVNC is built otherwise than the one that is known here (1.7)");
  }
  watchInputs(rfb, meter);
  watchUpdates(rfb, meter, first);
}

function watchInputs(rfb, meter) {
  let n = 0;
  let held = 0;
  seats.set(rfb._sock, ({ kind, down, mask }, event) => {
    if (mask !== undefined) {
      const changed = mask ^ held;
      if (changed === 0) return; // a move
      kind = changed & wheel ? "wheel" : "click";
      down = (changed & mask) !== 0;
      held = mask;
    }
    n++;
    if (!down || event?.type !== causes[kind] || event.repeat) return;
    meter.input(n, kind, event.timeStamp, performance.now(), event);
  });
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
