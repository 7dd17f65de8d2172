// points.js: keys for scales and lines of ticks. Browsers themselves handle the arrow keys. This
// script adds the keys that people know from sliders: Home and End for the ends, PageUp and
// PageDown for a larger step, and digits. On a scale with at most ten points, a digit chooses the
// point with that number, or if no numbers are shown the point at that place; on a line of ticks, it
// goes to so many tenths of the line.

const steps = 4; // number of PageUp steps from one end to the other

for (const scale of document.querySelectorAll("[data-points]")) {
  const points = [...scale.querySelectorAll("input[type=radio]")];
  scale.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = target(points, event.key, "unnumbered" in scale.dataset);
    if (!to) return;
    event.preventDefault();
    to.focus();
    if (!to.checked) to.click();
  });
}

function target(points, key, unnumbered) {
  const last = points.length - 1;
  const at = points.findIndex((p) => p.checked);
  const page = Math.max(1, Math.round(last / steps));
  switch (key) {
    case "Home": return points[0];
    case "End": return points[last];
    case "PageUp": return points[Math.min(last, Math.max(at, 0) + page)];
    case "PageDown": return points[Math.max(0, (at < 0 ? last : at) - page)];
  }
  if (!/^[0-9]$/.test(key)) return undefined;
  if (points.length > 10) return points[Math.round((Number(key) / 10) * last)];
  return unnumbered ? points[Number(key) - 1] : points.find((p) => p.value === key);
}
