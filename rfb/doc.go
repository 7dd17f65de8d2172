// Package rfb is the room of the screen protocol: the language in which a machine's screen, keyboard
// and mouse travel over a network. It is the Remote Framebuffer protocol, better known as VNC.
//
// It follows RFC 6143 and the extensions that noVNC 1.7 and QEMU 7.2 agree on, as described
// by the community's rfbproto document (https://github.com/rfbproto/rfbproto). Its packages:
//
//   - wire reads and writes messages, and knows how long every rectangle is. It knows no pixels.
//   - tap sits on a connection and tells when inputs and updates of the screen passed. It is how
//     an interaction is timed.
//   - jpeg writes pictures.
//   - screen draws every encoding, pixel for pixel as the server means it, and encodes pixels.
//   - server shows a screen to viewers.
//   - robot looks at a machine's screen, types and points.
//   - rfbtest is a pretend machine, and has viewers in bad faith.
//   - wiretest is what the tests of these packages share.
//
// This package has only tests: they try all of that with QEMU, noVNC, TigerVNC and x11vnc.
package rfb
