// loading.js: what is shown while the desktop comes: the stage, and how far it is, as far as
// that is known and not further.

const mb = (bytes) => (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);

export class Loading {
  #root;
  #stage = "";
  #share = 0; // that the bar shows of this stage

  constructor(root) { this.#root = root; }

  show({ stage, done, total, left_ms: left }) {
    const find = (name) => this.#root.querySelector(`[data-${name}]`);
    if (stage && stage !== this.#stage) find("stage").textContent = stage; // said aloud, so only when new
    if (stage !== this.#stage) this.#share = 0;
    this.#stage = stage;
    const bar = find("progress");
    if (total > 0) {
      this.#share = Math.max(this.#share, Math.min(done / total, 1)); // total is an estimate, and a bar goes one way
      bar.value = this.#share;
    } else {
      bar.removeAttribute("value");
    }
    const parts = [];
    if (total > 0) parts.push(`${mb(done)} of about ${mb(total)} MB`);
    else if (done > 0) parts.push(`${mb(done)} MB`);
    if (left > 0) parts.push(inWords(Math.ceil(left / 1000)));
    find("amount").textContent = parts.join(", ");
  }
}

function inWords(s) {
  if (s < 60) return s === 1 ? "about 1 second left" : `about ${s} seconds left`;
  const m = Math.round(s / 60);
  return m === 1 ? "about 1 minute left" : `about ${m} minutes left`;
}
