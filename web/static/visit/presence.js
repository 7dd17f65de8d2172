// presence.js: tells a page that is open from one that is gone, so that nobody takes from the
// browser's store what its own page is still at work on. An open page holds a Web Lock of its name;
// the browser lets go of it when the page goes, even if it crashes. Where there are no Web Locks (a
// page that came by plain http from another computer) every other page counts as gone.

const lock = (session, page) => `vmstudy page ${session}/${page}`;

// stay makes this page count as open. It returns a function that ends that.
export function stay(session, page) {
  let leave = () => {};
  navigator.locks?.request(lock(session, page), () => new Promise((resolve) => { leave = resolve; }));
  return () => leave();
}

// ifGone awaits act() if the page is gone, and holds its place meanwhile: of several pages that
// ask, one acts. It resolves to what act does, or to undefined.
export async function ifGone(session, page, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(lock(session, page), { ifAvailable: true }, (free) => free && act() || undefined);
}
