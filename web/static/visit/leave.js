// leave.js: the way out of the desktop by keyboard: Ctrl, Alt and Shift held together. Three
// keys that do nothing by themselves are missed least in a desktop, and system shortcuts
// leave them alone; Apache Guacamole uses the same. AltGr, which some systems report as Ctrl
// and Alt, does not count: with Shift it types letters.

const modifiers = new Set(["Control", "Alt", "Shift"]);

export function onLeave(box, leave) {
  box.addEventListener("keydown", (event) => {
    const all = event.ctrlKey && event.altKey && event.shiftKey;
    if (!all || !modifiers.has(event.key) || event.getModifierState("AltGraph")) return;
    event.preventDefault();
    event.stopPropagation(); // noVNC must not press a key that it will not see released
    leave();
  }, { capture: true });
}
