// video.js: while a video is being made, shows how much of it is made.

const every = 1000; // ms

async function follow() {
  const part = document.querySelector("[data-video]");
  if (!part?.hasAttribute("data-making")) return;
  const answer = await fetch(part.dataset.video).catch(() => null); // the server may be away for a while
  if (answer?.ok) {
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-video]");
    if (next.hasAttribute("data-making")) { // keep the button, and with it the focus
      part.querySelector("label").textContent = next.querySelector("label").textContent;
      part.querySelector("progress").value = next.querySelector("progress").value;
    } else {
      part.replaceWith(next);
    }
  }
  setTimeout(follow, every);
}

follow();
