// consent.js: puts what was found about the computer into the form of the consent, with which it is sent, or never.

import { keptAs, look, layoutByMap } from "./computer.js";

const field = document.querySelector("input[name=found]");
if (field) fill();

async function fill() {
  const kept = sessionStorage.getItem(keptAs(field.dataset.session));
  if (kept) {
    field.value = kept;
    return;
  }
  if (field.dataset.look === undefined) return; // the study wants the page before this one
  const prints = JSON.parse(document.getElementById("prints").textContent);
  const keyboard = await layoutByMap(prints);
  field.value = JSON.stringify({ ...look(), keyboard, keyboard_by: keyboard ? "map" : "" });
}
