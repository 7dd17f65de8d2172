// Package qmp talks to a running QEMU: it sends commands to a virtual machine ("stop", "take a
// snapshot", "quit") and receives what QEMU reports.
//
// QMP is the QEMU Machine Protocol: JSON objects, one after the other, over a socket. QEMU sends a greeting,
// then answers each command with a return or an error. At any time it may send QMP events in between. The
// specification is docs/interop/qmp-spec.txt in QEMU's sources.
//
// Trap: QMP events must be read even if nobody needs them, or QEMU's answers get stuck behind them. So a
// Client has a goroutine that reads and never blocks on anything else.
package qmp
