// Package display shows a virtual machine's screen as soon as the machine has drawn it, and carries
// keys and mouse to it without delay.
//
// QEMU's own VNC server looks at the screen on a timer: every 30 ms after an input, and less and less
// often, every 80 ms or more, while nothing happens. So a person mostly waits for that timer. How
// long depends on when they release the key, since that is an input, too. QEMU's other way to show a
// screen, "-display dbus,p2p=yes", has no such timer: QEMU calls the listener with the pixels as soon
// as the display device hands them over.
//
// A [Console] is a connection to one QEMU. It calls a [Sink] with changes of the screen, and its methods
// send keys and mouse. A [Screen] shows a Console to viewers over RFB.
//
// What is printed on a viewer's keys is what arrives in the guest; see package [vmstudy/keyboard].
//
// # How it works
//
// QMP's add_client gives QEMU one end of a socket, for the protocol "@dbus-display". On this socket we
// call methods of /org/qemu/Display1/Console_0: those of the keyboard and the mouse, and
// RegisterListener, which takes one end of a second socket. On the second socket QEMU calls us: Scanout
// with the whole screen, Update with a part of it, CursorDefine with the pointer's shape. QEMU 7.2:
// ui/dbus-display1.xml.
//
// # When pixels come
//
//   - A guest that drives virtio-gpu says when it has drawn (RESOURCE_FLUSH), and QEMU calls us in the
//     same turn of its main loop.
//   - A guest that writes to a VGA's memory does not say so. QEMU compares that memory every 30 ms as
//     long as there is a listener. QMP's screendump makes QEMU compare at once. With a file name that
//     cannot be opened, such as the empty one, screendump does nothing else.
//
// # Traps
//
//   - QEMU 7.2 has one listener for each console over p2p: a new listener replaces the one before.
//   - While a listener is registered, QEMU's own VNC server looks every 30 ms, too, and never less
//     often. So do not register a listener when you measure that server.
//   - After a change of its size QEMU sends the whole screen, but only because the guest draws it all:
//     QEMU does not report the change itself to the listener.
//   - When a listener disappears, QEMU releases all keys.
//   - See package dbus for the traps of the handshake.
package display
