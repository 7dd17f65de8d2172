// rest.js: says how long a rest goes on at least. Until then its button cannot be pressed; the server refuses it, too.

import { say } from "../words.js";

const left = document.querySelector("[data-rest]");
if (left) {
  const rest = Number(left.dataset.rest);
  const steady = performance.now();
  const wall = Date.now();
  const passed = () => Math.max(performance.now() - steady, Date.now() - wall); // some computers stop the first clock while they sleep
  const button = left.closest("form").querySelector("button");
  const tick = () => {
    const s = Math.ceil((rest - passed()) / 1000);
    button.disabled = s > 0;
    left.textContent = s > 0 ? say("You can go on in %d seconds", s) : "";
    if (s > 0) setTimeout(tick, 250);
  };
  tick();
}
