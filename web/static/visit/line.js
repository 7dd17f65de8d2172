// line.js: the line of events to the server. It opens itself again when it breaks, each time
// after a longer wait, until the server says that there is no more to be had.

// Close codes of the server after which there is nothing to be had here, see console_socket.go.
export const SUPERSEDED = 4001; // a newer page of the session is open
export const STRANGER = 4005; // the browser does not show that it is the participant's

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
      this.#over = [SUPERSEDED, STRANGER].includes(event.code);
      this.#hear.closed?.(event.code);
      if (this.#over) return;
      setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, longestWait);
    };
  }
}
