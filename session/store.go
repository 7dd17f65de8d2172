package session

import (
	"context"
	"time"

	"vmstudy/study"
)

// Store is what the conduct of a session needs to remember.
type Store interface {
	// Session returns a session with its trials and attempts, or study.ErrNotFound.
	Session(ctx context.Context, id study.SessionID) (study.Session, error)

	// OpenAttempt records that a participant pressed Start: a new attempt in state
	// Preparing, numbered after the trial's last. A trial with an attempt in flight, or
	// already finished, is study.ErrConflict.
	OpenAttempt(ctx context.Context, a study.Attempt) (study.Attempt, error)

	// RecordAttempt records what an attempt has become: its state and everything measured
	// so far. Monotonic is the time since the attempt was opened on a clock that never
	// jumps. A transition that study.AttemptState.MayBecome forbids is study.ErrConflict;
	// the same state again only updates the measures.
	RecordAttempt(ctx context.Context, a study.Attempt, at time.Time, monotonic time.Duration) error

	// RecordEvent records something that happened to an attempt.
	RecordEvent(ctx context.Context, e study.Event) error

	// RecordTraffic stores what passed the link of an attempt, second by second, once: what is
	// there already stays, and is no error.
	RecordTraffic(ctx context.Context, a study.AttemptID, seconds []study.LinkSecond) error

	// InterruptAttempts marks every attempt in flight as interrupted, with the given cause,
	// and returns how many there were. It is called once, before anything is served.
	InterruptAttempts(ctx context.Context, at time.Time, cause string) (int, error)
}
