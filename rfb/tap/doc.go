// Package tap measures when somebody's inputs reached a machine, and when its screen answered.
//
//   - [Tap] sits on a connection and tells when inputs and updates of the screen passed. It needs to
//     know where every message ends but never what a picture shows, so an encoding is for it a rule
//     for the length of a rectangle.
//   - [Answers] joins the events of a Tap: which update was the first that can show what an input did.
//
// # Traps
//
//   - The client may change the pixel format at any time, and the server gives no sign of when it began
//     to obey. A Tap gives up where it would have to guess the length of a rectangle.
//   - A Tap follows only encodings that package wire knows. [Tap.LimitEncodings] takes the others from
//     the viewer's list, so that the server sends none of them.
package tap
