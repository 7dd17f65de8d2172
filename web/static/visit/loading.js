// loading.js: shows the stage of preparing the desktop while it opens, and how much of the stage is
// done, if that is known.

import { inLanguage, say } from "../words.js";

const mb = (bytes) => {
  const digits = bytes < 10e6 ? 1 : 0;
  return (bytes / 1e6).toLocaleString(inLanguage(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

export class Loading {
  #root;
  #stage = "";
  #share = 0; // the part of this stage that is done, from 0 to 1, as the bar shows it

  constructor(root) { this.#root = root; }

  show({ stage, done, total, left_ms: left }) {
    const find = (name) => this.#root.querySelector(`[data-${name}]`);
    if (stage && stage !== this.#stage) find("stage").textContent = stage; // screen readers read it aloud, so only if it is new
    if (stage !== this.#stage) this.#share = 0;
    this.#stage = stage;
    const bar = find("progress");
    if (total > 0) {
      this.#share = Math.max(this.#share, Math.min(done / total, 1)); // total is an estimate that may grow, but the bar must not go back
      bar.value = this.#share;
    } else {
      bar.removeAttribute("value");
    }
    const parts = [];
    if (total > 0) parts.push(say("%s of about %s MB", mb(done), mb(total)));
    else if (done > 0) parts.push(say("%s MB", mb(done)));
    if (left > 0) parts.push(inWords(Math.ceil(left / 1000)));
    find("amount").textContent = parts.join(", ");
  }
}

function inWords(s) {
  if (s < 60) return say("about %d seconds left", s);
  return say("about %d minutes left", Math.round(s / 60));
}
