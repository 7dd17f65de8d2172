// unsent.js: keeps what is chosen and written on a form of a visit until the server has taken it, so
// that it is there again after a reload, a way back, an answer that says no, or a browser that
// stopped. It lies in the tab's own store (sessionStorage), where nobody finds it who opens another
// tab, by the name of its step: visit, kind of page, trial, attempt, instrument. So it never fills
// the form of another step.
//
// What was sent is done with once the visit stands at another step. What was not sent
// and whose step was passed elsewhere is shown, because no form can take it any more.

const prefix = "vmstudy unsent ";
const main = document.querySelector("main[data-step]");
const here = prefix + main.dataset.step;
const visit = prefix + main.dataset.step.split("/")[0] + "/";
const form = document.querySelector("form[data-unsent]");

let unkept = false; // something is on the form that could not be kept
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

// fields are those that a person fills in.
function fields() { return [...form.elements].filter((e) => e.name && e.type !== "hidden"); }

// words are what was written: a mark says nothing without its scale.
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
    unkept = true; // the browser asks before the page goes
  }
}

function restore(held) {
  for (const e of fields()) {
    const values = held[e.name];
    if (!values) continue;
    if (ticked(e)) e.checked = values.includes(e.value);
    else e.value = values[0] ?? "";
  }
  main.querySelector("[data-restored]").hidden = main.querySelector(".refused") !== null; // which says more
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

// tidy forgets what was taken, and shows what cannot be sent any more.
function tidy() {
  let names = [];
  try {
    names = Object.keys(sessionStorage).filter((name) => name.startsWith(visit) && name !== here);
  } catch {
    return; // this browser keeps nothing
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

// isLate is true of what holds something and was not sent.
function isLate(kept) { return Boolean(kept) && !kept.sent && Object.values(kept.fields).flat().some((value) => value !== ""); }
