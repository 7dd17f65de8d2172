package session

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/study"
)

// TestAMachineMovesWhenItsLevelSays conducts a task whose machine is to move 30 s after the task began.
func TestAMachineMovesWhenItsLevelSays(t *testing.T) {
	for name, tc := range map[string]struct {
		done time.Duration // when the participant says that the task is done
		want []time.Duration
	}{
		"the task goes on":      {time.Minute, []time.Duration{30 * time.Second}},
		"the task ended before": {20 * time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var moved []time.Duration
				a := newAttempt(nil, time.Hour)
				a.record.StartedAt = began
				a.move.after, a.move.do = 30*time.Second, func(context.Context, Desktop) error {
					moved = append(moved, time.Since(began))
					time.Sleep(10 * time.Second) // of the clock of this test: the task goes on meanwhile
					return nil
				}
				time.AfterFunc(tc.done, func() { a.said <- study.SaidDone })
				if err := a.await(t.Context(), over{}); err != nil || a.record.Outcome != study.SaidDone || time.Since(began) != tc.done {
					t.Errorf("after %v the outcome is %q, %v", time.Since(began), a.record.Outcome, err)
				}
				a.move.over.Wait()
				if !slices.Equal(moved, tc.want) {
					t.Errorf("it moved after %v, want %v", moved, tc.want)
				}
			})
		})
	}
}
