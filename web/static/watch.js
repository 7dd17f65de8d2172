// watch.js: one desktop at full size, to be looked at only. When the desktop is gone it is asked
// for again, so that the next one is seen as soon as it is there.

import RFB from "./novnc/core/rfb.js";
import { address } from "./visit/line.js";

const wait = 3000; // ms before it is asked for again

const box = document.querySelector("[data-screen]");
const state = document.querySelector("[data-watch-state]");
const looking = state.textContent;

function open() {
  const rfb = new RFB(box, address(box.dataset.screen), { shared: true });
  rfb.viewOnly = true;
  rfb.scaleViewport = true;
  rfb.background = "transparent";
  rfb.addEventListener("connect", () => { box.dataset.state = "there"; state.textContent = looking; });
  rfb.addEventListener("disconnect", () => {
    box.dataset.state = "gone";
    state.textContent = "There is no desktop to be seen at the moment.";
    setTimeout(open, wait);
  });
}

open();
