// points.js: keys for scales and lines of ticks. Browsers themselves handle the arrow keys, except where a scale runs from
// right to left: there they would lead the other way than the arrow points. This
// script adds the keys that people know from sliders: Home and End for the ends, PageUp and
// PageDown for a larger step, and digits. On a scale with at most ten points, a digit chooses the
// point with that number, or if no numbers are shown the point at that place; on a line of ticks, it
// goes to so many tenths of the line.

const steps = 4; // number of PageUp steps from one end to the other

for (const scale of document.querySelectorAll("[data-points]")) {
  const points = [...scale.querySelectorAll("input[type=radio]")];
  scale.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = target(points, event.key, "unnumbered" in scale.dataset) ?? mirrored(scale, points, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
    if (!to.checked) to.click();
  });
}

// mirrored returns the point to the left or right on a scale that runs from right to left.
function mirrored(scale, points, key) {
  const step = { ArrowLeft: 1, ArrowRight: -1 }[key];
  if (!step || getComputedStyle(scale).direction !== "rtl") return undefined;
  const at = points.indexOf(document.activeElement);
  return points[(at + step + points.length) % points.length];
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
