// Package rfb speaks the language in which a machine's screen, keyboard and mouse travel
// over a network: the Remote Framebuffer protocol, better known as VNC.
//
// It follows RFC 6143 and the extensions that noVNC 1.7 and QEMU 7.2 agree on, as described
// by the community's rfbproto document (https://github.com/rfbproto/rfbproto). One file
// holds one message or one encoding. Made from them are:
//
//   - [Tap] sits on a connection and tells when inputs and screen updates passed. It is how
//     an interaction is timed. It needs to know where every message ends but never what a
//     picture shows, so for a Tap an encoding is a rule for its own length.
//   - [Answers] joins the events of a Tap: which update was the first that can show what
//     an input did.
//   - [Framebuffer] draws every encoding, pixel for pixel as the server means it.
//   - [Client] is a robot at the screen: it sees, types and points.
//   - [Server] is the other end: it shows a screen to viewers, through an [Encoder] for each.
//
// What a stream may ask for is limited; see [Breach].
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
//   - Compressed streams go on from rectangle to rectangle. One that is skipped, or drawn out
//     of its order, spoils all that follow.
//   - A sync flush ends a rectangle's compressed data. Go's inflater hands nothing out at a
//     mere partial flush; no server in use makes one.
//   - QEMU 7.2 mixes up big-endian pixels of 32 bits, takes channels for 8 bits at most, and
//     finds no three bytes in ZRLE for a channel shifted by 24.
package rfb
