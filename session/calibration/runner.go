package calibration

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"vmstudy/netem/netembench"
	"vmstudy/study"
)

// Store is what a Runner needs to remember.
type Store interface {
	// OpenCalibration records that a calibration has begun: in state CalibrationRuns.
	OpenCalibration(ctx context.Context, c study.Calibration) (study.CalibrationID, error)
	// CloseCalibration records what one has become: its state, cause, machine, and everything it
	// found. One that has ended already is study.ErrConflict.
	CloseCalibration(ctx context.Context, c study.Calibration) error
	// InterruptCalibrations marks every one that runs as interrupted, with the given cause, and
	// returns how many there were. It is called once, before anything is served.
	InterruptCalibrations(ctx context.Context, at time.Time, cause string) (int, error)
}

// Measurer measures networks; netembench.Calibrator is the real one.
type Measurer interface {
	Run(ctx context.Context, networks []study.NamedNetwork, show func(netembench.Progress)) (netembench.Found, error)
	Takes(networks []study.NamedNetwork) time.Duration
}

// Config is what a Runner needs.
type Config struct {
	Store   Store
	Measure Measurer
	Busy    func() bool   // whether somebody is at a desktop
	Way     study.LinkWay // in which links are made here
	Program string        // version
	Log     *slog.Logger  // nil is slog.Default
}

// Runner does calibrations, at most one at a time. Make it with New and give it life with Run.
type Runner struct {
	Config

	mu      sync.Mutex
	base    context.Context // of what runs; nil unless Run is running
	now     *running        // nil if none
	pending sync.WaitGroup
}

// running is a calibration in flight.
type running struct {
	record study.Calibration
	stop   context.CancelCauseFunc
	quiet  chan struct{}       // closed when nothing is measured any more
	over   chan struct{}       // closed when its end is on record
	shown  netembench.Progress // guarded by the Runner's mu

	measured bool // quiet is closed
}

// Status is how far a calibration is.
type Status struct {
	ID    study.CalibrationID
	Study study.StudyID
	By    string
	netembench.Progress
}

// errYielded says in the report why a calibration was stopped.
var errYielded = study.Refuse(study.ErrConflict, "A participant began a trial, and participants come first.")

// New returns a Runner that does nothing until Run.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Runner{Config: c}
}

// Run lets calibrations be started until ctx ends; then it interrupts the one in flight, waits
// until that is on record, and returns nil. One that an earlier server left is marked first;
// ready, if not nil, is closed when that is done.
func (r *Runner) Run(ctx context.Context, ready chan<- struct{}) error {
	if _, err := r.Store.InterruptCalibrations(ctx, time.Now(), "The server was stopped meanwhile."); err != nil {
		return fmt.Errorf("marking interrupted calibrations: %w", err)
	}
	r.mu.Lock()
	r.base = ctx
	r.mu.Unlock()
	if ready != nil {
		close(ready)
	}
	<-ctx.Done()
	r.mu.Lock()
	r.base = nil
	r.mu.Unlock()
	r.pending.Wait()
	return nil
}

// Start begins to calibrate the networks of c, whose Study, Of and By are set, and returns when
// that is on record. Nothing to measure is study.ErrInvalid; another calibration that runs, or
// somebody at a desktop, is study.ErrConflict; each with a sentence.
func (r *Runner) Start(ctx context.Context, c study.Calibration, networks []study.NamedNetwork) (study.CalibrationID, error) {
	if len(networks) == 0 {
		return 0, study.Refuse(study.ErrInvalid, "Nothing in this study passes a network, so there is nothing to calibrate.")
	}
	for _, n := range networks {
		if err := n.Network.Validate(); err != nil {
			return 0, study.Refuse(study.ErrInvalid, "Network %s cannot be calibrated: %s.", n.Name, study.Sentence(err))
		}
		c.Networks = append(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()})
	}
	c.Way, c.Program, c.Machine = r.Way, r.Program, netembench.ThisMachine()
	c.State, c.StartedAt = study.CalibrationRuns, time.Now()
	now := &running{record: c, quiet: make(chan struct{}), over: make(chan struct{})}
	measuring, err := r.reserve(now)
	if err != nil {
		return 0, err
	}
	defer r.pending.Done()
	if r.Busy() {
		r.release(now)
		return 0, study.Refuse(study.ErrConflict, "A participant is at a desktop, whom a calibration would disturb. Try again when nobody is.")
	}
	id, err := r.Store.OpenCalibration(ctx, c)
	if err != nil {
		r.release(now)
		return 0, fmt.Errorf("start calibration: %w", err)
	}
	r.mu.Lock()
	now.record.ID = id
	r.mu.Unlock()
	r.pending.Go(func() { r.measure(measuring, now, networks) })
	return id, nil
}

