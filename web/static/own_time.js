// own_time.js: shows the laboratory's times also in the time zone of the browser. A <span
// data-own-time> contains one or two <time datetime="2026-07-01T09:00:00+02:00">; if the browser's
// zone is another one, the script adds the same times in that zone. It explains them in the
// elements with data-own-zone.

import { inLanguage, say } from "./words.js";

const offset = (time) => {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(time.dateTime) ?? [null, "+", "0", "0"];
  return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes)); // minutes ahead of UTC
};
const elsewhere = (time) => offset(time) !== -new Date(time.dateTime).getTimezoneOffset();

const locale = inLanguage() === "en" ? "en-GB" : inLanguage();
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const date = (time) => time.dateTime.slice(0, 10); // the date at the laboratory
const ownDate = (d) => [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

let any = false;
for (const span of document.querySelectorAll("[data-own-time]")) {
  const times = [...span.querySelectorAll("time")];
  if (!times.some(elsewhere)) continue;
  any = true;
  let last = date(times[0]);
  const words = times.map((time) => {
    const own = new Date(time.dateTime);
    const said = ownDate(own) === last ? clock.format(own) : `${day.format(own)}, ${clock.format(own)}`;
    last = ownDate(own);
    return said;
  });
  const small = document.createElement("small");
  small.className = "own";
  small.textContent = say("%s for you", words.join("–"));
  span.append(" ", small);
}
for (const note of document.querySelectorAll("[data-own-zone]")) {
  note.hidden = !any;
  note.textContent = say("Times “for you” are those of this computer: %s.", Intl.DateTimeFormat().resolvedOptions().timeZone);
}
