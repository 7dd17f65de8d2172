package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/study"
)

// Conductor conducts all sessions: at most one attempt of each session at a time. New makes it, and
// it works while Run runs.
type Conductor struct {
	store  Store
	opener Opener
	admit  func(context.Context, study.Session) error
	clear  func(context.Context) error
	ended  func(study.AttemptID)
	move   func(context.Context, Desktop, study.Network) error
	spare  func() error
	log    *slog.Logger

	mu      sync.Mutex
	base    context.Context // parent of every attempt's context; nil unless Run is running
	running sync.WaitGroup
	live    map[study.SessionID]*attempt

	previews map[study.ExperimenterID]*Preview
}

// disownPause is how long disown waits between two tries.
const disownPause = 2 * time.Second

// Config is what a Conductor needs.
type Config struct {
	Store  Store
	Opener Opener
	Admit  func(context.Context, study.Session) error // may refuse a session on this machine; nil admits all
	Clear  func(context.Context) error                // stops work that would disturb an attempt that is about to begin; may be nil
	Ended  func(study.AttemptID)                      // called when an attempt is over and its desktop closed; may be nil
	// Move lets the machine of a desktop go on at another host; nil means that none can.
	Move func(ctx context.Context, d Desktop, between study.Network) error
	// Spare returns why no desktop can be opened for a preview now, such as a calibration that it would disturb; nil: it always can.
	Spare func() error
	Log   *slog.Logger // nil is slog.Default
}

