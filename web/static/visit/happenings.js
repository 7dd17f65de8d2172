// happenings.js: what happens to the page around the inputs and may explain what was measured:
// the tab hidden and shown, the keyboard elsewhere and back, another size.

const settled = 300; // ms without another resize

// watchPage tells of it: tell(kind, at, detail), at in milliseconds on the page's clock.
export function watchPage(box, tell) {
  tell("page_opened", performance.now(), [
    size(), `clock ${tick()} µs`, crossOriginIsolated ? "isolated" : "not isolated", navigator.userAgent,
  ].join("; "));
  document.addEventListener("visibilitychange", (event) => tell(document.hidden ? "page_hidden" : "page_shown", event.timeStamp));
  // A blur that is not trusted is the one by which screen.js makes noVNC let go of all keys.
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

// tick returns the steps of the page's clock in microseconds, as far as they can be seen.
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
