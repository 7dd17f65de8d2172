// clipboard.js: text in and out of the desktop, where a study has opened the clipboard. What goes
// in is typed, key by key, as on a US keyboard: that any guest understands, with no program in it
// that knows of clipboards. What comes out is what the guest's own clipboard hands to the screen's
// protocol, if it does. Every passage is told, so that it is in the data.

const pace = 12; // ms from key to key: as many programs take in without losing any
const shift = 0xffe1; // keysyms: X Window System Protocol, appendix A
const others = { "\n": 0xff0d, "\t": 0xff09 };
const shifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

export class Clipboard {
  #root;
  #screen;
  #tell;
  #typing = false;

  // root is the panel; screen has press(keysym, down) and focus(); tell(kind, detail) notes events.
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

  // came shows what was copied in the desktop.
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
    if (strange) return this.#fault(`The desktop has a US keyboard, on which there is no \u201c${strange}\u201d. Please leave it out.`);
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
