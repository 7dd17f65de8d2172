// shelf.js: keeps batches in the browser's IndexedDB until they are on the server's disk, over
// reloads and restarts of the browser. Where the browser denies that (a private window, a full
// disk), they are not kept, and trouble says so; it is for the caller to hold them in memory.

const name = "vmstudy";
const store = "batches";

export class Shelf {
  #session;
  #db; // a promise; of null where nothing can be kept
  #trouble;

  // session is whose batches these are: others that used this browser have theirs. trouble is
  // called with "storage_denied" or "storage_full" and the browser's own words.
  constructor(session, trouble) {
    this.#session = session;
    this.#trouble = trouble;
    this.#db = open().catch((error) => { trouble("storage_denied", String(error)); return null; });
  }

  // keep puts a batch on the shelf. It resolves to whether it is there.
  async keep(batch) {
    return this.#do("readwrite", (s) => s.put({ session: this.#session, ...batch }), "storage_full").then((r) => r !== undefined);
  }

  // drop takes a batch off the shelf.
  async drop({ page, batch }) {
    await this.#do("readwrite", (s) => s.delete([this.#session, page, batch]), "storage_denied");
  }

  // all resolves to the session's batches, by page and number.
  async all() {
    const mine = IDBKeyRange.bound([this.#session], [this.#session, []]); // an array is larger than any number
    const found = await this.#do("readonly", (s) => s.getAll(mine), "storage_denied");
    return (found ?? []).map(({ session, ...batch }) => batch);
  }

  // do resolves to what the request that ask makes results in, once it is on disk; undefined
  // if that cannot be had.
  async #do(mode, ask, kind) {
    const db = await this.#db;
    if (!db) return undefined;
    try {
      return await new Promise((resolve, reject) => {
        const t = db.transaction(store, mode);
        const request = ask(t.objectStore(store));
        t.oncomplete = () => resolve(request.result ?? null);
        t.onabort = t.onerror = () => reject(t.error ?? request.error);
        t.commit?.(); // a page that goes does not wait for the request's answer
      });
    } catch (error) {
      this.#trouble(kind, String(error));
      return undefined;
    }
  }
}

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
