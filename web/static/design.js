// design.js: updates the page of a design while somebody types. It asks the server for a new
// preview, adds and removes networks and their phases without a new page, and shows only the tasks
// of the chosen appliance. The server checks all rules.

const form = document.getElementById("design");
const preview = document.getElementById("preview");
const pause = 300; // ms between the last change and the question for a preview

let timer = 0;
let newest = 0; // the number of the newest question; answers to older ones are not shown

function ask() {
  clearTimeout(timer);
  timer = setTimeout(refresh, pause);
}

async function refresh() {
  const mine = ++newest;
  let [ok, text] = [false, "The server could not be asked."];
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    [ok, text] = [answer.ok, await answer.text()]; // if the server refuses, its answer says why
    if (answer.status === 413) text = "This is more than can be saved: shorten it.";
    if (answer.status === 403) text = "You are not signed in any more: sign in in another tab before you save.";
  } catch {} // no network
  if (mine !== newest) return;
  if (ok) preview.innerHTML = text;
  if (ok) preview.removeAttribute("data-stale");
  else preview.setAttribute("data-stale", `Not up to date. ${text}`);
}

function showTasks() {
  const chosen = form.elements.appliance.value;
  for (const group of form.querySelectorAll("[data-appliance]")) {
    group.hidden = group.dataset.appliance !== chosen;
  }
}

// bare clears a copied row: every field gets the value that it has in a new row.
function bare(row) {
  for (const said of row.querySelectorAll(".says")) said.remove();
  for (const field of row.querySelectorAll("input, select")) {
    if (field.tagName === "SELECT") field.selectedIndex = 0;
    else field.value = "";
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

// renumber gives the rows of a list the paths that belong to their places: list[0], list[1], ...
// A path stands in the row's id, in the names of its fields and in the values of its buttons.
function renumber(list, rows) {
  [...rows].forEach((row, place) => {
    const path = (text) => text.startsWith(`${list}[`) ? `${list}[${place}]${text.slice(text.indexOf("]", list.length) + 1)}` : text;
    if (row.id) row.id = path(row.id);
    for (const field of row.querySelectorAll("input, select")) field.name = path(field.name);
    for (const button of row.querySelectorAll("button[name=do]")) {
      const [verb, at] = button.value.split(" ");
      button.value = `${verb} ${path(at)}`;
    }
    if (list === "networks") {
      for (const named of row.querySelectorAll("[aria-label]")) {
        named.setAttribute("aria-label", named.getAttribute("aria-label").replace(/\d+/, String(place + 1)));
      }
    }
  });
}

// phasesOf returns the rows of a network's phases.
const phasesOf = (network) => network.querySelector(".phases tbody");

// add appends an empty copy of the last row.
function add(list, rows) {
  const row = rows[rows.length - 1].cloneNode(true);
  bare(row);
  if (list === "networks") {
    for (const phase of [...phasesOf(row).rows].slice(1)) phase.remove();
    row.querySelector("details").open = false;
    row.querySelector("summary small")?.remove();
  }
  rows[rows.length - 1].after(row);
  row.querySelector("input").focus();
  return row;
}

// fillIn gives a new network the values of the well-known one that is chosen beside the button.
function fillIn(row) {
  const chosen = form.elements.profile.selectedOptions[0];
  for (const [name, value] of Object.entries(JSON.parse(chosen.dataset.values ?? "{}"))) {
    const field = row.querySelector(`[name="${row.id}.${name}"]`);
    field.value = value;
    if (field.value !== value && field.options) { // a trace that is not here any more: the server says so, rather than nobody
      field.add(new Option(value, value));
      field.value = value;
    }
  }
  form.elements.profile.selectedIndex = 0;
}

// drop removes a row, and offers to put it back. The last one stays as an empty row.
function drop(list, rows, row) {
  if (rows.length > 1) {
    const [parent, place] = [row.parentNode, [...rows].indexOf(row)];
    row.remove();
    offerUndo(list === "networks" ? "A network is removed." : "A phase is removed.", () => {
      parent.insertBefore(row, rows[place] ?? null);
      renumber(list, rows);
      ask();
    });
    return;
  }
  bare(row);
  if (list === "networks") for (const phase of [...phasesOf(row).rows].slice(1)) phase.remove();
}

// offerUndo says what was removed, until something else is, with a button that takes it back.
function offerUndo(said, undo) {
  document.getElementById("undo")?.remove();
  const note = document.createElement("p");
  note.id = "undo";
  note.className = "note";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet small";
  button.textContent = "Undo";
  button.addEventListener("click", () => {
    note.remove();
    undo();
  });
  note.append(said, " ", button);
  document.getElementById("networks").append(note);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const [verb, path] = button ? button.value.split(" ") : [];
  if (!path || verb === "keep") return; // the button saves something
  const network = button.closest("tbody[id]");
  const list = verb === "add" ? path : path.slice(0, path.lastIndexOf("["));
  if (list !== "networks" && !network) return; // the server adds and drops rows of the other lists
  const chosen = form.elements.profile.selectedOptions[0];
  if (verb === "add" && list === "networks" && chosen.value && chosen.dataset.values === undefined) return; // nor does this page make rows with phases
  const rows = list === "networks" ? form.querySelector(".networks").tBodies : phasesOf(network).rows;
  if (verb === "add") {
    const row = add(list, rows);
    renumber(list, rows);
    if (list === "networks") fillIn(row);
  } else drop(list, rows, list === "networks" ? network : button.closest("tr"));
  renumber(list, rows);
  event.preventDefault();
  ask();
});
document.addEventListener("input", (event) => { if (event.target.form === form) ask(); }); // some fields stand beside the form
form.elements.appliance.addEventListener("change", showTasks);
showTasks();

// Whoever leaves the page with something that is not saved is asked whether they mean it.
const typed = () => new URLSearchParams(new FormData(form)).toString();
const before = form.dataset.unsaved === undefined ? typed() : null; // null: what is shown was never saved
let saving = false;
form.addEventListener("submit", () => { saving = true; });
window.addEventListener("beforeunload", (event) => {
  if (!saving && typed() !== before) event.preventDefault();
});
