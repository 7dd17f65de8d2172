// reel.js: loads the data of a replay chunk by chunk. record.MakeReplay describes their format.

const kept = 6; // number of chunks to keep in memory

export class Reel {
  #url;
  #chunks;
  #loaded = new Map(); // chunk number to promise of [{at, bytes}]

  constructor(url, chunks) {
    this.#url = url;
    this.#chunks = chunks;
  }

  get length() { return this.#chunks.length; }

  chunk(n) { return this.#chunks[n]; }

  // find returns the number of the chunk that contains time t: the last one that begins at or
  // before t.
  find(t) {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = low + high >> 1;
      if (this.#chunks[middle].At <= t) low = middle; else high = middle;
    }
    return low;
  }

  // load returns the messages of chunk n.
  load(n) {
    let messages = this.#loaded.get(n);
    if (!messages) {
      messages = this.#fetch(this.#chunks[n]);
      messages.catch(() => this.#loaded.delete(n)); // so that the next call tries again
    }
    this.#loaded.delete(n); // delete and set again: the chunk that was used last is now the last one in the map
    this.#loaded.set(n, messages);
    if (this.#loaded.size > kept) this.#loaded.delete(this.#loaded.keys().next().value);
    return messages;
  }

  async #fetch({ Offset, Length }) {
    const answer = await fetch(this.#url, { headers: { Range: `bytes=${Offset}-${Offset + Length - 1}` } });
    if (answer.status !== 206) throw new Error(`the server answered ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const view = new DataView(bytes.buffer);
    const messages = [];
    for (let i = 0; i < bytes.length;) {
      const length = view.getUint32(i + 4);
      messages.push({ at: view.getUint32(i), bytes: bytes.subarray(i + 8, i + 8 + length) });
      i += 8 + length;
    }
    return messages;
  }
}
