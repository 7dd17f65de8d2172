// Package rehearsing lets robots rehearse the tasks of an appliance while the server has nothing else to do, so that streams
// foretell better what people will touch.
//
// `make run` plays a few scripts before it serves anything, because somebody waits for it. A Runner plays the others in the
// background, one after the other, until runs that it does not learn from are foretold well enough (session.Foretold.Enough),
// or no script is left. Then it adopts the new rehearsals, if they foretell better than the present ones. Versions that are
// published already keep theirs; see session.KeepRepertoire.
//
// Participants and calibrations come first: no rehearsal begins while one of them works, and a running one is stopped
// when one begins (Yield).
//
// # Traps
//
//   - A rehearsal registers itself first and then asks whether somebody works. An attempt registers itself first and then
//     lets the rehearsal yield. In any other order both could begin at the same moment.
//   - A machine that rehearses takes memory. So it yields before an attempt is admitted, and not only before it opens.
package rehearsing
