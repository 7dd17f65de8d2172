// results.js: fills <details data-load="address"> when somebody opens it. Tests and models take a while, so they are not computed
// before anybody asks.

for (const area of document.querySelectorAll("details[data-load]")) {
  area.addEventListener("toggle", () => { if (area.open) load(area); });
  if (area.open) load(area);
}

async function load(area) {
  const part = area.querySelector("[data-part]");
  if (!part || area.dataset.state) return;
  area.dataset.state = "loading";
  const waiting = part.textContent;
  part.textContent = "Computing…";
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(area.dataset.load);
    if (answer.redirected) return location.reload(); // the login has ended
    if (!answer.ok) throw new Error(answer.statusText);
    part.innerHTML = await answer.text();
    area.dataset.state = "loaded";
  } catch {
    part.textContent = `It could not be computed: the server did not answer. Close this and open it again. ${waiting}`;
    delete area.dataset.state;
  }
  part.removeAttribute("aria-busy");
}
