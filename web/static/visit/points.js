// points.js: keys on scales and lines of ticks. Arrows are the browser's own; this adds those that
// people know from sliders: Home and End for the ends, PageUp and PageDown for a larger step, and
// digits. On a scale of up to ten points a digit is the point's own number, on a line of ticks it is
// a tenth of the way.

const steps = 4; // a page is so many of them from one end to the other

for (const scale of document.querySelectorAll("[data-points]")) {
  const points = [...scale.querySelectorAll("input[type=radio]")];
  scale.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = target(points, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
    if (!to.checked) to.click();
  });
}

function target(points, key) {
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
  return points.length <= 10 ? points.find((p) => p.value === key) : points[Math.round((Number(key) / 10) * last)];
}