// reserve takes the one place there is, and returns the context to measure in.
func (r *Runner) reserve(now *running) (context.Context, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.base == nil {
		return nil, study.Refuse(study.ErrConflict, "The server is about to stop. Try again in a minute.")
	}
	if r.now != nil {
		return nil, study.Refuse(study.ErrConflict, "A calibration is running, begun by %s. Two at once would measure each other: try again when it has ended.", r.now.record.By)
	}
	var measuring context.Context
	measuring, now.stop = context.WithCancelCause(r.base)
	r.now = now
	r.pending.Add(1)
	return measuring, nil
}

// release gives the place back.
func (r *Runner) release(now *running) {
	now.stop(nil)
	r.mu.Lock()
	r.now = nil
	r.mu.Unlock()
	if !now.measured {
		close(now.quiet)
	}
	close(now.over)
}

// recordLimit bounds how long the end of a calibration may take to be put on record.
const recordLimit = 10 * time.Second

// measure does a calibration and puts on record what it found.
func (r *Runner) measure(ctx context.Context, now *running, networks []study.NamedNetwork) {
	defer r.release(now)
	found, err := r.Measure.Run(ctx, networks, func(p netembench.Progress) {
		r.mu.Lock()
		now.shown = p
		r.mu.Unlock()
	})
	now.measured = true
	close(now.quiet)
	c := now.record
	c.EndedAt, c.Machine, c.Findings, c.Unmeasured = time.Now(), found.Machine, found.Findings, found.Unmeasured
	c.State, c.Cause = stateOf(ctx, err)
	log := r.Log.With("calibration", c.ID, "study", c.Study)
	if c.State == study.CalibrationFailed {
		log.Error("calibration went wrong", "err", err)
	}
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if err := r.Store.CloseCalibration(recording, c); err != nil {
		log.Error("the end of a calibration could not be recorded", "err", err)
		return
	}
	log.Info("calibration ended", "state", c.State, "cause", c.Cause, "findings", len(c.Findings))
}

// stateOf says what has become of a calibration that ended with err.
func stateOf(ctx context.Context, err error) (state study.CalibrationState, cause string) {
	say := study.Sentence(context.Cause(ctx))
	switch {
	case ctx.Err() != nil && say != "":
		return study.CalibrationStopped, say
	case ctx.Err() != nil:
		return study.CalibrationInterrupted, "The server was stopped meanwhile."
	case err == nil:
		return study.CalibrationFinished, ""
	case study.Sentence(err) != "":
		return study.CalibrationFailed, study.Sentence(err)
	}
	return study.CalibrationFailed, "Something went wrong; the server's log says what."
}

// Stop stops a calibration for who asks, and returns when that is on record. One that has ended
// by itself meanwhile is no error.
func (r *Runner) Stop(ctx context.Context, id study.CalibrationID, who string) error {
	r.mu.Lock()
	now := r.now
	r.mu.Unlock()
	if now == nil || now.record.ID != id {
		return nil
	}
	now.stop(study.Refuse(study.ErrConflict, "%s stopped it.", who))
	return await(ctx, now.over)
}

// Yield stops what runs for a participant, and returns when nothing disturbs them any more.
func (r *Runner) Yield(ctx context.Context) error {
	r.mu.Lock()
	now := r.now
	r.mu.Unlock()
	if now == nil {
		return nil
	}
	now.stop(errYielded)
	return await(ctx, now.quiet)
}

func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Status returns how far the calibration is that runs; ok is false if none does.
func (r *Runner) Status() (s Status, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || r.now.record.ID == 0 {
		return Status{}, false
	}
	c := r.now.record
	return Status{ID: c.ID, Study: c.Study, By: c.By, Progress: r.now.shown}, true
}

// Takes returns about how long it takes to calibrate the networks.
func (r *Runner) Takes(networks []study.NamedNetwork) time.Duration { return r.Measure.Takes(networks) }

// Here says on what machine, and in which way of making links, calibrations are made.
func (r *Runner) Here() (study.Machine, study.LinkWay) { return netembench.ThisMachine(), r.Way }
