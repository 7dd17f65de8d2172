// hand.js: shows what the participant did, on top of the replayed screen: where the pointer was,
// whether a button was down, and that a key was pressed.

const POINTER = 112; // record.Pointer
const DOWN = 100; // record.KeyDown
const shownFor = 700; // ms for which a key is shown

const named = { 0xff08: "Backspace", 0xff09: "Tab", 0xff0d: "Enter", 0xff1b: "Escape", 0xff51: "←", 0xff52: "↑", 0xff53: "→", 0xff54: "↓", 0xffff: "Delete", 0xffe1: "Shift", 0xffe2: "Shift", 0xffe3: "Control", 0xffe9: "Alt", 0x20: "Space" };

export class Hand {
  #canvas;
  #pointer;
  #pressed;
  #moves;
  #keys;

  constructor(canvas, pointer, pressed, inputs) {
    this.#canvas = canvas;
    this.#pointer = pointer;
    this.#pressed = pressed;
    this.#moves = inputs.filter((i) => i[1] === POINTER);
    this.#keys = inputs.filter((i) => i[1] === DOWN);
  }

  show(t) {
    const move = last(this.#moves, t);
    this.#pointer.hidden = !move;
    if (move) {
      const c = this.#canvas;
      this.#pointer.style.transform = `translate(${c.offsetLeft + move[2] / c.width * c.offsetWidth}px, ${c.offsetTop + move[3] / c.height * c.offsetHeight}px)`;
      this.#pointer.dataset.down = (move[4] & 7) !== 0;
    }
    const key = last(this.#keys, t);
    this.#pressed.hidden = !key || t - key[0] > shownFor;
    if (!this.#pressed.hidden) this.#pressed.textContent = label(key[2]);
  }
}

// label names a key, if the recording says which key it was.
function label(keysym) {
  if (!keysym) return "a key";
  if (named[keysym]) return named[keysym];
  const code = keysym > 0x1000000 ? keysym - 0x1000000 : keysym;
  return keysym < 0x100 || keysym > 0x1000000 ? String.fromCodePoint(code) : "a key";
}

// last returns the last row whose time is not after t. The rows must be sorted by time.
function last(rows, t) {
  let low = -1;
  let high = rows.length;
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (rows[middle][0] <= t) low = middle; else high = middle;
  }
  return rows[low];
}
