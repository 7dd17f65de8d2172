// design.js: makes the form of a design live: asks the server what the fields come to as one
// types, adds and removes networks without a new page, and shows only the tasks of the chosen
// appliance. All rules are the server's.

const form = document.getElementById("design");
const preview = document.getElementById("preview");
const pause = 300; // ms after the last change

let timer = 0;
let newest = 0; // only the answer to the newest question is shown

function ask() {
  clearTimeout(timer);
  timer = setTimeout(refresh, pause);
}

async function refresh() {
  const mine = ++newest;
  try {
    const answer = await fetch("/lab/design/preview", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.redirected) throw new Error("signed out");
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    if (mine !== newest) return;
    preview.innerHTML = text;
    preview.removeAttribute("data-stale");
  } catch {
    if (mine === newest) preview.setAttribute("data-stale", "");
  }
}

function showTasks() {
  const chosen = form.elements.appliance.value;
  for (const group of form.querySelectorAll("[data-appliance]")) {
    group.hidden = group.dataset.appliance !== chosen;
  }
}

function addNetwork(body) {
  const rows = body.querySelectorAll("tr:not(.says)");
  const row = rows[rows.length - 1].cloneNode(true);
  row.removeAttribute("id");
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, String(rows.length + 1)));
  }
  body.append(row);
  row.querySelector("input").focus();
}

function removeNetwork(body, row) {
  if (row.nextElementSibling?.classList.contains("says")) row.nextElementSibling.remove();
  if (body.querySelectorAll("tr:not(.says)").length > 1) {
    row.remove();
  } else {
    for (const input of row.querySelectorAll("input")) input.value = ""; // one row stays to type into
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const body = form.querySelector(".networks tbody");
  if (button?.value === "add-network") addNetwork(body);
  else if (button?.value.startsWith("drop-network-")) removeNetwork(body, button.closest("tr"));
  else return;
  event.preventDefault();
  ask();
});
form.addEventListener("input", ask);
form.elements.appliance.addEventListener("change", showTasks);
showTasks();
