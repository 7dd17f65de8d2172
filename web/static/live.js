// live.js: keeps <div data-refresh="address"> up to date for as long as what the server
// sends contains an element with data-live. Only what has changed is drawn again, so nothing
// flickers and the page does not scroll.

const every = 2000; // ms

for (const area of document.querySelectorAll("[data-refresh]")) follow(area);

async function follow(area) {
  let shown = "";
  while (area.querySelector("[data-live]")) {
    await new Promise((resolve) => setTimeout(resolve, every));
    if (document.hidden) continue;
    try {
      const answer = await fetch(area.dataset.refresh);
      if (answer.redirected) return location.reload(); // signed out meanwhile
      if (!answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      if (text !== shown) replace(area, text);
      shown = text;
      area.removeAttribute("data-stale");
    } catch {
      area.setAttribute("data-stale", "Not up to date: the server could not be asked."); // the style says so; it is tried again
    }
  }
}

// replace draws text in the area and keeps how far its tables were scrolled sideways, what has
// the keyboard, and what was unfolded.
function replace(area, text) {
  const before = [...area.querySelectorAll(".wide")];
  const scrolled = before.map((e) => e.scrollLeft);
  const focused = before.indexOf(document.activeElement);
  const held = document.activeElement?.id;
  const open = [...area.querySelectorAll("details[open]")].map((e) => e.id);
  area.innerHTML = text;
  for (const e of area.querySelectorAll("details")) e.open = open.includes(e.id);
  const after = [...area.querySelectorAll(".wide")];
  after.forEach((e, i) => { e.scrollLeft = scrolled[i] ?? 0; });
  const again = after[focused] ?? (held && area.querySelector(`#${CSS.escape(held)}`));
  if (again && again !== document.activeElement) again.focus({ preventScroll: true });
}
