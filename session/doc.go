// Package session conducts one participant's session from consent to debrief: it opens the
// desktop that a trial asks for, times it, notices how it ends, and closes everything.
//
// Three pieces:
//
//   - A [Conductor] runs the attempts: at most one for each session, each in a goroutine that
//     it waits for. It knows what happens, not how.
//   - An [Opener] makes a [Desktop], which looks the same from above whatever its access method.
//     [Lab] is the real one: step by step it joins a link (netem), a machine (vmhost) and a
//     stream, and unwinds them in reverse order, once.
//   - A [Script] is what a robot does in a desktop. Rehearsals by robots tell a stream what a
//     machine will need first.
//
// An attempt goes through these states, each on record with its wall time and with the time on
// a clock that never jumps:
//
//	Start ─► preparing ─► running ─► finished (completed, said done, gave up, time up)
//	             │            │
//	             └────────────┴────► failed (the machine, the link or the stream)
//	                          └────► interrupted (the server stopped)
//
// What has failed or was interrupted is offered again as a new attempt. The clock of the task
// begins with the first picture that the participant sees, not with the machine.
//
// # Traps
//
//   - The record of an end is written even while the server stops, and tried again for as long
//     as a database may be away. Until the store agrees that nothing is in flight, the session's
//     place is kept.
//   - The tap sits at the machine, beyond any network: see farScreen.
//   - This process serves the mount that a streamed machine lives on, so it must never read
//     from it: the device state goes through a plain file.
//   - Who takes part is blind to the condition. What they read while they wait must not differ
//     by access method, but for bytes that arrive.
package session
