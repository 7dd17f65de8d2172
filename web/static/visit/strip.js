// strip.js: the strip above the desktop: the time left, and the ways to end the task.

import { say } from "../words.js";

const short = 30; // seconds; when less is left, the time is highlighted

export class Strip {
  #root;
  #say;
  #end = 0; // when the time is up, in ms on this page's clock
  #told = false;

  // say speaks to screen readers. Before a form that ends the task is sent, the strip awaits
  // leaving().
  constructor(root, say, leaving) {
    this.#root = root;
    this.#say = say;
    this.#dialogs();
    for (const form of root.querySelectorAll("form[action]")) {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        this.enable(false);
        await leaving();
        form.submit();
      });
    }
    setInterval(() => this.#show(), 250);
  }

  // enable enables or disables the buttons that end the task.
  enable(on) {
    for (const b of this.#root.querySelectorAll("[data-end]")) b.disabled = !on;
  }

  // remaining sets the time that is left, in milliseconds; null before the task begins.
  remaining(ms) {
    this.#end = ms === null ? 0 : performance.now() + ms;
    this.#show();
  }

  // focus focuses a button on which stray keys do no harm, and from which Tab leads into the
  // desktop.
  focus() {
    const giveUp = this.#root.querySelector("[data-ask=give-up]");
    (giveUp.disabled ? this.#root.querySelector("[data-rest]") : giveUp).focus();
  }

  #show() {
    if (this.#end === 0) return;
    const s = Math.max(0, Math.ceil((this.#end - performance.now()) / 1000));
    const text = clockText(s);
    const clock = this.#root.querySelector("[data-clock]");
    if (clock.textContent !== text) clock.textContent = text;
    this.#root.querySelector("[data-time]").dataset.time = s <= short ? "short" : "";
    if (s <= short && !this.#told) this.#say(say("%d seconds left", s));
    this.#told = s <= short;
  }

  // asking is true while a dialog asks whether to end the task.
  get asking() { return this.#root.querySelector("dialog[open]") !== null; }

  // stopAsking closes that dialog.
  stopAsking() { this.#root.querySelector("dialog[open]")?.close(); }

  #dialogs() {
    for (const dialog of this.#root.querySelectorAll("[data-dialog]")) {
      this.#root.querySelector(`[data-ask=${dialog.dataset.dialog}]`).addEventListener("click", (event) => {
        event.preventDefault(); // without this script, the button sends its form
        dialog.showModal();
      });
      dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    }
  }
}

function clockText(s) {
  const two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
