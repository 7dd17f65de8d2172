// preflight.js: looks at the participant's computer, shows what it lacks, and goes on to the consent if it lacks nothing.

import { keptAs, layoutByMap, look, Presses } from "./computer.js";
import { reach, sentence } from "./reach.js";
import { say } from "../words.js";

const root = document.querySelector("[data-preflight]");
const find = (name) => root.querySelector(`[data-${name}]`);
const { visit, session } = root.dataset;
const prints = JSON.parse(document.getElementById("prints").textContent);

let found = null; // what was found, once all of it is
let refused = ""; // the sentence by which the server has refused to measure
let by = ""; // how the layout of the keyboard was found
let asked = 0; // how often something was asked or measured: only the answer to the latest is shown

start();

async function start() {
  find("again").addEventListener("click", measure);
  find("layout").addEventListener("change", () => { by = "choice"; judge(); });
  root.addEventListener("submit", (event) => { event.preventDefault(); goOn(); });
  listenForKeys();
  const layout = await layoutByMap(prints);
  if (layout) settle(layout, "map");
  find("by-map").hidden = !layout;
  find("by-keys").hidden = Boolean(layout);
  measure();
}

// settle chooses a layout in the list.
function settle(layout, how) {
  find("layout").value = layout;
  by = how;
}

// listenForKeys lets the field for keys tell the layout. Keys by which people get on in a page stay theirs.
function listenForKeys() {
  const presses = new Presses(prints);
  find("keys").addEventListener("keydown", (event) => {
    if (["Tab", "Escape", "Enter"].includes(event.key) || event.ctrlKey || event.metaKey || [...event.key].length !== 1) return;
    event.preventDefault();
    find("keys").value = event.key;
    const layout = presses.press(event);
    if (layout === undefined || (by === "choice" && find("layout").value)) return; // who has chosen knows better
    settle(layout, "keys");
    find("after-keys").hidden = false;
    judge();
  });
}

async function measure() {
  asked++;
  found = null;
  find("again").hidden = true;
  find("go").disabled = true;
  find("verdict").replaceChildren();
  find("doing").textContent = say("Looking …");
  const seen = look();
  const reached = await reach(`${visit}/probe`);
  found = Object.assign(seen, reached.measured); // what is missing, the server minds only if the study asks for it
  refused = reached.refused;
  show();
  await judge();
}

function show() {
  find("doing").textContent = "";
  find("seen").hidden = false;
  find("browser").textContent = [found.browser, found.system].filter(Boolean).join(", ");
  find("window").textContent = say("%d × %d points", ...found.window);
  find("rtt").textContent = found.rtt_ms === undefined ? "–" : say("%s ms", found.rtt_ms.toFixed(0));
  const rates = [found.down_mbps, found.up_mbps].map((mbps) => mbps?.toFixed(1) ?? "–");
  find("rates").textContent = found.down_mbps === undefined ? "–" : say("%s and %s Mbps", ...rates);
}

// judge asks the server what the computer lacks, and shows it. Until everything is measured, there is nothing to judge.
async function judge() {
  if (!found) return;
  const mine = ++asked;
  Object.assign(found, { keyboard: find("layout").value, keyboard_by: by });
  const answer = await fetch(`${visit}/check`, { method: "POST", body: JSON.stringify(found) }).catch(() => null);
  const verdict = answer?.ok ? await answer.json() : null;
  const why = verdict ? "" : refused || (answer ? await sentence(answer) : "");
  if (mine !== asked) return;
  if (!verdict) {
    find("doing").textContent = why || say("The connection could not be measured. Please check again in a minute.");
    find("again").hidden = false;
    find("go").disabled = true;
    return;
  }
  const { passed, lacks, notes } = verdict;
  find("doing").textContent = passed ? "" : refused; // why something could not be measured
  find("verdict").replaceChildren(...lacks.map((text) => line(text, "refused")), ...notes.map((text) => line(text, "again")));
  find("go").disabled = !passed;
  find("again").hidden = passed;
}

function line(text, kind) {
  const p = document.createElement("p");
  p.className = kind;
  p.textContent = text;
  return p;
}

function goOn() {
  sessionStorage.setItem(keptAs(session), JSON.stringify(found));
  location.assign(`${visit}?checked`);
}
