// watch.js: shows one desktop at full size, without input. When the desktop has closed, the script
// waits for the next one: live.js updates the facts beside it, and they say when there is one.

import RFB from "./novnc/core/rfb.js";
import { address } from "./visit/line.js";

const REFUSED = 4004; // web/console_socket.go

const wait = 3000; // ms before another try: longer than live.js takes to update the facts

const box = document.querySelector("[data-screen]");
const state = document.querySelector("[data-watch-state]");
const looking = state.textContent;
const nothing = "There is no desktop to be seen at the moment.";
let why = nothing; // the reason that is shown while there is no picture; what the server has said stays until it shows one again

function open() {
  if (!document.querySelector("[data-there]")) {
    if (state.textContent !== nothing) state.textContent = why = nothing;
    setTimeout(open, wait);
    return;
  }
  const socket = new WebSocket(address(box.dataset.screen));
  socket.addEventListener("close", (event) => { if (event.code === REFUSED) why = sentence(event.reason); });
  const rfb = new RFB(box, socket, { shared: true });
  rfb.viewOnly = true;
  rfb.scaleViewport = true;
  rfb.background = "transparent";
  rfb.addEventListener("connect", () => { why = nothing; box.dataset.state = "there"; state.textContent = looking; });
  rfb.addEventListener("disconnect", () => {
    box.dataset.state = "gone";
    state.textContent = why;
    setTimeout(open, wait);
  });
}

// sentence returns the server's reason as a sentence.
function sentence(why) { return why === "" ? "You cannot watch at the moment." : `${why[0].toUpperCase()}${why.slice(1).replace(/\.$/, "")}.`; }

open();

// A note is about the moment at which its writer began, and about the attempt that was shown then; the page may show another one when it is kept.
const note = document.querySelector("form.noting");
if (note) {
  const loaded = performance.now();
  let begun = note.noticed.value !== "";
  note.noticed.addEventListener("input", () => {
    if (!begun) {
      note.attempt.value = document.querySelector("[data-attempt]").dataset.attempt;
      note.moment.value = Number(note.dataset.now) + Math.floor(performance.now() - loaded);
    }
    begun = note.noticed.value !== "";
  });
}
