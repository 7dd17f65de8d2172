// once.js: makes sure that a form that changes something is sent only once, even if its button is
// pressed again before the answer has arrived. Otherwise two presses would extend a task twice.

const patience = 5000; // ms after which the form may be sent again, because the person may have stopped loading

const sent = new Map(); // form to the time at which it was sent

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < patience) event.preventDefault();
  else sent.set(form, event.timeStamp);
});
addEventListener("pageshow", () => sent.clear()); // the person may have come with the browser's Back button
