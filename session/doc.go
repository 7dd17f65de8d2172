// Package session conducts one participant's session from consent to debrief: it opens the desktop
// of each trial, measures its times, notices how the trial ends, and closes everything.
//
// Three pieces:
//
//   - A [Conductor] runs the attempts: at most one for each session, each in a goroutine that
//     it waits for. It does not know how desktops are made.
//   - An [Opener] makes a [Desktop], which has the same interface for every access method.
//     [Lab] is the real implementation: step by step it joins a link (netem), a machine (vmhost)
//     and a stream. It closes them once, in reverse order.
//   - A [Script] is what a robot does in a desktop. From such rehearsals streams learn what a
//     machine needs first.
//
// An attempt goes through these states. The store records each of them with its wall time and with
// the time since Start on a monotonic clock:
//
//	Start ─► preparing ─► running ─► finished (completed, said done, gave up, time up)
//	             │            │
//	             └────────────┴────► failed (the machine, the link or the stream)
//	                          └────► interrupted (the server stopped)
//
// The trial of an attempt that failed or was interrupted is offered again. The clock of the task
// begins with the first picture that the participant sees, not with the start of the machine.
//
// # Traps
//
//   - The end of an attempt is recorded even while the server stops. If the database cannot be reached,
//     writing is tried again for two minutes. No new attempt of the session can start until the store
//     agrees that none is in flight.
//   - The tap sits at the machine's end of the link: see farScreen.
//   - This process serves the FUSE mount with the files of a streamed machine, so it must never read
//     from that mount. The device state therefore goes through a plain file.
//   - Participants must not learn the condition. What they read while they wait is therefore the same
//     for all access methods, except that a stream shows how many bytes have arrived.
package session
