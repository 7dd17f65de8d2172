// deliver.js: hands in what pages with a desktop could not send before they went, each batch for
// the session that it belongs to, whoever uses this browser by now. It is on participants' other
// pages, so that nothing waits in the browser for a desktop that does not come any more.
//
// A batch leaves the browser only when the server says that it is on disk. One that is refused
// stays, and is tried again ever more rarely, so that it neither is lost nor gets in the way.

import { ifGone } from "./presence.js";
import { Shelf } from "./shelf.js";

const firstWait = 2000; // ms before another round
const longestWait = 60_000;
const refusedWait = 60_000; // ms before a refused batch is tried again; twice as long after each refusal
const longestRefusedWait = 24 * 3600_000;
const stranger = 403; // no right to hand in; opening the personal link in this browser gives it

const script = document.querySelector("script[data-visits]");
const own = Number(script.dataset.session); // 0 on a page of no session
const shelf = new Shelf({ session: own }, () => {}); // what is not on the shelf cannot be handed in
const line = document.querySelector("[data-left]");
const saved = document.querySelector("[data-saved]"); // says that everything is

deliver();

async function deliver() {
  for (let wait = firstWait; ; wait = Math.min(2 * wait, longestWait)) {
    await sayWhetherSaved();
    await round();
    tell(await waiting());
    await sayWhetherSaved();
    if ((await shelf.places()).length === 0) return; // what an open page keeps is looked at again, too: it may go
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

// round tries every batch once, unless the server is away.
async function round() {
  for (const place of await shelf.places()) {
    const away = await ifGone(place[0], place[1], async () => {
      const record = await shelf.take(place);
      return record && due(record) && await handIn(place, record) === "away";
    });
    if (away) return;
  }
}

// due tells whether it is time to try a record. A clock that was set back does not make it wait for ever.
function due({ session, refused }) {
  if (!refused || (session === own && refused.status === stranger)) return true;
  const since = Date.now() - refused.at;
  return since < 0 || since >= Math.min(refusedWait * 2 ** (refused.times - 1), longestRefusedWait);
}

// handIn resolves to what became of a record: "stored", "refused" or "away".
async function handIn(place, { session, key, batch }) {
  const headers = { "Content-Type": "application/json", ...(key && { "Hand-In-Key": key }) };
  let answer;
  try {
    answer = await fetch(`${script.dataset.visits}/${session}/batch`, { method: "POST", headers, body: JSON.stringify(batch) });
    if (answer.ok && isReceipt(await answer.json(), batch)) {
      await shelf.drop({ session, ...batch });
      return "stored";
    }
  } catch {
    return "away"; // no network, or something between here and the server answered in its place
  }
  if (answer.status < 400 || answer.status >= 500) return "away";
  await shelf.refuse(place, answer.status);
  return "refused";
}

// isReceipt is true if the server says of this very batch that it is on disk.
function isReceipt(said, { page, batch }) { return said.type === "ack" && said.page === page && said.batch === batch; }

// waiting resolves to the records of pages that are gone: those of open pages are sent by these.
async function waiting() {
  const all = [];
  for (const place of await shelf.places()) {
    const record = await ifGone(place[0], place[1], () => shelf.take(place));
    if (record) all.push(record);
  }
  return all;
}

const sentences = {
  onTheirWay: "Some of what was measured is still in this browser and is being sent. Please leave this page open until this line goes away.",
  refused: "Some of what was measured could not be taken. It stays in this browser and is tried again. Please tell the person who runs the study.",
  stranger: "This browser still holds measurements of another visit. They are sent once that visit's personal link is opened in this browser again.",
  refusedOther: "This browser still holds measurements of another visit, which could not be taken. Please tell the person who runs the study.",
};

// tell says what is left and what a person can do about it.
function tell(left) {
  const said = new Set();
  for (const { session, refused } of left) {
    if (!refused) said.add(sentences.onTheirWay);
    else if (session === own) said.add(sentences.refused);
    else said.add(refused.status === stranger ? sentences.stranger : sentences.refusedOther);
  }
  line.textContent = [...said].join(" ");
  line.hidden = said.size === 0;
}

// sayWhetherSaved takes back that everything is saved for as long as something is not.
async function sayWhetherSaved() {
  if (saved) saved.hidden = (await shelf.places()).some(([session]) => session === own);
}
