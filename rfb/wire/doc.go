// Package wire reads and writes the messages of the screen protocol.
//
// Each file is about one message, or about how long the rectangles of one encoding are. A [Reader] reads from
// a connection and waits for bytes; its first error sticks. What a stream may ask for is limited:
// a stream that goes beyond a limit ends with a [Breach].
//
// # Traps
//
//   - Neither websocket frames nor reads from a socket align with messages. Decoders are
//     written as if bytes never ran out. [Reader], and what it reads from, do the waiting.
//   - The length of most rectangles depends on the pixel format. The client may change it at any time,
//     and the server gives no sign of when it began to obey.
//   - What the server may send depends on what the client has said that it understands: see
//     [Encoding.Followed].
package wire
