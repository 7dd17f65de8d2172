// presence.js: tells open pages from closed ones, so that no page sends the drafts on the shelf of
// a page that still works on them. An open page keeps a Web Lock with its name. The browser
// releases the lock when the page closes, even if it crashes. Without Web Locks (on pages that came
// by plain http from another computer), every other page counts as closed.

const lock = (session, page) => `vmstudy page ${session}/${page}`;

// stay makes this page count as open. It returns a function that makes it count as closed.
export function stay(session, page) {
  let leave = () => {};
  navigator.locks?.request(lock(session, page), () => new Promise((resolve) => { leave = resolve; }));
  return () => leave();
}

// ifGone calls act() if the page is closed, and resolves to what act resolves to; otherwise to
// undefined. It has the page's lock meanwhile, so that only one of several callers acts.
export async function ifGone(session, page, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(lock(session, page), { ifAvailable: true }, (free) => free && act() || undefined);
}
