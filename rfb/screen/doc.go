// Package screen turns what a machine sends into pixels, and pixels into what a viewer gets.
//
//   - [Framebuffer] draws rectangles of every encoding, pixel for pixel as the server means them.
//   - [Encoder] writes rectangles in the format and the encoding that one viewer has asked for.
//
// # Traps
//
//   - Compressed streams go on from rectangle to rectangle. A rectangle that is skipped, or drawn out
//     of order, spoils all that follow.
//   - A sync flush ends a rectangle's compressed data. Go's inflater hands nothing out at a
//     mere partial flush; no server in use makes one.
//   - QEMU 7.2 mixes up big-endian pixels of 32 bits, takes channels for 8 bits at most, and
//     finds no three bytes in ZRLE for a channel shifted by 24.
package screen
