// reach.js: measures how a page reaches the server: the round trip, and the bandwidth in both directions. It moves some
// megabytes at most.

const trips = 9;
const largest = 1 << 20; // bytes of one probe: ProbeLimit in web/visit
const longEnough = 250; // ms that a probe must take so that it says something
const first = 1 << 14;

// reach measures. path is that of the probes. It returns what it could measure, and the sentence by which the server has refused a probe, or "".
export async function reach(path) {
  const measured = {};
  try {
    const rtt = await roundTrip(path);
    measured.rtt_ms = Math.round(rtt * 10) / 10;
    measured.down_mbps = await bandwidth(rtt, async (bytes) => (await ask(`${path}?bytes=${bytes}`)).arrayBuffer());
    measured.up_mbps = await bandwidth(rtt, (bytes) => ask(path, { method: "POST", body: noise(bytes) }));
  } catch (error) {
    return { measured, refused: error instanceof Refusal ? error.message : "" };
  }
  return { measured, refused: "" };
}

// A Refusal has the server's sentence.
class Refusal extends Error {}

async function ask(path, options) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  if (!answer.ok) throw new Refusal(await sentence(answer));
  return answer;
}

// sentence returns what the server says to people in an answer, or "" if it comes from somewhere else, such as a proxy with a page of its own.
export async function sentence(answer) {
  return answer.headers.get("Content-Type")?.startsWith("text/plain") ? (await answer.text()).trim() : "";
}

// roundTrip returns the median time of several small requests on one connection.
async function roundTrip(path) {
  const times = [];
  for (let i = 0; i <= trips; i++) {
    const began = performance.now();
    await ask(`${path}?bytes=0`);
    if (i > 0) times.push(performance.now() - began); // the first one may have opened the connection
  }
  return times.sort((a, b) => a - b)[Math.floor(trips / 2)];
}

// bandwidth moves more and more bytes until that takes long enough, and returns Mbps. A round trip passes before the first of
// them arrives.
async function bandwidth(rtt, move) {
  for (let bytes = first; ; bytes *= 4) {
    const began = performance.now();
    await move(Math.min(bytes, largest));
    const took = performance.now() - began;
    if (took < longEnough && bytes < largest) continue;
    const ms = Math.max(took - rtt, took / 10, 0.1);
    return Math.round((Math.min(bytes, largest) * 8) / ms / 10) / 100;
  }
}

function noise(bytes) {
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(all.subarray(at, Math.min(bytes, at + 65536)));
  return all;
}
