// Package qmp talks to a running QEMU: it gives a virtual machine its orders ("stop",
// "take a snapshot", "quit") and hears what becomes of it.
//
// QMP is QEMU's machine protocol: JSON objects, one after the other, over a socket. QEMU greets,
// then answers each command with a return or an error, and mixes events in between at any time.
// The specification is docs/interop/qmp-spec.txt in QEMU's sources.
//
// Trap: events must be read even when nobody wants them, or QEMU's answers get stuck behind
// them. So a Client owns a reader that never waits for anybody.
package qmp
