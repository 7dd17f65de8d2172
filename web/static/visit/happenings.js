// happenings.js: reports events of the page that may explain measurements: the tab hidden or shown,
// the keyboard focus lost or back, a new size.

const settled = 300; // ms without another resize before the new size is reported

// watchPage calls tell(kind, at, detail) for each event; at is milliseconds on the page's clock.
export function watchPage(box, tell) {
  tell("page_opened", performance.now(), [
    size(), `clock ${tick()} µs`, crossOriginIsolated ? "isolated" : "not isolated", navigator.userAgent,
  ].join("; "));
  document.addEventListener("visibilitychange", (event) => tell(document.hidden ? "page_hidden" : "page_shown", event.timeStamp));
  // screen.js sends an untrusted blur to make noVNC release all keys; that is no loss of focus.
  addEventListener("blur", (event) => event.isTrusted && tell("focus_lost", event.timeStamp, "window"));
  addEventListener("focus", (event) => event.isTrusted && tell("focus_got", event.timeStamp, "window"));
  box.addEventListener("focusout", (event) => document.hasFocus() && tell("focus_lost", event.timeStamp, "desktop"));
  box.addEventListener("focusin", (event) => tell("focus_got", event.timeStamp, "desktop"));
  let timer = 0;
  addEventListener("resize", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => tell("resized", event.timeStamp, size()), settled);
  });
}

function size() {
  return `page ${innerWidth}x${innerHeight} at ${devicePixelRatio}, screen ${screen.width}x${screen.height}`;
}

// tick measures the resolution of the page's clock, in microseconds.
function tick() {
  let least = Infinity;
  for (let i = 0; i < 50; i++) {
    const from = performance.now();
    let to = from;
    while (to === from) to = performance.now();
    least = Math.min(least, to - from);
  }
  return Math.round(least * 1e4) / 10;
}
