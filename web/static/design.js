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
  row.removeAttribute("id");
  for (const said of row.querySelectorAll(".says")) said.remove();
  for (const field of row.querySelectorAll("input, select")) {
    if (field.tagName === "SELECT") field.selectedIndex = 0;
    else if (field.type !== "hidden") field.value = "";
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

function addNetwork(table) {
  const networks = [...table.tBodies];
  const row = networks[networks.length - 1].cloneNode(true);
  bare(row);
  const phases = row.querySelectorAll(".phases tbody tr");
  for (const phase of [...phases].slice(1)) phase.remove();
  row.querySelector("details").open = false;
  row.querySelector("summary small")?.remove();
  const ids = networks.map((n) => Number(n.querySelector("[name=net-id]").value) || 0);
  const id = String(Math.max(...ids) + 1);
  for (const field of row.querySelectorAll("[name=net-id], [name=phase-net]")) field.value = id;
  for (const field of row.querySelectorAll("[aria-label]")) {
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, String(networks.length + 1)));
  }
  table.append(row);
  row.querySelector("input").focus();
}

function removeNetwork(table, network) {
  if (table.tBodies.length > 1) {
    network.remove();
    return;
  }
  bare(network); // the last network stays as an empty row
  for (const phase of [...network.querySelectorAll(".phases tbody tr")].slice(1)) phase.remove();
}

function addPhase(phases) {
  const row = phases.rows[phases.rows.length - 1].cloneNode(true);
  bare(row);
  phases.append(row);
  row.querySelector("input").focus();
}

function removePhase(phases, row) {
  if (phases.rows.length > 1) row.remove();
  else bare(row);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button) return;
  const table = form.querySelector(".networks");
  const network = [...table.tBodies].find((n) => n.contains(button));
  const phases = network?.querySelector(".phases tbody");
  if (button.value === "add-network") addNetwork(table);
  else if (button.value.startsWith("drop-network-")) removeNetwork(table, network);
  else if (button.value.startsWith("add-phase-")) addPhase(phases);
  else if (button.value.startsWith("drop-phase-")) removePhase(phases, button.closest("tr"));
  else return;
  event.preventDefault();
  ask();
});
form.addEventListener("input", ask);
form.elements.appliance.addEventListener("change", showTasks);
showTasks();
