// tape.js: what noVNC takes for its connection: it plays what a replay's server sent, and takes
// what the viewer says without an answer.

const text = (s) => [...s].map((c) => c.charCodeAt(0));
const u16 = (n) => [n >> 8 & 255, n & 255];

// RGBX, see wire.PixelFormat: what a replay's pictures are in.
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

  // greet is the server's part of the handshake (RFC 6143, sections 7.1 to 7.3), for a screen of
  // this size. noVNC waits for another event after a step, as it would for an answer.
  greet(width, height) {
    const init = [...u16(width), ...u16(height), ...format, 0, 0, 0, 6, ...text("replay")];
    for (const part of [text("RFB 003.008\n"), [1, 1], [0, 0, 0, 0], init]) this.feed(new Uint8Array(part));
  }

  // resize makes the viewer's screen another size (pseudo-encoding DesktopSize, -223).
  resize(width, height) {
    this.feed(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0, ...u16(width), ...u16(height), 255, 255, 255, 33]));
  }

  feed(bytes) { this.onmessage?.({ data: bytes.slice().buffer }); }
}
