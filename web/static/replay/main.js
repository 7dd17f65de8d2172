// main.js: connects the parts of the replay page.

import { Hand } from "./hand.js";
import { Player } from "./player.js";
import { Reel } from "./reel.js";
import { clock, describe, draw, wording } from "./timeline.js";

const root = document.querySelector("[data-replay]");
const find = (name) => root.querySelector(`[data-${name}]`);
const path = root.dataset.replay;
const before = 1000; // ms; a replay starts this long before an interaction
const slowFrom = 1; // the first band that is slow, that is, not crisp
const listed = 20;

try {
  begin(await index());
} catch (err) {
  note(`The replay cannot be shown: ${err.message}`);
  root.dataset.state = "failed";
}

// index asks again and again until the replay has been made, and returns its index.
async function index() {
  for (;;) {
    const answer = await fetch(`${path}/replay.json`);
    if (!answer.ok) throw new Error((await answer.text()) || answer.statusText);
    const doc = await answer.json();
    if (doc.done >= 1) return doc;
    note(`Preparing the replay: ${Math.round(doc.done * 100)} %. This is done once.`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function begin(doc) {
  const { duration, chunks = [], inputs = [], interactions = [], marks = [], segments = [] } = doc;
  if (chunks.length === 0) throw new Error("there is no picture in this recording.");
  note("");
  const reel = new Reel(`${path}/replay.data`, chunks);
  const player = new Player(find("screen"), reel, duration, show);
  const canvas = find("screen").querySelector("canvas");
  canvas.setAttribute("aria-label", "The recorded screen");
  const hand = new Hand(canvas, find("pointer"), find("pressed"), inputs);
  const line = find("timeline");
  let mark = () => {};
  const seek = find("seek");
  seek.max = duration;
  find("length").textContent = clock(duration);

  function show(t, playing) {
    find("clock").textContent = clock(t);
    if (document.activeElement !== seek || playing) seek.value = t;
    seek.setAttribute("aria-valuetext", clock(t));
    find("play").textContent = playing ? "Stop" : "Play";
    find("play").setAttribute("aria-pressed", playing);
    mark(t);
    hand.show(t);
    root.dataset.time = Math.round(t);
    find("moment").value = Math.round(t);
    find("noted-at").textContent = clock(t);
  }

  const go = async (t) => {
    root.dataset.seeking = "";
    try {
      await player.seek(t);
      note("");
    } catch (err) {
      note(`This part cannot be fetched: ${err.message}`);
    }
    delete root.dataset.seeking;
    hand.show(player.time);
  };
  const slow = interactions.filter((i) => i.band === null || i.band >= slowFrom);
  const nextSlow = () => slow.find((i) => i.at - before > player.time + 50);
  const previousSlow = () => slow.findLast((i) => i.at - before < player.time - 50);
  const jump = (i) => { if (i) go(i.at - before); };

  find("play").addEventListener("click", () => player.play(!player.playing));
  find("back").addEventListener("click", () => go(player.time - 5000));
  find("forth").addEventListener("click", () => go(player.time + 5000));
  find("slower").addEventListener("click", () => jump(previousSlow()));
  find("next").addEventListener("click", () => jump(nextSlow()));
  find("speed").addEventListener("change", (e) => { player.speed = Number(e.target.value); });
  seek.addEventListener("input", () => go(Number(seek.value)));
  line.addEventListener("click", (event) => {
    const box = line.getBoundingClientRect();
    const at = event.target.dataset?.at;
    go(at === undefined ? (event.clientX - box.left) / box.width * duration : Number(at) - before);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || ["SELECT", "TEXTAREA"].includes(event.target.tagName) || event.target.closest("[data-noting]")) return;
    const step = event.shiftKey ? 1000 : 5000;
    const act = {
      " ": () => player.play(!player.playing), ArrowLeft: () => go(player.time - step), ArrowRight: () => go(player.time + step),
      n: () => jump(nextSlow()), p: () => jump(previousSlow()),
    }[event.key];
    if (!act || event.key === " " && event.target.tagName === "BUTTON") return;
    event.preventDefault();
    act();
  });

  const slowest = [...slow].sort((a, b) => (b.response ?? Infinity) - (a.response ?? Infinity)).slice(0, listed);
  list(find("slow"), slowest.map((i) => [describe(i), () => jump(i)]), "Every answer came within 150 ms.");
  list(find("marks"), marks.map((m) => [wording(m, duration), () => go(Math.min(m.at, duration))]), "Nothing out of the ordinary.");
  new ResizeObserver(() => { // draw again, because the width of bars does not depend on the window's
    mark = draw(line, { duration, interactions, marks, segments });
    mark(player.time);
  }).observe(line);
  new ResizeObserver(() => hand.show(player.time)).observe(find("stage"));
  root.dataset.state = "ready";
  go(asked(duration));
}

// asked is the moment that the address names, as in #t=1500, or else the one that a refused note is about.
function asked(duration) {
  const t = Number(location.hash.match(/^#t=(\d+)$/)?.[1] ?? find("moment").value);
  return Math.min(Math.max(0, t || 0), duration);
}

function list(ol, entries, none) {
  if (entries.length === 0) ol.replaceWith(Object.assign(document.createElement("p"), { className: "soft", textContent: none }));
  for (const [text, act] of entries) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: text });
    button.addEventListener("click", act);
    const li = document.createElement("li");
    li.append(button);
    ol.append(li);
  }
}

function note(text) {
  find("note").textContent = text;
  find("note").hidden = text === "";
}
