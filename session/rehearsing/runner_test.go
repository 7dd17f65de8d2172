package rehearsing

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/session"
	"vmstudy/stream/forecast"
)

// pretended is a stage on which each rehearsal takes a minute. Streams miss a tenth less after each.
type pretended struct {
	mu      sync.Mutex
	present []session.Run
	enough  int // rehearsals after which streams foretell well enough; 0: never
	useless bool
	fails   map[string]error // by script
	begun   []string         // scripts, each time
	adopted [][]string
}

func (p *pretended) Rehearsed() ([]session.Run, error) { return slices.Clone(p.present), nil }

func (p *pretended) Play(ctx context.Context, s session.Script) (forecast.Trace, error) {
	name := string(s.Task)
	p.mu.Lock()
	p.begun = append(p.begun, name)
	p.mu.Unlock()
	select {
	case <-time.After(time.Minute):
		return forecast.Trace{}, p.fails[name]
	case <-ctx.Done():
		time.Sleep(time.Second) // until the machine has ended
		return forecast.Trace{}, context.Cause(ctx)
	}
}

// played returns the scripts that were begun.
func (p *pretended) played() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.begun)
}

func (p *pretended) Foretell(learned, unseen []session.Run) (session.Foretold, error) {
	if len(unseen) != 1 || unseen[0].Script != "unseen" {
		return session.Foretold{}, errors.New("judged by what is not unseen")
	}
	f := session.Foretold{FetchRatio: 1.5 - 0.1*float64(len(learned)), MissRate: 0.002}
	if p.useless {
		f.FetchRatio = 1.5
	}
	if p.enough > 0 && len(learned) >= p.enough {
		f.FetchRatio, f.MissRate = 1.05, 0.0005
	}
	return f, nil
}

func (p *pretended) Adopt(_ context.Context, runs []session.Run) error {
	var names []string
	for _, r := range runs {
		names = append(names, r.Script)
	}
	p.adopted = append(p.adopted, names)
	return nil
}

func script(name string) Script {
	s, err := session.ParseScript(strings.NewReader("task " + name + "\n"))
	if err != nil {
		panic(err)
	}
	return Script{name, s}
}

func runner(p *pretended, busy func() bool) *Runner {
	return New(Config{
		Stage: p, Scripts: []Script{script("a"), script("b"), script("c")}, Unseen: []Script{script("unseen")},
		Busy: busy, Log: slog.New(slog.DiscardHandler),
	})
}

func never() bool { return false }

func TestARunnerRehearsesWhatIsMissingUntilItIsEnough(t *testing.T) {
	partly := &session.RehearsalError{Err: errors.New("missed a click")}
	for name, tc := range map[string]struct {
		stage   *pretended
		begun   []string
		adopted [][]string
		err     string
	}{
		"every script that is no rehearsal yet is played once": {
			&pretended{present: []session.Run{{Script: "b"}}}, []string{"unseen", "a", "c"}, [][]string{{"b", "a", "c"}}, "",
		},
		"no more is played once streams foretell well enough": {
			&pretended{enough: 2}, []string{"unseen", "a", "b"}, [][]string{{"a", "b"}}, "",
		},
		"nothing is done where nothing is missing": {
			&pretended{present: []session.Run{{Script: "a"}, {Script: "b"}, {Script: "c"}}}, nil, nil, "",
		},
		"rehearsals that do not help are not adopted": {
			&pretended{useless: true}, []string{"unseen", "a", "b", "c"}, nil, "",
		},
		"a script that did not come to its end counts as far as it came": {
			&pretended{fails: map[string]error{"a": partly}}, []string{"unseen", "a", "b", "c"}, [][]string{{"a", "b", "c"}}, "",
		},
		"a machine that cannot be had ends it, and nothing changes": {
			&pretended{fails: map[string]error{"b": errors.New("no machine")}}, []string{"unseen", "a", "b"}, nil, "rehearsing b: no machine",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := tc.stage
				adopted, err := runner(p, never).Run(t.Context())
				if adopted != (tc.adopted != nil) {
					t.Errorf("Run says adopted: %v", adopted)
				}
				if (err == nil) != (tc.err == "") || err != nil && err.Error() != tc.err {
					t.Errorf("Run: %v, want %q", err, tc.err)
				}
				if !slices.Equal(p.begun, tc.begun) {
					t.Errorf("played %q, want %q", p.begun, tc.begun)
				}
				if !slices.EqualFunc(p.adopted, tc.adopted, slices.Equal) {
					t.Errorf("adopted %q, want %q", p.adopted, tc.adopted)
				}
			})
		})
	}
}

func TestARunnerGivesWayToWhoeverBeginsToWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, busy := &pretended{}, false
		var mu sync.Mutex
		r := runner(p, func() bool { mu.Lock(); defer mu.Unlock(); return busy })
		done := make(chan error, 1)
		go func() { _, err := r.Run(t.Context()); done <- err }()
		time.Sleep(90 * time.Second) // in the middle of the first rehearsal
		began := time.Now()
		mu.Lock()
		busy = true
		mu.Unlock()
		if err := r.Yield(t.Context()); err != nil || time.Since(began) != time.Second {
			t.Errorf("yielded after %v, %v; want that the machine has ended", time.Since(began), err)
		}
		time.Sleep(time.Hour)
		if len(p.played()) != 1 {
			t.Errorf("played %q while somebody works", p.played())
		}
		mu.Lock()
		busy = false
		mu.Unlock()
		if err := r.Yield(t.Context()); err != nil { // somebody else begins, and does not come to a desktop
			t.Error(err)
		}
		time.Sleep(50 * time.Second)
		if len(p.played()) != 1 {
			t.Errorf("played %q less than a minute after somebody came", p.played())
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if want := []string{"unseen", "unseen", "a", "b", "c"}; !slices.Equal(p.begun, want) {
			t.Errorf("played %q, want %q", p.begun, want)
		}
	})
}

func TestARunnerStopsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p := &pretended{}
		done := make(chan error, 1)
		go func() { _, err := runner(p, never).Run(ctx); done <- err }()
		time.Sleep(150 * time.Second) // in the second rehearsal
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if p.adopted != nil {
			t.Errorf("adopted %q", p.adopted)
		}
	})
}
