// clipboard.js: passes text into and out of the desktop, if the study has opened the clipboard. A
// text that goes in is typed key by key, as on a US keyboard, which every guest understands without
// any program for clipboards. A text that comes out is what the guest's own clipboard sends by the
// screen protocol, if it sends anything. Each text that passes becomes an event in the data.

import { say } from "../words.js";

const pace = 12; // ms between two keys: many programs lose keys that come faster
const shift = 0xffe1; // keysyms: X Window System Protocol, appendix A
const others = { "\n": 0xff0d, "\t": 0xff09 };
const shifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

export class Clipboard {
  #root;
  #screen;
  #tell;
  #typing = false;

  // root is the panel. screen has press(keysym, down) and focus(). tell(kind, detail) records
  // events.
  constructor(root, screen, tell) {
    this.#root = root;
    this.#screen = screen;
    this.#tell = tell;
    this.#find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#type(this.#find("in").value.replaceAll("\r\n", "\n"));
    });
    this.#find("take").addEventListener("click", () => navigator.clipboard.writeText(this.#find("out").value));
  }

  // came shows a text that was copied in the desktop.
  came(text) {
    this.#find("out").value = text;
    this.#find("copied").hidden = false;
    this.#find("take").hidden = !navigator.clipboard;
    this.#root.open = true;
    this.#tell("text_copied", `${[...text].length} characters`);
  }

  async #type(text) {
    if (this.#typing || text === "") return;
    const strange = [...text].find((c) => !(c in others) && !/[ -~]/.test(c));
    if (strange) return this.#fault(say("The desktop has a US keyboard, on which there is no “%s”. Please leave it out.", strange));
    this.#fault("");
    this.#typing = true;
    this.#tell("text_typed", `${[...text].length} characters`);
    for (const c of text) {
      await new Promise((resolve) => setTimeout(resolve, pace));
      this.#press(c);
    }
    this.#typing = false;
    this.#find("in").value = "";
    this.#screen.focus();
  }

  #press(c) {
    const keysym = others[c] ?? c.charCodeAt(0);
    const up = shifted.test(c);
    if (up) this.#screen.press(shift, true);
    this.#screen.press(keysym, true);
    this.#screen.press(keysym, false);
    if (up) this.#screen.press(shift, false);
  }

  #fault(text) {
    this.#find("fault").textContent = text;
    this.#find("fault").hidden = text === "";
  }

  #find(name) { return this.#root.querySelector(`[data-clipboard-${name}]`); }
}
