// timeline.js: draws interactions along the time. The height and colour of a bar show how long the
// answer took.

const svg = (name, attributes) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
};

const height = 60;
const rise = [12, 20, 28, 36, 44]; // height of a bar in pixels, by band

// draw draws the time line at the picture's present width. It returns a function that moves the
// mark of the present time. duration is in milliseconds.
export function draw(picture, { duration, interactions, marks, segments }) {
  const width = Math.max(200, picture.clientWidth);
  picture.replaceChildren();
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const x = (t) => Math.max(0, Math.min(1, t / Math.max(1, duration))) * (width - 4) + 2;
  for (const t of segments.slice(1)) picture.append(svg("path", { d: `M${x(t)} 0 V${height}`, class: "segment" }));
  for (const i of interactions) {
    const title = svg("title", {});
    title.textContent = describe(i);
    const bar = i.band === null
      ? svg("path", { d: `M${x(i.at) - 2} 4 l4 8 m0 -8 l-4 8`, class: "unanswered" })
      : svg("rect", { x: x(i.at) - 1.5, y: height - 10 - rise[i.band], width: 3, height: rise[i.band], class: `band-${i.band}` });
    bar.dataset.at = i.at;
    bar.append(title);
    picture.append(bar);
  }
  let answers = 0;
  for (const m of marks) {
    const at = x(m.at);
    const d = {
      pause: () => `M${at - 3} ${height} h6 v-7 h-6 z`,
      note: () => `M${at - 4} 0 h8 v8 h-8 z`,
      event: () => `M${at} ${height - 8} l3 4 l-3 4 l-3 -4 z`,
      // Questions are answered after the trial: their marks stand at its end, one above the other.
      answer: () => `M${Math.min(at, width - 6) - 3} ${height - 6 - 9 * answers++} a3 4 0 1 0 6 0 a3 4 0 1 0 -6 0`,
    }[m.kind]();
    const mark = svg("path", { d, class: `mark-${m.kind}` });
    mark.dataset.at = m.at;
    const title = svg("title", {});
    title.textContent = wording(m, duration);
    mark.append(title);
    picture.append(mark);
  }
  const now = svg("path", { d: `M0 0 V${height}`, class: "now" });
  picture.append(now);
  return (t) => now.setAttribute("transform", `translate(${x(t)} 0)`);
}

// wording describes a mark in words, and says so if it lies before the first picture or after the
// end.
export function wording({ at, what }, duration) {
  if (at < 0) return `${clock(-at)} before the beginning: ${what}`;
  return at > duration ? `${clock(at - duration)} after the end: ${what}` : `${clock(at)} ${what}`;
}

const kinds = { key: "key", click: "click", wheel: "wheel", drag: "drag" };
const names = ["crisp", "noticeable", "annoying", "unacceptable", "unusable"];

// describe describes an interaction in words.
export function describe(i) {
  const took = i.response === null ? "not answered" : `${duration(i.response)}, ${names[i.band]}`;
  return `${clock(i.at)} ${kinds[i.kind]}: ${took}`;
}

const duration = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(2)} s`);

// clock writes a time such as 2:03.4 (minutes, seconds, tenths).
export function clock(ms) {
  const tenths = Math.floor(ms / 100);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}
