// Package dbus lets two programs that hold the two ends of a socket call each other in the way
// that desktop programs do: D-Bus, without a bus in between.
//
// It is as much of the D-Bus Specification 0.42 as QEMU's display needs: the client's side of the
// handshake with EXTERNAL, messages in little-endian order, numbers, strings and byte arrays in
// their bodies, file descriptors that travel with a call. [Conn] is one such conversation;
// [Message], [Reader] and [Body] are its words.
//
// # Why not a library
//
// godbus/dbus v5.2.4 was tried. It decodes a byte array by reflection, byte by byte: 9 MB/s here,
// 0.34 s for one picture of 1024x768. And it starts a goroutine for each call that comes in,
// which destroys the order of the pictures.
//
// # Traps
//
//   - Calls come in on both ends. QEMU's listener, for one, is asked for its properties while
//     QEMU's main loop waits: who does not answer at once stops the machine.
//   - An answer costs the caller something until it comes. So calls that want one get one, even if
//     it says no more than that the call has arrived.
//   - A server of EXTERNAL wants to know who is at the other end, and asks the kernel, which names
//     the process that made the socket pair. Where the server lives in a PID namespace of its own,
//     the kernel has no number for a process outside and says 0, which GLib takes for forged: it
//     answers REJECTED. The pair has to be made inside the namespace.
package dbus
