package lab

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// A simulation that waits for another one has all of its time when its turn comes, and one that takes longer says so in a sentence.
func TestTheTimeOfASimulationBeginsWithItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(nil, Config{Simulate: func(ctx context.Context, plan model.PowerPlan, _ func(done, all int)) ([]model.Powered, error) {
			select {
			case <-time.After(time.Duration(plan.Seed) * time.Minute): // the seed says how long it takes
				return nil, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}})
		simulate := func(minutes uint64) <-chan error {
			over := make(chan error, 1)
			plan := model.PowerPlan{Assumptions: model.Assumptions{Difference: []float64{1}}, Seed: minutes}
			go func() {
				_, err := s.powered(t.Context(), study.Study{}, study.Comparison{}, plan, nil)
				over <- err
			}()
			synctest.Wait()
			return over
		}
		first, second := simulate(8), simulate(8)
		if err := <-first; err != nil {
			t.Errorf("the first: %v", err)
		}
		if err := <-second; err != nil {
			t.Errorf("the second, which waited for 8 minutes and takes 8: %v", err)
		}
		if err := <-simulate(11); !strings.HasPrefix(study.Sentence(err), "It takes longer than 10 minutes") {
			t.Errorf("one of 11 minutes ends with %v", err)
		}
	})
}
