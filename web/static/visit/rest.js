// rest.js: says how long a rest goes on at least. Until then its button cannot be pressed; the server refuses it, too.

import { say } from "../words.js";

const left = document.querySelector("[data-rest]");
if (left) {
  const end = performance.now() + Number(left.dataset.rest);
  const button = left.closest("form").querySelector("button");
  const tick = () => {
    const s = Math.ceil((end - performance.now()) / 1000);
    button.disabled = s > 0;
    left.textContent = s > 0 ? say("You can go on in %d seconds", s) : "";
    if (s > 0) setTimeout(tick, 250);
  };
  tick();
}
