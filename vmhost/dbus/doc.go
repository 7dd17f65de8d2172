// Package dbus lets two programs call each other over a socket by D-Bus, the protocol of desktop
// programs, without a bus between them.
//
// It implements the part of the D-Bus Specification 0.42 that QEMU's display needs: the client's side
// of the handshake with EXTERNAL, messages in little-endian order, bodies of numbers, strings and byte
// arrays, and file descriptors that travel with a call. [Conn] is a connection; [Message], [Reader]
// and [Body] read and write its messages.
//
// # Why not a library
//
// godbus/dbus v5.2.4 was tried. It decodes a byte array by reflection, byte by byte: at 9 MB/s, one
// picture of 1024x768 takes 0.34 s. And it starts a goroutine for each incoming call, which destroys
// the order of the pictures.
//
// # Traps
//
//   - Both ends get calls. QEMU, for example, asks its listener for properties while its main loop waits.
//     If we do not answer at once, the machine stands still.
//   - A caller keeps a call in memory until its answer comes. So every call that wants an answer gets
//     one, even if it is empty.
//   - A server that uses EXTERNAL asks the kernel who is at the other end. The kernel names the process
//     that made the socket pair. If the server lives in its own PID namespace and that process
//     does not, the kernel reports process 0. GLib takes this for forged and answers REJECTED. So
//     the pair has to be made inside the namespace.
package dbus
