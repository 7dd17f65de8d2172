// line.js: the events' line, a websocket to the server. When it breaks it connects again, each time
// after a longer pause, until the server says that this page must stop.

// Close codes of the server after which the page must not connect again; see console_socket.go.
export const SUPERSEDED = 4001; // a newer page of the session is open
export const STRANGER = 4005; // the browser has no cookie of this visit

const firstWait = 500; // ms
const longestWait = 8000;

// address makes the address of a websocket from a path on this server.
export function address(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

// A Line calls hear[type](message) for each message, hear.open() when it has connected, and
// hear.closed(code) when the connection has broken.
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

  // say sends a message. It returns false if there is no connection.
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
      this.#over = [SUPERSEDED, STRANGER].includes(event.code);
      this.#hear.closed?.(event.code);
      if (this.#over) return;
      setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, longestWait);
    };
  }
}
