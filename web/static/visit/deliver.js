// deliver.js: sends batches that pages with a desktop could not send before they were closed. It
// sends each batch to the session that the batch belongs to, whoever uses this browser now. It runs
// on the other pages for participants, so that no batch has to wait in the browser until a desktop
// is opened again.
//
// A batch is deleted from the browser only when the server says that it is on disk. A batch that
// the server refuses stays. The script tries it again less and less often, so that it is not lost
// and does not delay the others.

import { ifGone } from "./presence.js";
import { Shelf } from "./shelf.js";
import { say } from "../words.js";

const firstWait = 2000; // ms between the first two rounds; each later pause is twice as long
const longestWait = 60_000;
const refusedWait = 60_000; // ms before a refused batch is tried again; doubles with each refusal
const longestRefusedWait = 24 * 3600_000;
const stranger = 403; // status for "no right to send this"; opening the personal link in this browser gives the right

const script = document.querySelector("script[data-visits]");
const own = Number(script.dataset.session); // the session of this page; 0 if it has none
const shelf = new Shelf({ session: own }, () => {}); // without access to the shelf there is nothing to send
const line = document.querySelector("[data-left]");
const saved = document.querySelector("[data-saved]"); // the sentence that everything is saved

deliver();

async function deliver() {
  for (let wait = firstWait; ; wait = Math.min(2 * wait, longestWait)) {
    await sayWhetherSaved();
    await round();
    tell(await waiting());
    await sayWhetherSaved();
    if ((await shelf.places()).length === 0) return; // a batch of an open page counts, too: that page may be closed without sending it
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

// round tries every batch once, and stops if the server cannot be reached.
async function round() {
  for (const place of await shelf.places()) {
    const away = await ifGone(place[0], place[1], async () => {
      const record = await shelf.take(place);
      return record && due(record) && await handIn(place, record) === "away";
    });
    if (away) return;
  }
}

// due reports whether a record should be tried now. If the computer's clock was set back, the
// record is due.
function due({ session, refused }) {
  if (!refused || (session === own && refused.status === stranger)) return true;
  const since = Date.now() - refused.at;
  return since < 0 || since >= Math.min(refusedWait * 2 ** (refused.times - 1), longestRefusedWait);
}

// handIn sends a record and resolves to "stored", "refused" or "away".
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
    return "away"; // no network, or a proxy answered instead of the server
  }
  if (answer.status < 400 || answer.status >= 500) return "away";
  await shelf.refuse(place, answer.status);
  return "refused";
}

// isReceipt is true if the answer says that this very batch is on disk.
function isReceipt(said, { page, batch }) { return said.type === "ack" && said.page === page && said.batch === batch; }

// waiting resolves to the records of closed pages. Open pages send their own.
async function waiting() {
  const all = [];
  for (const place of await shelf.places()) {
    const record = await ifGone(place[0], place[1], () => shelf.take(place));
    if (record) all.push(record);
  }
  return all;
}

const sentences = {
  onTheirWay: say("Some of what was measured is still in this browser and is being sent. Please leave this page open until this line goes away."),
  refused: say("Some of what was measured could not be taken. It stays in this browser and is tried again. Please tell the person who runs the study."),
  stranger: say("This browser still holds measurements of another visit. They are sent once that visit's personal link is opened in this browser again."),
  refusedOther: say("This browser still holds measurements of another visit, which could not be taken. Please tell the person who runs the study."),
};

// tell shows what has not been sent, and what the person can do about it.
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

// sayWhetherSaved hides the sentence that everything is saved while this session has something on
// the shelf.
async function sayWhetherSaved() {
  if (saved) saved.hidden = (await shelf.places()).some(([session]) => session === own);
}
