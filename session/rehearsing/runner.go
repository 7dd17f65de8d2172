package rehearsing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"vmstudy/session"
	"vmstudy/stream/forecast"
)

// Script is a script under its name.
type Script struct {
	Name string
	session.Script
}

// Stage is what a Runner needs of the appliance that it rehearses. On is the real one.
type Stage interface {
	// Rehearsed returns the present rehearsals.
	Rehearsed() ([]session.Run, error)
	// Play plays a script. A *session.RehearsalError has the trace of what was played of it.
	Play(ctx context.Context, s session.Script) (forecast.Trace, error)
	// Foretell says how well streams that have learned from the one runs foretell the others.
	Foretell(learned, unseen []session.Run) (session.Foretold, error)
	// Adopt makes runs the present rehearsals. If ctx ends before, nothing changes.
	Adopt(ctx context.Context, runs []session.Run) error
}

// Config is what a Runner needs.
type Config struct {
	Stage
	Scripts []Script      // to learn from; those that are rehearsals already are not played again
	Unseen  []Script      // to judge by; streams never learn from them
	Busy    func() bool   // whether somebody is at a desktop, or a calibration runs
	Calm    time.Duration // how long nobody must have begun anything before a rehearsal begins; 0 is a minute
	Log     *slog.Logger  // nil is slog.Default
}

// Runner rehearses, while Run runs. New makes it.
type Runner struct {
	Config

	mu      sync.Mutex
	now     *work     // what is being done; nil if nothing is
	yielded time.Time // when Run began or Yield was called last
}

// work is one rehearsal, or the packing of what was learned.
type work struct {
	stop context.CancelCauseFunc
	over chan struct{}
}

// look is how often a Runner that waits asks whether it may go on.
const look = 5 * time.Second

var errYielded = errors.New("somebody began to work, who comes first")

// New returns a Runner. It does nothing before Run runs.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Calm == 0 {
		c.Calm = time.Minute
	}
	return &Runner{Config: c}
}

// Run rehearses until streams foretell well enough, or every script was played, or ctx ends. It reports whether it has adopted
// new rehearsals. The error says what went wrong; nothing has changed then.
func (r *Runner) Run(ctx context.Context) (adopted bool, err error) {
	r.mu.Lock()
	r.yielded = time.Now() // whoever has started the server wants to look at it first
	r.mu.Unlock()
	learned, err := r.Rehearsed()
	if err != nil {
		return false, err
	}
	missing := slices.DeleteFunc(slices.Clone(r.Scripts), func(s Script) bool {
		return slices.ContainsFunc(learned, func(run session.Run) bool { return run.Script == s.Name })
	})
	if len(missing) == 0 || len(r.Unseen) == 0 {
		return false, nil
	}
	unseen, err := r.playAll(ctx, r.Unseen)
	if err != nil {
		return false, err
	}
	var before session.Foretold
	if err := r.alone(ctx, func(context.Context) error { before, err = r.Foretell(learned, unseen); return err }); err != nil {
		return false, err
	}
	learned, now, err := r.learn(ctx, learned, unseen, missing, before)
	if err != nil {
		return false, err
	}
	if !now.Better(before) {
		r.Log.Info("the rehearsals are as good as more of them would be", "present", before, "with more", now)
		return false, nil
	}
	if err := r.alone(ctx, func(ctx context.Context) error { return r.Adopt(ctx, learned) }); err != nil {
		return false, fmt.Errorf("adopting the new rehearsals: %w", err)
	}
	r.Log.Info("streams have learned from more rehearsals", "rehearsals", len(learned), "before", before, "now", now)
	return true, nil
}

// learn plays the scripts that are missing until streams foretell well enough. It returns all that is learned from then.
func (r *Runner) learn(ctx context.Context, learned, unseen []session.Run, missing []Script, now session.Foretold) ([]session.Run, session.Foretold, error) {
	for _, s := range missing {
		if now.Enough() {
			break
		}
		run, err := r.play(ctx, s)
		if err != nil {
			return nil, session.Foretold{}, err
		}
		learned = append(learned, run)
		err = r.alone(ctx, func(context.Context) error { now, err = r.Foretell(learned, unseen); return err })
		if err != nil {
			return nil, session.Foretold{}, err
		}
	}
	return learned, now, nil
}

func (r *Runner) playAll(ctx context.Context, scripts []Script) (runs []session.Run, err error) {
	for _, s := range scripts {
		run, err := r.play(ctx, s)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// play plays a script, from its beginning again if it has to yield.
func (r *Runner) play(ctx context.Context, s Script) (run session.Run, err error) {
	run.Script = s.Name
	err = r.alone(ctx, func(ctx context.Context) error {
		trace, err := r.Play(ctx, s.Script)
		var failed *session.RehearsalError
		if errors.As(err, &failed) && ctx.Err() == nil {
			// A robot may miss a click. What it has touched until then is as useful as a trace to the end.
			r.Log.Warn("a rehearsal did not come to its end", "script", s.Name, "err", err)
			trace, err = failed.Trace, nil
		}
		run.Trace = trace
		return err
	})
	if err != nil {
		return session.Run{}, fmt.Errorf("rehearsing %s: %w", s.Name, err)
	}
	return run, nil
}

// alone does something while nobody works. If it has to yield, it does it anew afterwards.
func (r *Runner) alone(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := r.calm(ctx); err != nil {
			return err
		}
		working, stop := context.WithCancelCause(ctx)
		w := &work{stop: stop, over: make(chan struct{})}
		r.mu.Lock()
		r.now = w
		r.mu.Unlock()
		err := errYielded
		if !r.Busy() {
			err = do(working)
		}
		yielded := errors.Is(context.Cause(working), errYielded)
		r.mu.Lock()
		r.now = nil
		r.mu.Unlock()
		stop(nil)
		close(w.over)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !yielded && !errors.Is(err, errYielded):
			return err
		}
	}
}

// calm waits until nobody works, and nobody has begun anything for a while.
func (r *Runner) calm(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		r.mu.Lock()
		since := time.Since(r.yielded)
		r.mu.Unlock()
		if since >= r.Calm && !r.Busy() {
			return ctx.Err()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Yield stops what the Runner does, because somebody begins to work. It returns when its machine has ended, so that there is
// room for another. The Runner goes on when everybody has been gone for a while.
func (r *Runner) Yield(ctx context.Context) error {
	r.mu.Lock()
	r.yielded = time.Now()
	now := r.now
	r.mu.Unlock()
	if now == nil {
		return nil
	}
	now.stop(errYielded)
	select {
	case <-now.over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
