package session

import (
	"errors"
	"testing"
	"time"

	"vmstudy/study"
)

// over is a desktop to which several things have happened at once.
type over struct {
	Desktop
	completed, lost chan struct{}
}

func (o over) Completed() <-chan struct{} { return o.completed }
func (o over) Lost() <-chan struct{}      { return o.lost }
func (o over) Report() Report             { return Report{} }

func TestOfWhatHappensAtOnceTheTruestCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		completed, lost bool
		said            study.Outcome
		ended           bool // by an experimenter
		limit           time.Duration
		want            study.Outcome
		err             error
	}{
		"who said that it was done, of a task that was completed": {completed: true, said: study.SaidDone, limit: time.Hour, want: study.Completed},
		"who said that it was done on a machine that was lost":    {lost: true, said: study.SaidDone, limit: time.Hour, err: errLost},
		"who gave up on a machine that was lost":                  {lost: true, said: study.GaveUp, limit: time.Hour, err: errLost},
		"a limit that came when the machine was lost":             {lost: true, limit: -time.Second, err: errLost},
		"an experimenter who ended a task on a lost machine":      {lost: true, ended: true, limit: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			for range 100 { // in which order they are noticed is chance
				d := over{completed: make(chan struct{}), lost: make(chan struct{})}
				if tc.completed {
					close(d.completed)
				}
				if tc.lost {
					close(d.lost)
				}
				a := newAttempt(nil, tc.limit)
				a.record.StartedAt = time.Now()
				if tc.said != "" {
					a.said <- tc.said
				}
				if tc.ended {
					a.ending <- stopping{why: "the participant was called away"}
				}
				err := a.await(t.Context(), d)
				switch {
				case tc.ended: // either is true
					if err == nil && a.record.Outcome != study.EndedByExperimenter || err != nil && !errors.Is(err, errLost) {
						t.Fatalf("outcome %q, %v", a.record.Outcome, err)
					}
				case !errors.Is(err, tc.err) || a.record.Outcome != tc.want:
					t.Fatalf("outcome %q, %v; want %q, %v", a.record.Outcome, err, tc.want, tc.err)
				}
			}
		})
	}
}
