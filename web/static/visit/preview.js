// preview.js: the page of a preview with a desktop. It shows what a participant sees, and measures and keeps nothing. The desktop
// is there as long as the page's line is open.

import { onLeave } from "./leave.js";
import { address } from "./line.js";
import { Loading } from "./loading.js";
import { Screen } from "./screen.js";
import { Strip } from "./strip.js";
import { say } from "../words.js";

const root = document.querySelector(".desktop");
const find = (name) => root.querySelector(`[data-${name}]`);

const unmeasured = { input() {}, released() {}, moved() {}, arrived() {}, drawn() {} };
const loading = new Loading(root);
const strip = new Strip(root, speak, async () => { root.dataset.state = "leaving"; });
const line = new WebSocket(address(root.dataset.desk));
let screen = null;
let seen = false;
let over = false;

const hear = {
  hello(m) {
    screen = new Screen(find("screen"), m.screen, { meter: () => unmeasured, drawn: showDesktop, sentAway() {}, broken() {} });
  },
  status(m) {
    const running = m.state === "running";
    strip.remaining(m.remaining_ms);
    strip.enable(running);
    find("began").hidden = running;
    find("held").hidden = !(running && m.ready && m.stage !== "");
    if (!seen || m.stage !== "") loading.show(m);
    find("loading").hidden = seen && !(running && m.stage !== "");
    if (m.ready) screen?.want();
    else screen?.rest();
  },
  ended: showEnd,
};

strip.enable(false);
onLeave(find("screen"), () => strip.focus());
find("loading").addEventListener("mousedown", (event) => event.preventDefault());
line.addEventListener("message", (event) => {
  const message = JSON.parse(event.data);
  hear[message.type]?.(message);
});
line.addEventListener("close", () => showEnd({ outcome: "", cause: "The connection to the server was interrupted. Load the page again to have another desktop." }));

function showDesktop() {
  line.send("seen");
  if (seen) return;
  seen = true;
  root.dataset.state = "running";
  find("loading").hidden = true;
  screen.focus();
  speak(say("The desktop is here. The time of the task has begun."));
}

const outcomes = { completed: say("Well done: the task is complete"), time_up: say("Time is up") };

function showEnd({ outcome, cause }) {
  if (over || root.dataset.state === "leaving") return;
  over = true;
  root.dataset.state = "ended";
  screen?.close();
  strip.stopAsking();
  strip.enable(false);
  find("outcome").textContent = outcomes[outcome] ?? say("The desktop has closed");
  find("cause").textContent = cause;
  find("ended").hidden = false;
  find("ended").querySelector("button").focus();
}

function speak(text) { find("say").textContent = text; }
