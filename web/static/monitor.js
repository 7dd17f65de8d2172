// monitor.js: shows small pictures of the desktops on the live page. While the page is visible, it
// loads them one after the other. When live.js replaces the rest of the page, they are put back
// into their places.

const every = 2000; // ms

const pictures = new Map(); // address to newest picture
const boxes = () => document.querySelectorAll("[data-thumbnail]");

// place puts the pictures into their boxes.
function place() {
  for (const box of boxes()) {
    const picture = pictures.get(box.dataset.thumbnail);
    if (picture && picture.parentNode !== box) box.replaceChildren(picture);
  }
}

async function load(address, turn) {
  const picture = new Image();
  picture.alt = "";
  picture.src = `${address}?turn=${turn}`;
  try {
    await picture.decode();
    pictures.set(address, picture);
  } catch {
    pictures.delete(address); // the desktop has closed
  }
}

async function run() {
  for (let turn = 0; ; turn++) {
    const until = new Promise((resolve) => setTimeout(resolve, every));
    for (const box of document.hidden ? [] : boxes()) {
      await load(box.dataset.thumbnail, turn);
      place();
    }
    await until;
  }
}

new MutationObserver(place).observe(document.querySelector("#live"), { childList: true, subtree: true });
run();
