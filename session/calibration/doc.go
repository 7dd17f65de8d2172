// Package calibration measures the networks of a study before participants come, so that the
// experimenter can report how the networks were, and not only how they were set.
//
// A Runner does one calibration at a time in the whole server, because two would disturb each
// other's measurements. Participants have priority: no calibration begins while somebody is at a
// desktop, and a running one is stopped when somebody begins a trial. Its findings so far are kept,
// but only finished calibrations count (study.Design.Calibrated).
//
// Package netembench decides what is measured, and how. This package decides when, and records the
// result. A calibration runs in the server, independently of the page that started it, so a
// reloaded page finds it again. If the server stops, the calibration is marked as interrupted, at the
// next start at the latest.
//
// # Traps
//
//   - A calibration registers itself first and then asks whether somebody is at a desktop. An
//     attempt registers itself first and then stops a running calibration. In any other order both
//     could begin at the same moment.
package calibration
