// Package calibration measures the networks of a study before participants come, so that its
// experimenter can say how they were, and not only how they were meant.
//
// A Runner does one calibration at a time, in the whole server: two would measure each other. It
// steps aside for participants: none begins while somebody is at a desktop, and one that runs
// is stopped when somebody begins a trial. What it had found by then is kept, as a calibration
// that did not finish; only finished ones count (study.Design.Calibrated).
//
// What is measured, and how, is netembench's matter. Here is when, for whom, and that it is on
// record. A calibration lives in the server and not in the page that asked for it: a reload
// finds it again; a server that stops takes it down, and the next one marks it interrupted.
//
// # Traps
//
//   - Whether somebody is at a desktop is asked after the calibration has taken its place, and
//     the conductor clears the place after an attempt has taken its own. The other way around
//     both could begin at the same moment.
package calibration
