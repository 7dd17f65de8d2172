// shelf.js: keeps batches in the browser's IndexedDB until they are on the server's disk, over
// reloads and restarts of the browser. Where the browser denies that (a private window, a full
// disk), they are not kept, and trouble says so; it is for the caller to hold them in memory.
//
// A record is a batch with the session that it belongs to and the key with which it is handed in:
// other people may use this browser next, and their pages hand it in for whom it belongs to. One
// that the server has refused says so in refused: {status, times, at}, at as Date.now. It stays.
// A draft is what an open page would lose if it ended now. Its own page replaces it by the batch; others
// take it for one when that page is gone.

import { ifGone } from "./presence.js";

const name = "vmstudy";
const store = "batches";

export class Shelf {
  #owner;
  #db; // a promise; of null where nothing can be kept
  #trouble;

  // owner is {session, key}: whose batches are kept here. trouble is called with
  // "storage_denied" or "storage_full" and the browser's own words.
  constructor(owner, trouble) {
    this.#owner = owner;
    this.#trouble = trouble;
    this.#db = open().catch((error) => { trouble("storage_denied", String(error)); return null; });
  }

  // change puts batches on the shelf and takes others off, all or nothing. It resolves to whether that is
  // done.
  async change(put, drop) {
    return this.#do("readwrite", (s) => [
      ...drop.map(({ page, batch }) => s.delete([this.#owner.session, page, batch])),
      ...put.map((batch) => s.put({ ...this.#owner, ...batch })),
    ].at(-1), "storage_full").then((r) => r !== undefined);
  }

  // drop takes a batch off the shelf: of the owner's, unless it says another session.
  async drop({ session = this.#owner.session, page, batch }) {
    await this.#do("readwrite", (s) => s.delete([session, page, batch]), "storage_denied");
  }

  // all resolves to the owner's batches, by page and number. Those that were refused are left out.
  async all() {
    const mine = IDBKeyRange.bound([this.#owner.session], [this.#owner.session, []]); // an array is larger than any number
    const found = await this.#do("readonly", (s) => s.getAll(mine), "storage_denied");
    const kept = (found ?? []).filter((record) => !record.refused);
    const known = await Promise.all(kept.map((r) => !r.draft || ifGone(r.session, r.page, () => true))); // an open page has newer
    return kept.filter((_, i) => known[i]).map((record) => parted(record).batch);
  }

  // places resolves to where records lie, everybody's: [session, page, batch].
  async places() {
    return await this.#do("readonly", (s) => s.getAllKeys(), "storage_denied") ?? [];
  }

  // take resolves to what lies at a place, as {session, key, refused, batch}; undefined if nothing does.
  async take(place) {
    const record = await this.#do("readonly", (s) => s.get(place), "storage_denied");
    return record ? parted(record) : undefined;
  }

  // refuse notes on the record at a place that the server answered with status.
  async refuse([session = this.#owner.session, page, batch], status) {
    await this.#do("readwrite", (s) => {
      const found = s.get([session, page, batch]);
      found.onsuccess = () => {
        const record = found.result;
        if (record) s.put({ ...record, refused: { status, times: (record.refused?.times ?? 0) + 1, at: Date.now() } });
      };
      return found;
    }, "storage_full", false);
  }

  // do resolves to what the request that ask makes results in, once it is on disk; undefined
  // if that cannot be had. alone says that no other request follows it.
  async #do(mode, ask, kind, alone = true) {
    const db = await this.#db;
    if (!db) return undefined;
    try {
      return await new Promise((resolve, reject) => {
        const t = db.transaction(store, mode);
        const request = ask(t.objectStore(store));
        t.oncomplete = () => resolve(request.result ?? null);
        t.onabort = t.onerror = () => reject(t.error ?? request.error);
        if (alone) t.commit?.(); // a page that goes does not wait for the request's answer
      });
    } catch (error) {
      this.#trouble(kind, String(error));
      return undefined;
    }
  }
}

function parted({ session, key, refused, draft, ...batch }) { return { session, key, refused, batch }; }

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: ["session", "page", "batch"] });
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page wants another shape
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab holds the database"));
  });
}