// New returns a Conductor. It starts no attempt before Run runs.
func New(c Config) *Conductor {
	if c.Admit == nil {
		c.Admit = func(context.Context, study.Session) error { return nil }
	}
	if c.Clear == nil {
		c.Clear = func(context.Context) error { return nil }
	}
	if c.Ended == nil {
		c.Ended = func(study.AttemptID) {}
	}
	if c.Move == nil {
		c.Move = func(context.Context, Desktop, study.Network) error {
			return study.Refuse(study.ErrConflict, "Desktops cannot move to another host here.")
		}
	}
	if c.Spare == nil {
		c.Spare = func() error { return nil }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Conductor{
		store: c.Store, opener: c.Opener, admit: c.Admit, clear: c.Clear, ended: c.Ended, move: c.Move, spare: c.Spare, log: c.Log,
		live: map[study.SessionID]*attempt{}, previews: map[study.ExperimenterID]*Preview{},
	}
}

// Run first marks the attempts that an earlier server left in flight as interrupted, and closes ready,
// if not nil. Then attempts can be started until ctx ends. Run then interrupts those in flight,
// waits until each is recorded and closed, and returns nil.
func (c *Conductor) Run(ctx context.Context, ready chan<- struct{}) error {
	n, err := c.store.InterruptAttempts(ctx, time.Now(), "the server stopped during the trial")
	if err != nil {
		return fmt.Errorf("marking interrupted attempts: %w", err)
	}
	if n > 0 {
		c.log.Warn("attempts were interrupted by the last stop", "count", n)
	}
	c.mu.Lock()
	c.base = ctx
	c.mu.Unlock()
	if ready != nil {
		close(ready)
	}

	<-ctx.Done()
	c.mu.Lock()
	c.base = nil
	c.mu.Unlock()
	c.running.Wait()
	return nil
}

// Start begins an attempt at the session's next trial; see web.Conduct.
func (c *Conductor) Start(ctx context.Context, id study.SessionID) error {
	s, err := c.store.Session(ctx, id)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := s.Assignment.MayGoOn(); err != nil {
		return err
	}
	step := s.Step()
	switch {
	case step.Kind == study.StepDesktop:
		return nil
	case step.Kind != study.StepBrief:
		return study.Refuse(study.ErrConflict, "There is no trial to start at this point.")
	}
	if err := c.admit(ctx, s); err != nil {
		return err
	}
	trial := s.Trials[step.Trial]
	r := RequestOf(s.Version.Design, trial.Condition)
	r.Name = fmt.Sprintf("%s-t%d-a%d", s.Participant.Code, trial.Position, len(trial.Attempts)+1)
	r.Keyboard, r.Seed = s.Found.Keyboard, seed(s.Version.Design.Seed, trial, len(trial.Attempts))
	if err := c.makeRoom(ctx); err != nil {
		return err
	}
	if err := c.opener.Admit(ctx, r); err != nil {
		return err
	}
	return c.open(ctx, s, trial, r)
}

// RequestOf asks for a desktop of a condition of d. Its name and its seed are left to the caller.
func RequestOf(d study.Design, c study.Condition) Request {
	appliance := d.ApplianceOf(c.Task)
	guest := d.Guest(appliance)
	return Request{Appliance: appliance, Condition: c, Clipboard: d.Clipboard, Traces: guest.Traces, Frozen: guest.Content != ""}
}

// seed derives the seed of an attempt's link from that of the study.
func seed(of uint64, t study.Trial, attempt int) uint64 {
	return rand.New(rand.NewPCG(of, uint64(t.ID)<<16|uint64(attempt))).Uint64()
}

// open records the attempt and runs it in the background.
func (c *Conductor) open(ctx context.Context, s study.Session, t study.Trial, r Request) error {
	a := newAttempt(c.store, s.Version.Design.TrialLimit)
	base, err := c.reserve(s.ID, a)
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer c.running.Done()
	if err := errors.Join(c.makeRoom(ctx), c.clear(ctx)); err != nil {
		c.forget(s.ID, a)
		return fmt.Errorf("start: %w", err)
	}
	now := time.Now()
	a.record, err = c.store.OpenAttempt(ctx, study.Attempt{
		Trial: t.ID, State: study.Preparing, AskedAt: now, Set: r.Condition.Network.Network, Seed: r.Seed,
	})
	if err != nil {
		c.running.Go(func() { c.disown(base, s.ID, a) })
		return fmt.Errorf("start: %w", err)
	}
	a.session, r.Attempt = s.ID, a.record.ID
	c.plansMove(a, r.Condition.Access)
	a.record.AskedAt = now // the stored time has lost its monotonic reading
	a.update(func(s *Status) { s.Attempt = a.record.ID })
	log := c.log.With("session", s.ID, "trial", t.ID, "attempt", a.record.Number, "condition", r.Condition.Code())
	c.running.Go(func() {
		if err := a.run(base, c.opener, r); err != nil {
			log.Error("attempt went wrong", "err", err)
		}
		log.Info("attempt ended", "state", a.record.State, "outcome", a.record.Outcome)
		c.ended(a.record.ID)
		c.disown(base, s.ID, a)
	})
	return nil
}

// errTaken says that the session has an attempt in flight already.
var errTaken = errors.New("an attempt is in flight")

// reserve makes a the session's attempt in flight, adds it to running and returns the context to run
// it in.
func (c *Conductor) reserve(id study.SessionID, a *attempt) (context.Context, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.base == nil {
		return nil, errStopping
	}
	if c.live[id] != nil {
		return nil, errTaken
	}
	c.live[id] = a
	c.running.Add(1)
	return c.base, nil
}

// disown forgets an attempt as soon as the store does not count it as in flight, which is usually at
// once. But if the database could not be reached for long, the store may count an attempt as in flight
// although nobody runs it, and its participant would wait for ever. So disown records such an attempt as
// interrupted.
func (c *Conductor) disown(ctx context.Context, id study.SessionID, a *attempt) {
	defer c.forget(id, a)
	for {
		s, err := c.store.Session(ctx, id)
		if err == nil {
			step := s.Step()
			if step.Kind != study.StepDesktop {
				return
			}
			record := s.Trials[step.Trial].Last()
			record.State, record.Cause = study.Interrupted, "the database could not confirm the attempt"
			if err = c.store.RecordAttempt(ctx, record, time.Now(), 0); err == nil || errors.Is(err, study.ErrConflict) {
				return
			}
		}
		select {
		case <-time.After(disownPause):
		case <-ctx.Done():
			return // the next start of the server marks it
		}
	}
}

// forget removes an attempt that has ended and is on record.
func (c *Conductor) forget(id study.SessionID, a *attempt) {
	c.mu.Lock()
	delete(c.live, id)
	c.mu.Unlock()
	a.end()
}

func (c *Conductor) find(id study.SessionID) (*attempt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.live[id]; a != nil {
		return a, nil
	}
	return nil, study.Refuse(study.ErrConflict, "There is no desktop at this moment.")
}

// Status returns the status of the session's attempt, and a channel that is closed when the status
// has changed. If no attempt is in flight, it returns the zero Status and a channel that never closes.
func (c *Conductor) Status(id study.SessionID) (Status, <-chan struct{}) {
	a, err := c.find(id)
	if err != nil {
		return Status{}, nil
	}
	return a.look()
}

// DialScreen connects to the desktop's screen; see Desktop.DialRFB.
func (c *Conductor) DialScreen(ctx context.Context, id study.SessionID, observe func(tap.Event)) (net.Conn, error) {
	a, err := c.find(id)
	if err != nil {
		return nil, err
	}
	return a.dial(ctx, observe)
}

// FirstPicture says that the participant sees the desktop: the task's clock begins. unseen says that
// the page was out of sight when the desktop was ready, so that the time to the first picture depended on
// the participant.
func (c *Conductor) FirstPicture(_ context.Context, id study.SessionID, unseen bool) error {
	a, err := c.find(id)
	if err != nil {
		return err
	}
	if now, _ := a.look(); !now.Ready {
		return study.Refuse(study.ErrConflict, "The desktop is not ready yet.")
	}
	a.pictureOnce.Do(func() {
		a.unseen = unseen
		close(a.picture)
	})
	return nil
}

// Finish ends the running attempt because the participant says so. It returns when the outcome is
// on record. If the attempt ended by itself at the same moment, its own outcome is recorded.
func (c *Conductor) Finish(ctx context.Context, id study.SessionID, o study.Outcome) error {
	if o != study.SaidDone && o != study.GaveUp {
		return fmt.Errorf("finish with outcome %q: %w", o, study.ErrInvalid)
	}
	a, err := c.find(id)
	if errors.Is(err, study.ErrConflict) {
		return nil // the button was pressed twice, or the attempt has ended by itself
	}
	if err != nil {
		return err
	}
	return a.finish(ctx, o)
}
