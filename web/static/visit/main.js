// main.js: the page with the desktop: brings its parts together.

import { Clipboard } from "./clipboard.js";
import { Clock } from "./clock.js";
import { watchPage } from "./happenings.js";
import { onLeave } from "./leave.js";
import { Line, STRANGER, SUPERSEDED } from "./line.js";
import { Loading } from "./loading.js";
import { Meter } from "./meter.js";
import { Outbox } from "./outbox.js";
import { stay } from "./presence.js";
import { Screen } from "./screen.js";
import { Shelf } from "./shelf.js";
import { Strip } from "./strip.js";

const lateAfter = 1500; // ms without an answer, from which on the page says that there will be one

const root = document.querySelector(".desktop");
const find = (name) => root.querySelector(`[data-${name}]`);
const { visit, seat, key } = root.dataset;
const session = Number(root.dataset.session);

const meters = new Map(); // by connection of the screen
let attempt = 0; // what rows are about
let seen = false; // the desktop has been in a frame
let running = false; // the server knows that
let slow = false; // the page says that the desktop answers late
let late = false; // the desktop was ready while the page was out of sight, where no frame is drawn
let lineSince = Infinity;
let lineWasLost = false;

const clock = new Clock((m) => line.say(m));
const leave = stay(session, Number(seat));
const shelf = new Shelf({ session, key }, once((kind, why) => tell(kind, why)));
const outbox = new Outbox((batch) => line.say({ type: "batch", ...batch }), shelf, Number(seat), clock, () => attempt, waiting);
const loading = new Loading(root);
const strip = new Strip(root, say, submitting);
const screen = new Screen(find("screen"), `${visit}/screen?seat=${seat}`, {
  meter: newMeter, drawn: showDesktop, sentAway, broken: screenLost,
  copied: (text) => clipboard?.came(text),
});
const clipboard = find("clipboard") && new Clipboard(find("clipboard"), screen, tell);
const line = new Line(`${visit}/events?seat=${seat}`, {
  open() {
    lineSince = performance.now();
    clock.begin();
    outbox.reopened();
    if (lineWasLost) tell("line_back");
    if (!seen || running) notice("");
    slow = false;
  },
  closed(code) {
    lineSince = Infinity;
    if (code === SUPERSEDED || code === STRANGER) return sentAway(code);
    if (!lineWasLost) tell("line_lost", `code ${code}`);
    lineWasLost = true;
    notice("The connection to the study was interrupted. Connecting again …");
  },
  hello: (m) => { attempt ||= m.attempt; },
  clock: (m) => { clock.answer(m); lineWasLost = false; connect(); },
  status: showStatus,
  note: showMessage,
  ended: showEnd,
  ack: (m) => outbox.stored(m),
  refused: (m) => outbox.refused(m),
  answer: (m) => meters.get(m.conn)?.answer(m),
  delivery: (m) => meters.get(m.conn)?.deliver(m),
  gap: (m) => meters.get(m.conn)?.forget(false),
  lost: (m) => meters.get(m.conn)?.forget(true),
});

strip.enable(false);
onLeave(find("screen"), () => strip.focus());
find("reload").addEventListener("click", () => location.reload());
find("message-read").addEventListener("click", () => { find("message").hidden = true; focusDesktop(); });
addEventListener("pagehide", () => { giveUpWaiting(); outbox.seal(true); });
// A hidden page is not drawn: what waits for a frame would wait for the person to return.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) giveUpWaiting();
  noteLate();
});
setInterval(settle, 500);
setInterval(() => outbox.secure(), 250); // so that a browser that crashes loses less than a second
watchPage(find("screen"), (kind, at, detail) => outbox.tell(kind, at, detail));

let status = null;

function showStatus(m) {
  status = m;
  running = m.state === "running";
  strip.remaining(m.remaining_ms);
  strip.enable(running);
  noteLate();
  find("began").hidden = running;
  find("held").hidden = !(running && m.ready && m.stage !== "");
  if (!seen) loading.show(m);
  else cover(running && m.stage !== "", m);
  if (seen && !running) sayPicture();
  connect();
}

function noteLate() { late ||= document.hidden && !seen && !running && Boolean(status?.ready); }

// sayPicture tells the server that the desktop is to be seen.
function sayPicture() { line.say({ type: "picture", unseen: late }); }

// cover covers the desktop while its machine is held so that more of it can arrive, or closes.
// Afterwards the keyboard is the desktop's again, unless it has been taken elsewhere meanwhile.
function cover(on, m) {
  if (on) loading.show(m);
  if (find("loading").hidden !== on) return;
  find("loading").hidden = !on;
  if (!on && keyboardIsNowhere()) focusDesktop();
}

// keyboardIsNowhere is true after a click on what cannot take it, and where noVNC took the canvas
// away that had it.
function keyboardIsNowhere() { return document.activeElement === document.body; }

