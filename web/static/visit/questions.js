// questions.js: shows the questions whose conditions hold, turns numbers on a line into a slider without a preselected
// value, and lets "none of these" and "I prefer not to answer" stand alone. It runs after unsent.js, which may have filled in the form.

import { say } from "../words.js";

const form = document.querySelector("form.questions");

let lines = []; // functions that show what the lines have

if (form) {
  lines = [...form.querySelectorAll("[data-analogue]")].map(line);
  form.addEventListener("input", standAlone);
  form.addEventListener("input", update);
  for (const button of form.querySelectorAll("[data-clear]")) button.addEventListener("click", () => clear(button));
  addEventListener("pageshow", () => { lines.forEach((show) => show()); update(); });
  update();
}

// update shows the questions that depend on others, or hides them. What a hidden question contains stays there, and is not asked for.
// Where an answer can be taken back, there is a button for it.
function update() {
  for (const button of form.querySelectorAll("[data-clear]")) button.hidden = !fields(button).some((e) => (ticked(e) ? e.checked : e.value !== ""));
  for (const question of form.querySelectorAll("[data-shown-if]")) {
    question.hidden = !JSON.parse(question.dataset.shownIf).every(holds);
  }
}

function holds(condition) {
  const given = answers(condition.item);
  if (given.length === 0) return false;
  if (condition.is && !condition.is.some((value) => given.includes(value))) return false;
  if (condition.atLeast === undefined && condition.atMost === undefined) return true;
  const number = Number(given[0].replace(",", "."));
  return number >= Number(condition.atLeast ?? -Infinity) && number <= Number(condition.atMost ?? Infinity);
}

// answers returns what is chosen or written at a question that is shown.
function answers(name) {
  return named(name).filter((e) => (!ticked(e) || e.checked) && e.value.trim() !== "" && !e.closest("[data-shown-if][hidden]")).map((e) => e.value.trim());
}

function named(name) { return [...form.elements].filter((e) => e.name === name); }

function ticked(e) { return e.type === "radio" || e.type === "checkbox"; }

// fields returns the fields of the question, or row of a matrix, that a button belongs to.
function fields(button) { return [...button.closest(".row, .question").querySelectorAll("input[name]")]; }

// clear takes an answer back.
function clear(button) {
  const mine = fields(button);
  for (const e of mine) {
    if (ticked(e)) e.checked = false;
    else e.value = "";
  }
  lines.forEach((show) => show());
  form.dispatchEvent(new Event("input"));
  (button.closest(".row, .question").querySelector("input:not([hidden])") ?? button).focus();
}

// standAlone unticks what cannot be chosen together with what was chosen last.
function standAlone(event) {
  const last = event.target;
  if (!last.name || (ticked(last) && !last.checked)) return;
  const alone = "alone" in last.dataset;
  for (const e of named(last.name)) {
    if (e !== last && e.type === "checkbox" && (alone || "alone" in e.dataset)) e.checked = false;
  }
}

// line makes a slider of a field for a number. It has no value until somebody chooses one. line returns a function that shows the field's value.
function line(box) {
  const field = box.querySelector("input[name]");
  const range = box.querySelector("input[type=range]");
  const output = box.querySelector("output");
  const marks = [...box.querySelectorAll("[data-at]")];
  const span = range.max - range.min;
  for (const mark of marks) mark.style.setProperty("--at", (mark.dataset.at - range.min) / span);
  for (const label of field.labels) label.htmlFor = range.id;
  field.hidden = true;
  range.hidden = false;
  box.classList.add("drawn");
  range.addEventListener("input", take);
  range.addEventListener("click", take); // a click at the place where the hidden thumb is makes no other event
  range.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^([0-9]| |Enter)$/.test(event.key)) return;
    event.preventDefault();
    if (/[0-9]/.test(event.key)) range.value = Number(range.min) + (Number(event.key) / 10) * span;
    take();
  });

  function take() {
    field.value = range.value;
    show();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show() {
    const chosen = field.value !== "";
    if (chosen) range.value = field.value;
    range.classList.toggle("unset", !chosen);
    range.setAttribute("aria-valuetext", chosen ? spoken() : say("not answered yet"));
    output.hidden = !chosen || "unnumbered" in box.dataset;
    output.textContent = field.value;
  }

  // spoken says the number, or where nobody sees numbers the part of the line, and the mark at or below it.
  function spoken() {
    const below = marks.filter((mark) => Number(mark.dataset.at) <= Number(range.value)).sort((a, b) => a.dataset.at - b.dataset.at).pop();
    const at = "unnumbered" in box.dataset ? say("%d %% of the line", Math.round((100 * (range.value - range.min)) / span)) : range.value;
    return below ? `${at}, ${below.textContent}` : at;
  }

  show();
  return show;
}
