// Package rfb speaks the language in which a machine's screen, keyboard and mouse travel
// over a network: the Remote Framebuffer protocol, better known as VNC.
//
// It follows RFC 6143 and the extensions that noVNC 1.7 and QEMU 7.2 agree on, as described
// by the community's rfbproto document (https://github.com/rfbproto/rfbproto). One file
// holds one message or one encoding. Three things are made from them:
//
//   - [Tap] sits on a connection and tells when inputs and screen updates passed. It is how
//     an interaction is timed. It needs to know where every message ends but never what a
//     picture shows, so an encoding is here mostly a rule for its own length.
//   - [Answers] joins the events of a Tap: which update was the first that can show what
//     an input did.
//   - [Client] is a robot at the screen: it sees, types and points.
//
// # Traps
//
//   - Neither websocket frames nor reads from a socket align with messages. Decoders are
//     written as if bytes never ran out; [Reader] and what feeds it do the waiting.
//   - The length of most rectangles depends on the pixel format, which the client may change
//     at any time while the server gives no sign of when it began to obey. A Tap gives up
//     where that would make it guess.
//   - What the server may send depends on what the client has said that it understands.
//     A Tap that should not lose its place has to take from that list what it cannot parse:
//     [Tap.LimitEncodings].
package rfb
