// tape.js: an object that noVNC uses in place of a websocket. It passes the messages of a replay to
// noVNC, and ignores what noVNC sends.

const text = (s) => [...s].map((c) => c.charCodeAt(0));
const u16 = (n) => [n >> 8 & 255, n & 255];

// The pixel format of a replay's pictures: wire.RGBX (see wire.PixelFormat).
const format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];

export class Tape {
  binaryType = "arraybuffer";
  protocol = "";
  readyState = "open";
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;

  send() {}

  close() {
    this.readyState = "closed";
    this.onclose?.({ code: 1000, reason: "", wasClean: true });
  }

  // greet passes the server's part of the handshake to noVNC (RFC 6143, sections 7.1 to 7.3), for a
  // screen of this size. It needs several DOM events for that, because noVNC handles only one step
  // of the handshake in each.
  greet(width, height) {
    const init = [...u16(width), ...u16(height), ...format, 0, 0, 0, 6, ...text("replay")];
    for (const part of [text("RFB 003.008\n"), [1, 1], [0, 0, 0, 0], init]) this.feed(new Uint8Array(part));
  }

  // resize changes the size of noVNC's screen (pseudo-encoding DesktopSize, -223).
  resize(width, height) {
    this.feed(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0, ...u16(width), ...u16(height), 255, 255, 255, 33]));
  }

  feed(bytes) { this.onmessage?.({ data: bytes.slice().buffer }); }
}
