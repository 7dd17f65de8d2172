// main.js: connects the parts of the page with the desktop.

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
import { say } from "../words.js";

const lateAfter = 1500; // ms without an answer after which the page says that the answer will be late

const root = document.querySelector(".desktop");
const find = (name) => root.querySelector(`[data-${name}]`);
const { visit, seat, key } = root.dataset;
const session = Number(root.dataset.session);

const meters = new Map(); // screen connection to its Meter
let attempt = 0; // the attempt that the measurements belong to
let seen = false; // whether the desktop has been drawn
let running = false; // whether the server says that the task runs
let slow = false; // whether the page shows that the desktop answers late
let late = false; // whether the desktop became ready while the page was hidden, when nothing is drawn
let lineSince = Infinity;
let lineWasLost = false;

const clock = new Clock((m) => line.say(m));
const leave = stay(session, Number(seat));
const shelf = new Shelf({ session, key }, once((kind, why) => tell(kind, why)));
const outbox = new Outbox((batch) => line.say({ type: "batch", ...batch }), shelf, Number(seat), clock, () => attempt, waiting);
const loading = new Loading(root);
const strip = new Strip(root, speak, submitting);
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
    notice(say("The connection to the study was interrupted. Connecting again …"));
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
// A click on the cover leaves the keyboard with the desktop: what somebody types on waits at the machine, and is not lost.
find("loading").addEventListener("mousedown", (event) => event.preventDefault());
find("message-read").addEventListener("click", () => { find("message").hidden = true; focusDesktop(); });
addEventListener("pagehide", () => { giveUpWaiting(); outbox.seal(true); });
// A hidden page is not drawn. So an input that waits for an animation frame would wait until the
// person returns.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) giveUpWaiting();
  noteLate();
});
setInterval(settle, 500);
setInterval(() => outbox.secure(), 250); // so that less than a second is lost when the browser crashes
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

// sayPicture tells the server that the participant can see the desktop.
function sayPicture() { line.say({ type: "picture", unseen: late }); }

// cover covers the desktop, or uncovers it. The desktop is covered while its machine is held until
// more of it has arrived, and while it closes. Afterwards the desktop gets the focus again, unless
// the person has focused something else meanwhile.
function cover(on, m) {
  if (on) loading.show(m);
  if (find("loading").hidden !== on) return;
  find("loading").hidden = !on;
  if (!on && keyboardIsNowhere()) focusDesktop();
}

// keyboardIsNowhere is true if no element has the focus: after a click on something that cannot
// have it, or when noVNC removed the canvas that had it.
function keyboardIsNowhere() { return document.activeElement === document.body; }

// connect opens the screen as soon as there is a desktop and the clocks are joined. When there is
// no desktop any more, its connection is expected to end, so connect makes the screen not connect
// again.
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
  speak(running ? say("The desktop is here again.") : say("The desktop is here. The time of the task has begun."));
}

function focusDesktop() {
  if (!strip.asking) screen.focus();
}

function newMeter(conn) {
  const meter = new Meter((row) => outbox.add(inMicros(row)));
  meters.set(conn, meter);
  return meter;
}

// inMicros converts a row of a Meter for the server: to microseconds, and to times that count from
// at.
function inMicros({ at, sent, arrived, drawn, quiet, held, ...rest }) {
  const micros = (t) => (t === 0 ? 0 : (t - at) * 1000);
  return {
    ...rest, at: at * 1000, sent: micros(sent), arrived: micros(arrived), drawn: micros(drawn), quiet: micros(quiet), held: held * 1000,
  };
}

// waiting returns rows for the inputs that are not complete yet.
function waiting() { return [...meters.values()].flatMap((m) => m.pending()).map(inMicros); }

// settle finishes the rows of inputs that are complete or that nothing has answered. It waits while
// the connection is down, and until 3 s after it opened: the server may still have to say which
// updates were answers.
function settle() {
  sayWhetherSlow();
  if (!line.up || performance.now() - lineSince < 3000) return;
  for (const m of meters.values()) m.settle(performance.now());
  if (seen && !running) sayPicture(); // again, because the server may not have stored the first one
}

// sayWhetherSlow says that the desktop answers late if its machine waits for the network and an
// input waits for an answer.
function sayWhetherSlow() {
  const waited = performance.now() - Math.min(...[...meters.values()].map((m) => m.oldest));
  const is = running && Boolean(status?.slow) && line.up && (slow || waited > lateAfter);
  if (is === slow) return;
  slow = is;
  notice(slow ? say("The desktop answers late at the moment. What you do is kept, and will follow.") : "");
  if (slow) tell("slow_shown");
}

function screenLost(at) {
  outbox.tell("screen_lost", at);
  notice(say("The picture was interrupted. Connecting again …"));
}

// tell records an event that has happened now.
function tell(kind, detail) { outbox.tell(kind, performance.now(), detail); }

// once returns a function that calls f at most once for each kind.
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

// leaving waits until the measurements are on the server's disk, or for 2 s.
async function leaving() {
  giveUpWaiting();
  await outbox.drain(2000);
}

async function submitting() {
  root.dataset.state = "leaving";
  await leaving();
}

// sentAway stops the page: a newer page has the desktop, or this browser no longer has the cookie
// of this visit. Later pages will send what was measured here.
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
  completed: say("Well done: the task is complete"), time_up: say("Time is up"), said_done: say("Done"), gave_up: say("You gave up this task"),
  ended_by_experimenter: say("The experimenter has ended this task"),
};

async function showEnd({ outcome, cause }) {
  if (["ended", "leaving"].includes(root.dataset.state)) return;
  root.dataset.state = "ended";
  status = null; // so that connect does not open the screen again
  screen.rest();
  notice("");
  strip.stopAsking();
  strip.enable(false);
  if (outcome === "time_up") strip.remaining(0); // the page's clock may be a little behind
  find("outcome").textContent = outcomes[outcome] ?? (cause || say("The desktop has closed"));
  find("ended").hidden = false;
  const shown = new Promise((resolve) => setTimeout(resolve, 1500)); // long enough to read the outcome
  await Promise.all([leaving(), shown]);
  screen.close();
  location.assign(visit);
}

// showMessage shows a note from an experimenter until the participant has read it. It does not move
// the focus: Ctrl, Alt and Shift together, and then Tab, lead to the button.
function showMessage({ text }) {
  find("message-text").textContent = text;
  find("message").hidden = false;
  tell("note_shown");
}

// notice shows a line of text over the desktop. An empty text hides it.
function notice(text) {
  const p = find("notice");
  if (p.textContent !== text) p.textContent = text;
  p.hidden = text === "";
}

function speak(text) { find("say").textContent = text; }
