package session_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/study"
)

func TestAnExperimenterExtendsTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.start()
		if err := v.conductor.Extend(t.Context(), v.id, time.Minute); !errors.Is(err, study.ErrConflict) {
			t.Errorf("extended before the task began: %v, want a conflict", err)
		}
		v.see()
		was, _ := v.conductor.Status(v.id)
		if err := v.conductor.Extend(t.Context(), v.id, 5*time.Minute); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		now, _ := v.conductor.Status(v.id)
		if got := now.Deadline.Sub(was.Deadline); got != 5*time.Minute {
			t.Errorf("the deadline moved by %v, want 5m", got)
		}
		<-time.After(time.Until(now.Deadline) - time.Second)
		if a := v.last(); a.State != study.Running {
			t.Errorf("a second before the new deadline the attempt is %s", a.State)
		}
		<-time.After(2 * time.Second)
		if a := v.last(); a.Outcome != study.TimeUp || a.TimeOnTask() != now.Deadline.Sub(a.StartedAt) {
			t.Errorf("the attempt ended %s after %v, want time up at the new deadline", a.Outcome, a.TimeOnTask())
		}
		if err := v.conductor.Extend(t.Context(), v.id, 2*time.Hour); !errors.Is(err, study.ErrInvalid) {
			t.Errorf("extended by two hours: %v, want a refusal", err)
		}
	})
}

func TestAnExperimenterEndsATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		d := v.start()
		v.see()
		if err := v.conductor.End(t.Context(), v.id, ""); !errors.Is(err, study.ErrInvalid) {
			t.Errorf("ended without a reason: %v, want a refusal", err)
		}
		if err := v.conductor.End(t.Context(), v.id, "fire alarm"); err != nil {
			t.Fatal(err)
		}
		a := v.last()
		if a.State != study.Finished || a.Outcome != study.EndedByExperimenter || a.Cause != "fire alarm" {
			t.Errorf("the attempt is %s, %s, %q; want it finished, ended by the experimenter", a.State, a.Outcome, a.Cause)
		}
		<-d.closed
		if err := v.conductor.End(t.Context(), v.id, "again"); !errors.Is(err, study.ErrConflict) {
			t.Errorf("ended again: %v, want a conflict", err)
		}
	})
}

func TestATaskEndedBeforeItBeganIsOfferedAgain(t *testing.T) {
	for name, ready := range map[string]bool{"while it is prepared": false, "before it was seen": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				if ready {
					v.start()
				} else {
					v.opener.takes = time.Hour
					if err := v.conductor.Start(t.Context(), v.id); err != nil {
						t.Fatal(err)
					}
					<-time.After(time.Second)
				}
				if err := v.conductor.End(t.Context(), v.id, "the wrong person"); err != nil {
					t.Fatal(err)
				}
				if a := v.last(); a.State != study.Failed || a.Cause != "Ended by the experimenter: the wrong person" {
					t.Errorf("the attempt is %s, %q; want it failed for that cause", a.State, a.Cause)
				}
				if s, err := v.store.Session(t.Context(), v.id); err != nil || s.Step().Kind != study.StepBrief {
					t.Errorf("the participant stands at %v (error %v), want the trial offered again", s.Step(), err)
				}
			})
		})
	}
}

func TestOnlyDesktopsThatAreThereCanBeWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		if _, err := v.conductor.WatchScreen(t.Context(), v.id); !errors.Is(err, study.ErrConflict) {
			t.Errorf("watched before Start: %v, want a conflict", err)
		}
		if live := v.conductor.Live(); len(live) != 0 {
			t.Errorf("live sessions before Start: %v", live)
		}
		v.start()
		conn, err := v.conductor.WatchScreen(t.Context(), v.id)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if live := v.conductor.Live(); len(live) != 1 || live[0] != v.id {
			t.Errorf("live sessions: %v, want %d", live, v.id)
		}
	})
}
