// line.js: the line of events to the server. It opens itself again when it breaks, each time
// after a longer wait, until the server says that there is no more to be had.

export const SUPERSEDED = 4001; // a close code of the server, see console_socket.go

const firstWait = 500; // ms
const longestWait = 8000;

// address makes a websocket's address of a path on this server.
export function address(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

// Line calls hear[type](message) for each message, hear.open() when the line stands and
// hear.closed(code) when it broke.
export class Line {
  #path;
  #hear;
  #socket = null;
  #wait = firstWait;
  #over = false;

  constructor(path, hear) {
    this.#path = path;
    this.#hear = hear;
    this.#open();
  }

  get up() { return this.#socket?.readyState === WebSocket.OPEN; }

  // say sends a message, or returns false if the line is down.
  say(message) {
    if (this.up) this.#socket.send(JSON.stringify(message));
    return this.up;
  }

  end() {
    this.#over = true;
    this.#socket?.close();
  }

  #open() {
    const socket = new WebSocket(address(this.#path));
    this.#socket = socket;
    socket.onopen = () => { this.#wait = firstWait; this.#hear.open?.(); };
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      this.#hear[message.type]?.(message);
    };
    socket.onclose = (event) => {
      if (this.#over) return;
      this.#over = event.code === SUPERSEDED;
      this.#hear.closed?.(event.code);
      if (this.#over) return;
      setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, longestWait);
    };
  }
}
