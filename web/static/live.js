// live.js: keeps <div data-refresh="address"> up to date, as long as the server's answer contains
// an element with data-live. It replaces the content only if that has changed, so that nothing
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
      if (answer.redirected || answer.status === 403) return location.reload(); // the login or the role has ended: the page says so
      if (!answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      if (text !== shown) replace(area, text);
      shown = text;
      area.removeAttribute("data-stale");
    } catch {
      area.setAttribute("data-stale", "Not up to date: the server could not be asked."); // the style sheet shows this text; the next turn tries again
    }
  }
}

// replace shows a new content in the area. It keeps the sideways scrolling of tables, the focus,
// and which details are open.
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
