// unsent.js: keeps what is filled in on a form of a visit until the server has accepted it. So it
// is there again after a reload, after going back, after a refusal, or after the browser has
// stopped. It is stored in sessionStorage, which other tabs cannot read, under the name of its step
// (visit, kind of page, trial, attempt, instrument). So it never fills the form of another step.
//
// Once the visit stands at another step, what was sent is deleted. What was not sent, because the
// step was passed in another tab, is shown to the participant: no form can send it any more.

const prefix = "vmstudy unsent ";
const main = document.querySelector("main[data-step]");
const here = prefix + main.dataset.step;
const visit = prefix + main.dataset.step.split("/")[0] + "/";
const form = document.querySelector("form[data-unsent]");

let unkept = false; // whether the form has something that could not be stored
let leaving = false;

tidy();
if (form) watch();

function watch() {
  const held = read(here);
  if (held) restore(held.fields);
  form.addEventListener("input", () => keep(false));
  form.addEventListener("change", () => keep(false));
  form.addEventListener("submit", () => { leaving = true; keep(true); });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => { if (unkept && !leaving) event.preventDefault(); });
}

// fields returns the fields that a person fills in.
function fields() { return [...form.elements].filter((e) => e.name && e.type !== "hidden"); }

// words returns the written texts. Marks are left out, because they mean nothing without their
// scale.
function words() { return fields().filter((e) => e.type === "textarea" && e.value.trim()).map((e) => e.value); }

function ticked(e) { return e.type === "radio" || e.type === "checkbox"; }

function keep(sent) {
  const held = {};
  for (const e of fields()) {
    held[e.name] ??= [];
    if (!ticked(e) || e.checked) held[e.name].push(e.value);
  }
  try {
    sessionStorage.setItem(here, JSON.stringify({ sent, fields: held, words: words() }));
    unkept = false;
  } catch {
    unkept = true; // the browser then asks before it leaves the page
  }
}

function restore(held) {
  for (const e of fields()) {
    const values = held[e.name];
    if (!values) continue;
    if (ticked(e)) e.checked = values.includes(e.value);
    else e.value = values[0] ?? "";
  }
  main.querySelector("[data-restored]").hidden = main.querySelector(".refused") !== null; // that message already says that nothing is lost
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

// tidy deletes what was sent, and shows what can no longer be sent.
function tidy() {
  let names = [];
  try {
    names = Object.keys(sessionStorage).filter((name) => name.startsWith(visit) && name !== here);
  } catch {
    return; // this browser stores nothing
  }
  const late = names.filter((name) => isLate(read(name)));
  names.filter((name) => !late.includes(name)).forEach((name) => sessionStorage.removeItem(name));
  if (late.length === 0) return;
  const box = main.querySelector("[data-late]");
  for (const name of late) {
    for (const text of read(name)?.words ?? []) {
      const quote = document.createElement("blockquote");
      quote.textContent = text;
      box.insertBefore(quote, box.lastElementChild);
    }
  }
  box.querySelector("button").addEventListener("click", () => {
    late.forEach((name) => sessionStorage.removeItem(name));
    box.hidden = true;
  });
  box.hidden = false;
}

// isLate is true if kept has something that was not sent.
function isLate(kept) { return Boolean(kept) && !kept.sent && Object.values(kept.fields).flat().some((value) => value !== ""); }
