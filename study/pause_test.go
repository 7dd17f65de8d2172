package study_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

// rester returns a session before whose last trial a pause stands that takes a minute, and when the trial before ended.
func rester() (study.Session, time.Time) {
	over := time.Unix(1000, 0)
	last := study.Attempt{State: study.Finished, EndedAt: over}
	x := visit(
		study.Trial{Position: 0, Attempts: []study.Attempt{last}},
		study.Trial{Position: 1, Attempts: []study.Attempt{last}, Rated: []string{"satisfaction", "tlx"}},
		study.Trial{Position: 2},
	)
	x.Version.Design.PauseEvery, x.Version.Design.PauseLeast = 1, time.Minute
	return x, over
}

func TestAPauseTakesItsLeastLength(t *testing.T) {
	x, over := rester()
	if step := x.Step(); step.Kind != study.StepPause || step.Trial != 2 {
		t.Fatalf("the step is %+v", step)
	}
	if got := x.RestsUntil(); !got.Equal(over.Add(time.Minute)) {
		t.Errorf("unrated, the pause ends at %v, want a minute after the task", got)
	}
	x.Trials[1].RatedAt = over.Add(30 * time.Second)
	end := over.Add(90 * time.Second)
	if got := x.RestsUntil(); !got.Equal(end) {
		t.Errorf("the pause ends at %v, want a minute after the answers", got)
	}
	if err := x.MayGoOnAt(end.Add(-1)); !errors.Is(err, study.ErrConflict) {
		t.Errorf("going on too early: %v", err)
	}
	if err := x.MayGoOnAt(end); err != nil {
		t.Errorf("going on in time: %v", err)
	}
	if err := x.MayGoOnAt(over.Add(-time.Hour)); err != nil || x.Rests(over.Add(-time.Hour)) != 0 {
		t.Errorf("the clock was set back behind the pause: %v, and it goes on for %v", err, x.Rests(over.Add(-time.Hour)))
	}
	if got := x.Rests(end.Add(-20 * time.Second)); got != 20*time.Second {
		t.Errorf("20 s before its end the pause goes on for %v", got)
	}
	x.Version.Design.PauseLeast = 0
	if err := x.MayGoOnAt(over); err != nil || !x.RestsUntil().IsZero() {
		t.Errorf("a pause of any length: %v until %v", err, x.RestsUntil())
	}
	x.Version.Design.PauseLeast, x.Trials[2].ReadyAt = time.Minute, end
	if err := x.MayGoOnAt(over); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

func TestBlocksBeginWithAPause(t *testing.T) {
	d := demo()
	d.PauseEvery, d.Blocks = 0, study.Blocks{By: study.NetworkFactor, Order: study.Fixed, Pause: true}
	x := study.Session{Version: study.Version{Design: d}, ConsentedAt: time.Unix(1, 0), AboutAt: time.Unix(1, 0)}
	for i, c := range d.Plan(0) {
		x.Trials = append(x.Trials, study.Trial{Position: i + 1, Condition: c})
	}
	var paused, want []string
	for i := range x.Trials {
		c := x.Trials[i].Condition
		if i > 0 && c.Network.Name != x.Trials[i-1].Condition.Network.Name {
			want = append(want, c.Code())
		}
		if x.Step().Kind == study.StepPause {
			paused = append(paused, c.Code())
		}
		x.Trials[i].Attempts = []study.Attempt{{State: study.Finished, Outcome: study.EndedByExperimenter}} // and so is not rated
	}
	if diff := cmp.Diff(want, paused); diff != "" || len(want) == 0 {
		t.Errorf("pauses before (-want +got):\n%s", diff)
	}
}

func TestPausesThatCannotBeAreFaults(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*study.Design)
		at     string
	}{
		"a least length without pauses": {func(d *study.Design) { d.PauseEvery, d.PauseLeast = 0, time.Minute }, "pause_least_s"},
		"a day":                         {func(d *study.Design) { d.PauseEvery, d.PauseLeast = 1, 24*time.Hour }, "pause_least_s"},
		"less than nothing":             {func(d *study.Design) { d.PauseEvery, d.PauseLeast = 1, -1 }, "pause_least_s"},
		"of blocks that are not there":  {func(d *study.Design) { d.Blocks = study.Blocks{Pause: true} }, "blocks.pause"},
		"of blocks": {func(d *study.Design) {
			d.Blocks, d.PauseLeast = study.Blocks{By: study.TaskFactor, Order: study.Latin, Pause: true}, time.Minute
		}, ""},
	} {
		d := demo()
		test.change(&d)
		at := ""
		for _, f := range d.Faults() {
			at = f.At
		}
		if at != test.at {
			t.Errorf("%s: a fault of %q, want one of %q", name, at, test.at)
		}
	}
}
