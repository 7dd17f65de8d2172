// once.js: a form that changes something is sent once, however often its button is pressed before
// the answer is there. Pressed twice, a task was extended by twice the time.

const patience = 5000; // ms after which it may be sent again: what had begun may have been stopped

const sent = new Map(); // forms, and when they were

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < patience) event.preventDefault();
  else sent.set(form, event.timeStamp);
});
addEventListener("pageshow", () => sent.clear()); // by the browser's Back
