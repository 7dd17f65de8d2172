// leave.js: leaves the desktop by keyboard, with Ctrl, Alt and Shift pressed together. These keys
// do nothing by themselves, so a desktop hardly ever needs them together, and operating systems do
// not use them as a shortcut. Apache Guacamole uses the same keys. AltGr does not count, although
// some systems report it as Ctrl and Alt: people type letters with AltGr and Shift.

const modifiers = new Set(["Control", "Alt", "Shift"]);

export function onLeave(box, leave) {
  box.addEventListener("keydown", (event) => {
    const all = event.ctrlKey && event.altKey && event.shiftKey;
    if (!all || !modifiers.has(event.key) || event.getModifierState("AltGraph")) return;
    event.preventDefault();
    event.stopPropagation(); // noVNC would not see the key released
    leave();
  }, { capture: true });
}
