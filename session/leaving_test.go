package session_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/session"
	"vmstudy/study"
)

func TestWhoLeavesTakesTheirDesktopAndTheirDataAlong(t *testing.T) {
	for name, test := range map[string]struct {
		reach func(*visit) // how far the attempt is
		erase bool
	}{
		"while it is prepared, and keeps what they gave": {func(v *visit) {
			v.opener.takes = time.Hour
			if err := v.conductor.Start(v.t.Context(), v.id); err != nil {
				v.t.Fatal(err)
			}
			<-time.After(time.Second)
		}, false},
		"before it was seen, and keeps what they gave": {func(v *visit) { v.start() }, false},
		"while it runs, and keeps what they gave":      {func(v *visit) { v.start(); v.see() }, false},
		"while it runs, and has it erased":             {func(v *visit) { v.start(); v.see() }, true},
		"without a desktop, and has it erased":         {func(*visit) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				test.reach(v)
				x, err := v.store.Session(t.Context(), v.id)
				if err != nil {
					t.Fatal(err)
				}
				var gone []study.AttemptID
				l := &session.Leaving{Store: v.store, Desktops: v.conductor, Files: []func(study.AttemptID) error{func(a study.AttemptID) error {
					gone = append(gone, a)
					return fmt.Errorf("recording of attempt %d: %w", a, study.ErrNotFound) // there was none
				}}}
				if err := l.Withdraw(t.Context(), x.Participant, study.Withdrawal{Erase: test.erase, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
				if live := v.conductor.Live(); len(live) != 0 {
					t.Errorf("desktops that are still open: %v", live)
				}
				now, err := v.store.Session(t.Context(), v.id)
				if test.erase {
					if !errors.Is(err, study.ErrNotFound) {
						t.Errorf("the session is %+v, %v; want it gone", now, err)
					}
					var attempts []study.AttemptID
					for _, trial := range x.Trials {
						for _, a := range trial.Attempts {
							attempts = append(attempts, a.ID)
						}
					}
					if !slices.Equal(gone, attempts) {
						t.Errorf("files were removed of the attempts %v, want %v", gone, attempts)
					}
					if left, err := v.store.Unerased(t.Context()); err != nil || len(left) != 0 {
						t.Errorf("still to be erased: %+v, %v", left, err)
					}
					return
				}
				if a := v.last(); a.State != study.Interrupted || a.Cause != "The participant stopped taking part." {
					t.Errorf("the attempt is %s, %q; want it interrupted, because the participant left", a.State, a.Cause)
				}
				if err := v.conductor.Start(t.Context(), v.id); !errors.Is(err, study.ErrConflict) {
					t.Errorf("started again after leaving: %v, want a conflict", err)
				}
			})
		})
	}
}

func TestErasingIsCompletedAtTheNextStart(t *testing.T) {
	for name, crash := range map[string]func(*visit, study.ParticipantID){
		"after the wish": func(*visit, study.ParticipantID) {},
		"after the rows": func(v *visit, p study.ParticipantID) {
			if _, err := v.store.Erase(v.t.Context(), p, time.Now()); err != nil {
				v.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				v.start()
				v.see()
				x, err := v.store.Session(t.Context(), v.id)
				if err != nil {
					t.Fatal(err)
				}
				if err := v.conductor.Leave(t.Context(), v.id); err != nil {
					t.Fatal(err)
				}
				if err := v.store.Withdraw(t.Context(), x.Participant.ID, study.Withdrawal{Erase: true, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
				crash(v, x.Participant.ID)

				full := errors.New("the disk hangs")
				removed := 0
				l := &session.Leaving{Store: v.store, Desktops: v.conductor, Files: []func(study.AttemptID) error{
					func(study.AttemptID) error { return full },
					func(study.AttemptID) error { removed++; return nil },
				}}
				if n, err := l.Complete(t.Context()); n != 1 || !errors.Is(err, full) || removed != 1 {
					t.Errorf("with a disk that hangs: %d people, %d other files, %v; want 1, 1 and the disk's error", n, removed, err)
				}
				full = nil
				if n, err := l.Complete(t.Context()); n != 1 || err != nil {
					t.Errorf("afterwards: %d people, %v; want 1", n, err)
				}
				if n, err := l.Complete(t.Context()); n != 0 || err != nil {
					t.Errorf("at the start after that: %d people, %v; want none", n, err)
				}
				if _, err := v.store.Session(t.Context(), v.id); !errors.Is(err, study.ErrNotFound) {
					t.Errorf("the session is still there: %v", err)
				}
			})
		})
	}
}
