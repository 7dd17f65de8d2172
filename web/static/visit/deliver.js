// deliver.js: hands in what a page with a desktop could not send before it went. It is on the
// participant's other pages, so that nothing waits in the browser for a desktop that does not
// come any more.

import { Shelf } from "./shelf.js";

const firstWait = 2000; // ms before a batch is tried again
const longestWait = 60_000;

const { session } = document.querySelector("script[data-session]").dataset;
const shelf = new Shelf(Number(session), () => {}); // what is not on the shelf cannot be handed in

deliver();

async function deliver() {
  let wait = firstWait;
  for (const batch of await shelf.all()) {
    while (!await handedIn(batch)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, longestWait);
    }
    await shelf.drop(batch);
  }
}

// handedIn reports whether the batch need not be sent again.
async function handedIn(batch) {
  try {
    const answer = await fetch("/visit/batch", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(batch) });
    return answer.ok || (answer.status >= 400 && answer.status < 500);
  } catch {
    return false; // no network
  }
}
