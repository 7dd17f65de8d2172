// Package display shows a virtual machine's screen the moment the machine has drawn it, and
// carries keys and mouse to it without delay.
//
// QEMU's own VNC server looks at the screen on a timer: every 30 ms after an input, and ever more
// rarely, every 80 ms and beyond, where nothing happens. What a person waits for is then mostly
// that timer, and how long depends on when the key is released, since that is an input too. QEMU's
// other way to show a screen, "-display dbus,p2p=yes", has no such timer in its path: whoever
// listens is called with pixels as soon as the device hands them over.
//
// A [Console] is one conversation with a QEMU: what its screen does goes to a [Sink], keys and
// mouse go to its methods.
//
// # How it works
//
// QMP's add_client gives QEMU one end of a socket, for the protocol "@dbus-display". On it we call
// /org/qemu/Display1/Console_0: RegisterListener, which takes one end of a second socket, and the
// keyboard and mouse. On the second socket QEMU calls us: Scanout with the whole screen, Update
// with a part of it, CursorDefine with the pointer's shape. QEMU 7.2: ui/dbus-display1.xml.
//
// # When pixels come
//
//   - A guest that drives virtio-gpu tells when it has drawn (RESOURCE_FLUSH), and QEMU calls us
//     within that same turn of its main loop.
//   - A guest that writes to a VGA's memory tells nobody. QEMU compares, on a timer of 30 ms as
//     long as there is a listener. QMP's screendump makes it compare at once; with a file name
//     that cannot be opened, such as the empty one, that is all that it does.
//
// # Traps
//
//   - QEMU 7.2 keeps one listener a console over p2p: a new one takes the place of the one before.
//   - While a listener is registered, QEMU's own VNC server looks every 30 ms, too, and not more
//     rarely: whoever wants to measure it must not listen.
//   - After a change of its size the screen is sent whole, but only because the guest draws it
//     whole: QEMU does not tell of the change itself on the listener's socket.
//   - A listener that vanishes lifts all keys.
//   - See package dbus for those of the handshake.
package display
