// shelf.js: keeps batches in the browser's IndexedDB until they are on the server's disk, across
// reloads and restarts of the browser. If the browser does not allow that (a private window, a full
// disk), it calls trouble, and the caller must keep the batches in memory.
//
// A record is a batch, its session, and the key of batches. Other people may use this browser next;
// their pages send it for the session that it belongs to. If the server has refused a batch, its
// record has refused: {status, times, at}, at as in Date.now, and stays. A draft is what an open
// page would lose if it ended now. That page replaces it by the batch; when the page is closed,
// other pages treat the draft as a batch.

import { ifGone } from "./presence.js";

const name = "vmstudy";
const store = "batches";

export class Shelf {
  #owner;
  #db; // a promise of the database; of null if nothing can be kept
  #trouble;

  // owner is {session, key}, for the batches that this page puts on the shelf. trouble is called
  // with "storage_denied" or "storage_full" and the browser's error.
  constructor(owner, trouble) {
    this.#owner = owner;
    this.#trouble = trouble;
    this.#db = open().catch((error) => { trouble("storage_denied", String(error)); return null; });
  }

  // change puts batches on the shelf and removes others, all or nothing. It resolves to whether
  // that worked.
  async change(put, drop) {
    return this.#do("readwrite", (s) => [
      ...drop.map(({ page, batch }) => s.delete([this.#owner.session, page, batch])),
      ...put.map((batch) => s.put({ ...this.#owner, ...batch })),
    ].at(-1), "storage_full").then((r) => r !== undefined);
  }

  // drop removes a batch: of the owner's session, unless it names another one.
  async drop({ session = this.#owner.session, page, batch }) {
    await this.#do("readwrite", (s) => s.delete([session, page, batch]), "storage_denied");
  }

  // all resolves to the owner's batches, ordered by page and number, without refused ones.
  async all() {
    const mine = IDBKeyRange.bound([this.#owner.session], [this.#owner.session, []]); // IndexedDB sorts arrays after numbers
    const found = await this.#do("readonly", (s) => s.getAll(mine), "storage_denied");
    const kept = (found ?? []).filter((record) => !record.refused);
    const known = await Promise.all(kept.map((r) => !r.draft || ifGone(r.session, r.page, () => true))); // without drafts of open pages, which have newer ones
    return kept.filter((_, i) => known[i]).map((record) => parted(record).batch);
  }

  // places resolves to the keys of all records, of all sessions: [session, page, batch].
  async places() {
    return await this.#do("readonly", (s) => s.getAllKeys(), "storage_denied") ?? [];
  }

  // take resolves to the record at a place, as {session, key, refused, batch}, or undefined.
  async take(place) {
    const record = await this.#do("readonly", (s) => s.get(place), "storage_denied");
    return record ? parted(record) : undefined;
  }

  // refuse notes in the record at a place that the server answered with status.
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

  // do runs a transaction. ask makes its request; do resolves to that request's result once it is
  // on disk, or to undefined if it fails. alone says that no other request follows.
  async #do(mode, ask, kind, alone = true) {
    const db = await this.#db;
    if (!db) return undefined;
    try {
      return await new Promise((resolve, reject) => {
        const t = db.transaction(store, mode);
        const request = ask(t.objectStore(store));
        t.oncomplete = () => resolve(request.result ?? null);
        t.onabort = t.onerror = () => reject(t.error ?? request.error);
        if (alone) t.commit?.(); // commit now: a page that closes does not wait for the request to finish
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
      request.result.onversionchange = () => request.result.close(); // a newer page wants to upgrade the database
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab holds the database"));
  });
}
