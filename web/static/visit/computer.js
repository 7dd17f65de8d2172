// computer.js: finds out what a participant's computer is, for the pages before the consent. What it finds stays in the tab
// (sessionStorage) until the consent is sent.

// keptAs is the name under which the tab of a session keeps what was found.
export function keptAs(session) { return `vmstudy-computer-${session}`; }

// The features of browsers without which there is no desktop.
const needed = {
  WebSocket: () => "WebSocket" in window,
  "ES modules": () => "noModule" in HTMLScriptElement.prototype,
  IndexedDB: () => "indexedDB" in window,
  canvas: () => Boolean(document.createElement("canvas").getContext("2d")),
  "PointerEvent": () => "PointerEvent" in window,
};

// look returns what can be said of the computer at once.
export function look() {
  return {
    ...names(),
    lacks: Object.keys(needed).filter((name) => !needed[name]()),
    secure: window.isSecureContext,
    screen: [screen.width, screen.height].map(Math.round),
    window: [document.documentElement.clientWidth, window.innerHeight].map(Math.round),
    scale: Math.round(window.devicePixelRatio * 1000) / 1000,
    pointer: pointer(),
  };
}

function pointer() {
  for (const kind of ["fine", "coarse"]) if (matchMedia(`(any-pointer: ${kind})`).matches) return kind;
  return "none";
}

// names returns the name and main version of the browser, and the system. Browsers of one family name themselves after each
// other; the last that fits is meant.
function names() {
  const agent = navigator.userAgent;
  const found = (all) => all.map(([name, as]) => [name, new RegExp(as).exec(agent)]).findLast(([, match]) => match);
  const [browser, version] = found([["Safari", "Version/(\\d+).*Safari/"], ["Firefox", "Firefox/(\\d+)"], ["Chrome", "Chrome/(\\d+)"], ["Edge", "Edg/(\\d+)"], ["Opera", "OPR/(\\d+)"]]) ?? ["", null];
  const [system] = found([["Linux", "Linux"], ["Windows", "Windows"], ["macOS", "Macintosh"], ["ChromeOS", "CrOS"], ["Android", "Android"], ["iOS", "iPhone|iPad"]]) ?? [""];
  return { browser: browser && `${browser} ${version[1]}`, system };
}

// layoutByMap returns the layout of the keyboard if the browser says it (W3C Keyboard Map), or "". prints has what is
// printed on the keys of each layout.
export async function layoutByMap(prints) {
  let map;
  try {
    map = await navigator.keyboard?.getLayoutMap();
  } catch {
    return ""; // the page may not ask
  }
  if (!map?.size) return "";
  const scores = Object.entries(prints).map(([name, keys]) => {
    const asked = Object.keys(keys).filter((code) => keys[code][0] !== "" && map.has(code));
    return { name, share: asked.filter((code) => map.get(code) === keys[code][0]).length / asked.length };
  });
  const best = scores.reduce((a, b) => (b.share > a.share ? b : a));
  return best.share >= 0.85 && scores.filter((s) => s.share === best.share).length === 1 ? best.name : "";
}

// Presses finds out the layout by keys that are pressed. Many keyboards have the signs of another one on some keys, so it takes
// three different keys to tell.
export class Presses {
  #prints;
  #left; // layouts that have all signs since one fitted none
  #fitted; // the keys of these signs
  #pressed; // all keys since the last verdict

  constructor(prints) {
    this.#prints = Object.entries(prints);
    this.#restart();
  }

  #restart() {
    this.#left = this.#prints;
    this.#fitted = new Set();
    this.#pressed = new Set();
  }

  // press notes a keydown. It returns the layout once three different keys tell it, and "" if three different keys were pressed and it is none of
  // these. After either, the keys may be pressed again. Before, it returns undefined: one key may be mistyped.
  press({ code, key, shiftKey }) {
    this.#left = this.#left.filter(([, keys]) => keys[code]?.[shiftKey ? 1 : 0].toLowerCase() === key.toLowerCase());
    this.#fitted.add(code);
    this.#pressed.add(code);
    if (this.#left.length === 0) {
      this.#left = this.#prints;
      this.#fitted = new Set();
      return this.#pressed.size >= 3 ? this.#verdict("") : undefined;
    }
    return this.#left.length === 1 && this.#fitted.size >= 3 ? this.#verdict(this.#left[0][0]) : undefined;
  }

  #verdict(layout) {
    this.#restart();
    return layout;
  }
}
