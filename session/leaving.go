package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vmstudy/study"
)

// Leaving lets participants leave a study, with what they gave or without it. The order of the steps makes that a server
// which stops in the middle can finish: first the wish is on record, so that nothing new begins; then a desktop that is open is
// closed; then the rows go, in one transaction; then the files; and that they are gone is on record last.
type Leaving struct {
	Store    Departures
	Desktops interface {
		// Leave ends the session's attempt in flight, if there is one, and returns when that is on record.
		Leave(ctx context.Context, id study.SessionID) error
	}
	Files []func(study.AttemptID) error // each removes the files of one kind of an attempt; that there are none is no error
	Now   func() time.Time              // nil means time.Now
}

// Departures is what a Leaving needs of the database.
type Departures interface {
	// Withdraw records that a participant takes no part any more, and whether what they gave is to be erased.
	// It gives back their place in the plan and an appointment that has not begun.
	Withdraw(ctx context.Context, p study.ParticipantID, w study.Withdrawal) error
	// Erase removes everything that a participant gave, in one transaction. Withdraw must have recorded that
	// they want it. If the rows are gone already, it only returns the tombstone.
	Erase(ctx context.Context, p study.ParticipantID, at time.Time) (study.Tombstone, error)
	// FilesErased records that the files of a participant are gone.
	FilesErased(ctx context.Context, p study.ParticipantID, at time.Time) error
	// Unerased returns the tombstones of everybody whose rows or files are still to be removed.
	Unerased(ctx context.Context) ([]study.Tombstone, error)
}

// leavingLimit is how long leaving may take. It goes on if the browser that asked for it goes away.
const leavingLimit = 2 * time.Minute

// Withdraw lets p leave. It returns when everything is done that w asks for. If it fails half-way, a second call, or Complete,
// does what is left.
func (l *Leaving) Withdraw(ctx context.Context, p study.Participant, w study.Withdrawal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leavingLimit)
	defer cancel()
	if err := l.Store.Withdraw(ctx, p.ID, w); err != nil {
		return err
	}
	if p.Session != 0 {
		if err := l.Desktops.Leave(ctx, p.Session); err != nil {
			return fmt.Errorf("%w: end the desktop of session %d: %w", errStays, p.Session, err)
		}
	}
	if !w.Erase {
		return nil
	}
	return l.erase(ctx, p.ID)
}

// errStays refuses while a desktop does not close. That its participant leaves is on record.
var errStays = study.Refuse(study.ErrConflict, "It is on record that this visit is over, but the desktop does not close. Ask once more in a few minutes, or tell the experimenter.")

func (l *Leaving) erase(ctx context.Context, p study.ParticipantID) error {
	stone, err := l.Store.Erase(ctx, p, l.now())
	if err != nil || !stone.FilesGoneAt.IsZero() {
		return err
	}
	for _, a := range stone.Attempts {
		for _, remove := range l.Files {
			if e := remove(a); e != nil && !errors.Is(e, study.ErrNotFound) {
				err = errors.Join(err, fmt.Errorf("files of attempt %d: %w", a, e))
			}
		}
	}
	if err != nil {
		return err
	}
	return l.Store.FilesErased(ctx, p, l.now())
}

// Complete erases what a server that stopped has left of people who wanted everything erased, and returns how many they were.
// It is called once, before the server serves anything.
func (l *Leaving) Complete(ctx context.Context) (int, error) {
	all, err := l.Store.Unerased(ctx)
	if err != nil {
		return 0, err
	}
	for _, stone := range all {
		err = errors.Join(err, l.erase(ctx, stone.Participant))
	}
	return len(all), err
}

func (l *Leaving) now() time.Time {
	if l.Now == nil {
		return time.Now()
	}
	return l.Now()
}
