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

// Store is what a Runner needs of the database.
type Store interface {
	// OpenCalibration records that a calibration has begun: in state CalibrationRuns.
	OpenCalibration(ctx context.Context, c study.Calibration) (study.CalibrationID, error)
	// CloseCalibration records the end of a calibration: its state, cause, machine and findings. It is
	// study.ErrConflict if the calibration has ended already.
	CloseCalibration(ctx context.Context, c study.Calibration) error
	// InterruptCalibrations marks every running calibration as interrupted, with the given cause, and
	// returns how many there were. It is called once, before the server serves anything.
	InterruptCalibrations(ctx context.Context, at time.Time, cause string) (int, error)
}

// Measurer measures networks. netembench.Calibrator is the real implementation.
type Measurer interface {
	Run(ctx context.Context, networks []study.NamedNetwork, show func(netembench.Progress)) (netembench.Found, error)
	Takes(networks []study.NamedNetwork) time.Duration
}

// Config is what a Runner needs.
type Config struct {
	Store   Store
	Measure Measurer
	Busy    func() bool                 // whether somebody is at a desktop
	Clear   func(context.Context) error // stops work that would disturb a calibration that is about to begin; may be nil
	Way     study.LinkWay               // how this server makes links
	Program string                      // version of this program
	Log     *slog.Logger                // nil is slog.Default
}

// Runner does calibrations, at most one at a time. New makes it, and it works while Run runs.
type Runner struct {
	Config

	mu      sync.Mutex
	base    context.Context // parent of a calibration's context; nil unless Run is running
	now     *running        // the calibration in flight; nil if none
	pending sync.WaitGroup
}

// running is a calibration in flight.
type running struct {
	record study.Calibration
	stop   context.CancelCauseFunc
	quiet  chan struct{}       // closed when the measuring has ended
	over   chan struct{}       // closed when the end is on record
	shown  netembench.Progress // guarded by the Runner's mu

	measured bool // quiet is closed
}

// Status is the progress of the running calibration.
type Status struct {
	ID    study.CalibrationID
	Study study.StudyID
	By    string
	netembench.Progress
}

// errYielded is the cause, in the report, of a calibration that Yield stopped.
var errYielded = study.Refuse(study.ErrConflict, "A participant began a trial, and participants come first.")

// New returns a Runner. It starts no calibration before Run runs.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clear == nil {
		c.Clear = func(context.Context) error { return nil }
	}
	return &Runner{Config: c}
}

// Run first marks a calibration that an earlier server left running as interrupted, and closes ready, if
// not nil. Then calibrations can be started until ctx ends. Run then interrupts the one in flight, waits
// until its end is on record, and returns nil.
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

// Start begins a calibration of the given networks and returns when its beginning is on record. The
// caller sets Study, Of and By of c. The error is study.ErrInvalid if there is nothing to measure, and
// study.ErrConflict if another calibration runs or somebody is at a desktop; each has a sentence.
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
	if err := r.Clear(ctx); err != nil {
		r.release(now)
		return 0, err
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

// reserve makes now the calibration in flight, and returns the context to measure in.
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

// release ends the calibration in flight.
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

// recordLimit is how long recording the end of a calibration may take.
const recordLimit = 10 * time.Second

// measure does a calibration and records its findings.
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

// stateOf returns the state and the cause of a calibration whose measuring ended with err.
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

// Stop stops a calibration on behalf of who, and returns when its end is on record. If it has ended by
// itself, Stop returns nil.
func (r *Runner) Stop(ctx context.Context, id study.CalibrationID, who string) error {
	r.mu.Lock()
	now := r.now
	other := now == nil || now.record.ID != id
	r.mu.Unlock()
	if other {
		return nil
	}
	now.stop(study.Refuse(study.ErrConflict, "%s stopped it.", who))
	return await(ctx, now.over)
}

// Yield stops the running calibration, if any, because a participant begins a trial. It returns when the
// measuring has ended.
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

// Status returns the progress of the running calibration; ok is false if none is running.
func (r *Runner) Status() (s Status, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || r.now.record.ID == 0 {
		return Status{}, false
	}
	c := r.now.record
	return Status{ID: c.ID, Study: c.Study, By: c.By, Progress: r.now.shown}, true
}

// Busied reports whether a calibration is about to begin, or runs. It is true before the calibration asks whether anything else does.
func (r *Runner) Busied() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now != nil
}

// Takes estimates how long a calibration of the networks takes.
func (r *Runner) Takes(networks []study.NamedNetwork) time.Duration { return r.Measure.Takes(networks) }

// Here returns this machine and the way in which this server makes links.
func (r *Runner) Here() (study.Machine, study.LinkWay) { return netembench.ThisMachine(), r.Way }
