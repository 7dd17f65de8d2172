package session

import (
	"context"
	"time"

	"vmstudy/study"
)

// Store is what a Conductor needs of the database.
type Store interface {
	// Session returns a session with its trials and attempts, or study.ErrNotFound.
	Session(ctx context.Context, id study.SessionID) (study.Session, error)

	// OpenAttempt records that a participant pressed Start: a new attempt in state Preparing,
	// numbered after the trial's last. It is study.ErrConflict if the trial has an attempt in flight
	// or is finished, or if the participant cannot go on; see study.Assignment.MayGoOn.
	OpenAttempt(ctx context.Context, a study.Attempt) (study.Attempt, error)

	// RecordAttempt records an attempt's state and everything measured so far. monotonic is the
	// time since AskedAt on a clock that never jumps. A transition that
	// study.AttemptState.MayBecome forbids is study.ErrConflict. Recording the same state again
	// only updates the measurements.
	RecordAttempt(ctx context.Context, a study.Attempt, at time.Time, monotonic time.Duration) error

	// RecordEvent records something that happened to an attempt.
	RecordEvent(ctx context.Context, e study.Event) error

	// RecordTraffic stores the traffic of an attempt's link, second by second. Seconds that are
	// stored already stay as they are; this is no error.
	RecordTraffic(ctx context.Context, a study.AttemptID, seconds []study.LinkSecond) error

	// InterruptAttempts marks every attempt in flight as interrupted, with the given cause, and
	// returns how many there were. It is called once, before the server serves anything.
	InterruptAttempts(ctx context.Context, at time.Time, cause string) (int, error)
}