// connect opens the screen as soon as there is one and rows can be put in time. Once there is none
// any more, that its connection ends is what has to happen.
function connect() {
  if (!status?.ready) screen.rest();
  else if (clock.joined && attempt) screen.want();
}

function showDesktop(conn) {
  notice("");
  if (conn > 1) tell("screen_back");
  if (!running) sayPicture();
  if (keyboardIsNowhere() || !seen) focusDesktop();
  if (seen) return;
  seen = true;
  if (late) tell("picture_unseen");
  root.dataset.state = "running";
  find("loading").hidden = true;
  say(running ? "The desktop is here again." : "The desktop is here. The time of the task has begun.");
}

function focusDesktop() {
  if (!strip.asking) screen.focus();
}

function newMeter(conn) {
  const meter = new Meter((row) => outbox.add(inMicros(row)));
  meters.set(conn, meter);
  return meter;
}

// inMicros is a row of a meter as the server takes it: microseconds, all but at counted from at.
function inMicros({ at, sent, arrived, drawn, quiet, held, ...rest }) {
  const micros = (t) => (t === 0 ? 0 : (t - at) * 1000);
  return {
    ...rest, at: at * 1000, sent: micros(sent), arrived: micros(arrived), drawn: micros(drawn), quiet: micros(quiet), held: held * 1000,
  };
}

// waiting returns the inputs that are not complete yet, as rows.
function waiting() { return [...meters.values()].flatMap((m) => m.pending()).map(inMicros); }

// settle makes rows of inputs that are complete, or that nothing answers. While the line is
// down, and until what the server has kept back meanwhile is here, silence says nothing.
function settle() {
  sayWhetherSlow();
  if (!line.up || performance.now() - lineSince < 3000) return;
  for (const m of meters.values()) m.settle(performance.now());
  if (seen && !running) sayPicture(); // the first one may not have been stored
}

// sayWhetherSlow says that the desktop answers late where its machine waits for the network and somebody for it.
function sayWhetherSlow() {
  const waited = performance.now() - Math.min(...[...meters.values()].map((m) => m.oldest));
  const is = running && Boolean(status?.slow) && line.up && (slow || waited > lateAfter);
  if (is === slow) return;
  slow = is;
  notice(slow ? "The desktop answers late at the moment. What you do is kept, and will follow." : "");
  if (slow) tell("slow_shown");
}

function screenLost(at) {
  outbox.tell("screen_lost", at);
  notice("The picture was interrupted. Connecting again …");
}

// tell notes that something has just happened.
function tell(kind, detail) { outbox.tell(kind, performance.now(), detail); }

// once calls f once for each kind.
function once(f) {
  const told = new Set();
  return (kind, ...more) => {
    if (told.has(kind)) return;
    told.add(kind);
    f(kind, ...more);
  };
}

function giveUpWaiting() {
  for (const m of meters.values()) m.settle(performance.now(), true);
}

// leaving sees to it that what was measured is on disk before the page goes.
async function leaving() {
  giveUpWaiting();
  await outbox.drain(2000);
}

async function submitting() {
  root.dataset.state = "leaving";
  await leaving();
}

// sentAway ends the page's part: the desktop is elsewhere by now, or the server does not know any
// more that this is its participant's browser. What was measured here is left to later pages.
function sentAway(code) {
  const state = code === STRANGER ? "stranger" : "superseded";
  screen.close();
  line.end();
  strip.enable(false);
  root.dataset.state = state;
  strip.stopAsking();
  notice("");
  find(state).hidden = false;
  if (state === "superseded") find("reload").focus();
  giveUpWaiting();
  outbox.seal(true);
  leave();
}

const outcomes = {
  completed: "Well done: the task is complete", time_up: "Time is up", said_done: "Done", gave_up: "You gave up this task",
  ended_by_experimenter: "The experimenter has ended this task",
};

async function showEnd({ outcome, cause }) {
  if (["ended", "leaving"].includes(root.dataset.state)) return;
  root.dataset.state = "ended";
  status = null; // whatever was said last, there is no desktop to connect to again
  screen.rest();
  notice("");
  strip.stopAsking();
  strip.enable(false);
  if (outcome === "time_up") strip.remaining(0); // whatever the page's clock says
  find("outcome").textContent = outcomes[outcome] ?? (cause || "The desktop has closed");
  find("ended").hidden = false;
  const shown = new Promise((resolve) => setTimeout(resolve, 1500)); // long enough to be read
  await Promise.all([leaving(), shown]);
  screen.close();
  location.assign(visit);
}

// showMessage shows what an experimenter wants to say, until it has been read. The keyboard
// stays where it is: Ctrl, Alt and Shift together, then Tab, lead to the button.
function showMessage({ text }) {
  find("message-text").textContent = text;
  find("message").hidden = false;
  tell("note_shown");
}

// notice shows a quiet line over the desktop; an empty one hides it.
function notice(text) {
  const p = find("notice");
  if (p.textContent !== text) p.textContent = text;
  p.hidden = text === "";
}

function say(text) { find("say").textContent = text; }
