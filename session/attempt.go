package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// How long the parts of an attempt may take before it is given up.
const (
	openLimit    = 10 * time.Minute // opening the desktop; a whole image over a slow link takes minutes
	pictureLimit = 5 * time.Minute  // from a desktop that is ready to its first picture in a browser
	closeLimit   = 30 * time.Second
	recordLimit  = 2 * time.Minute        // waiting for a database that cannot be reached
	recordPause  = 500 * time.Millisecond // between two tries to write to the database
)

// attempt is one attempt in flight: its record, its desktop and its clock.
type attempt struct {
	store Store
	limit time.Duration // of the task

	pictureOnce sync.Once
	picture     chan struct{}      // closed when the participant sees the desktop
	unseen      bool               // the page was out of sight when the desktop was ready; set before picture is closed
	said        chan study.Outcome // the first outcome that the participant chose
	more        chan time.Duration // by how much the experimenter extends the task's time
	ending      chan stopping      // the first wish to end the attempt
	over        chan struct{}      // closed when the outcome is on record
	move        plannedMove        // of the machine during the task
	hostile     chan *wire.Breach  // the first breach of the limits of package rfb by the machine's screen

	session study.SessionID
	record  study.Attempt      // owned by run
	events  []study.Event      // owned by run
	traffic []study.LinkSecond // owned by run

	mu      sync.Mutex
	status  Status
	changed chan struct{} // closed and replaced when status changes
	desktop Desktop       // nil until ready and after the end
}

func newAttempt(store Store, limit time.Duration) *attempt {
	return &attempt{
		store: store, limit: limit,
		picture: make(chan struct{}),
		said:    make(chan study.Outcome, 1),
		more:    make(chan time.Duration),
		ending:  make(chan stopping, 1),
		over:    make(chan struct{}),
		hostile: make(chan *wire.Breach, 1),
		changed: make(chan struct{}),
		status:  Status{State: study.Preparing, Progress: Progress{Stage: preparing}},
	}
}

// A plannedMove is what the level of the access method says about moving the machine to another host.
type plannedMove struct {
	after time.Duration                        // from the beginning of the task
	do    func(context.Context, Desktop) error // nil if the machine stays; the desktop's events say how it went
	over  sync.WaitGroup                       // until do has returned
}

// due returns a channel that tells when the machine is to move, if it is, of a task that began at some time.
func (m *plannedMove) due(began time.Time) (<-chan time.Time, func()) {
	if m.do == nil {
		return nil, func() {}
	}
	timer := time.NewTimer(time.Until(began.Add(m.after)))
	return timer.C, func() { timer.Stop() }
}

// look returns the status and a channel that is closed at its next change.
func (a *attempt) look() (Status, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status, a.changed
}

// update changes the status and wakes everyone who waits for a change.
func (a *attempt) update(change func(*Status)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.status)
	close(a.changed)
	a.changed = make(chan struct{})
}

// end marks the attempt as over and wakes everyone who waits for it.
func (a *attempt) end() {
	close(a.over)
	a.update(func(*Status) {})
}

func (a *attempt) dial(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
	d, err := a.shown()
	if err != nil {
		return nil, err
	}
	return d.DialRFB(ctx, func(e tap.Event) {
		a.judge(e)
		observe(e)
	})
}

// judge ends the attempt if the machine's screen breaks the limits of package rfb. The browser gets
// what the guest sends; so the attempt ends before the browser fails.
func (a *attempt) judge(e tap.Event) {
	var breach *wire.Breach
	if lost, is := e.(tap.Lost); is && lost.Machine && errors.As(lost.Reason, &breach) {
		select {
		case a.hostile <- breach:
		default: // only the first one counts
		}
	}
}

// errHostile says that the machine's screen broke the limits of package rfb.
var errHostile = study.Refuse(study.ErrConflict, "The machine behind the desktop sent a screen that makes no sense, so it was ended.")

func (a *attempt) finish(ctx context.Context, o study.Outcome) error {
	select {
	case a.said <- o:
	default: // only the first outcome counts
	}
	select {
	case <-a.over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run conducts the attempt from Start to its end. It always records the end and closes the desktop.
// The error is for the log; the sentence for people is in the record.
func (a *attempt) run(ctx context.Context, opener Opener, r Request) error {
	d, err := a.open(ctx, opener, r)
	if err == nil {
		err = a.conduct(ctx, d)
		a.take(d.Report())
	}
	a.settle(ctx, err)

	// From here on, write the record even if the server stops.
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, a.save(ctx), a.saveTraffic(ctx), a.close(ctx, d), a.saveEvents(ctx))
}

// saveEvents writes the events of the desktop. It does not try again if the database cannot be reached,
// so that the participant need not wait: events explain measurements, but are not measurements. One that cannot be written does not
// keep the others from it.
func (a *attempt) saveEvents(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	for _, e := range a.events {
		e.Session, e.Attempt = a.session, a.record.ID
		err = errors.Join(err, a.store.RecordEvent(ctx, e))
	}
	return err
}

// open opens the desktop within openLimit.
func (a *attempt) open(ctx context.Context, opener Opener, r Request) (Desktop, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, openLimit,
		study.Refuse(study.ErrConflict, "The desktop took more than %v to open.", openLimit))
	defer cancel()
	ctx, stop := a.endable(ctx)
	defer stop()
	d, err := opener.Open(ctx, r, func(p Progress) {
		a.update(func(s *Status) { s.Progress = p })
	})
	if why := context.Cause(ctx); err != nil && study.Sentence(why) != "" {
		err = why // err is only a consequence of why
	}
	if err != nil {
		return nil, fmt.Errorf("opening the desktop: %w", err)
	}
	a.mu.Lock()
	a.desktop = d
	a.mu.Unlock()
	a.take(d.Report())
	a.update(func(s *Status) { s.Progress, s.Ready = Progress{Stage: starting}, true })
	return d, nil
}

// take copies what the desktop has measured into the record. Unseen stays, since the desktop does not
// know it.
func (a *attempt) take(r Report) {
	r.Desktop.Unseen = a.record.Desktop.Unseen
	a.record.Set, a.record.Measured, a.record.Link, a.record.Desktop = r.Set, r.Measured, r.Link, r.Desktop
	a.events, a.traffic = r.Events, r.Traffic
}

// errLost says that the machine has ended by itself.
var errLost = study.Refuse(study.ErrConflict, "The machine behind the desktop stopped.")

// lost returns why d was lost.
func lost(d Desktop) error {
	if why := d.Report().Lost; why != nil {
		return why
	}
	return errLost
}

// conduct waits for the first picture, starts the clock and waits for the end of the task.
func (a *attempt) conduct(ctx context.Context, d Desktop) error {
	patience := time.NewTimer(pictureLimit)
	defer patience.Stop()
	select {
	case <-a.picture:
	case e := <-a.ending:
		return e.err()
	case <-patience.C:
		return study.Refuse(study.ErrConflict, "The desktop was ready, but no browser came to show it.")
	case <-d.Lost():
		return lost(d)
	case why := <-a.hostile:
		return fmt.Errorf("%w: %w", errHostile, why)
	case <-ctx.Done():
		return context.Cause(ctx)
	}

	a.record.StartedAt, a.record.State, a.record.Desktop.Unseen = time.Now(), study.Running, a.unseen
	if err := d.Seen(); err != nil {
		return err
	}
	if err := a.save(ctx); err != nil {
		return err
	}
	a.update(func(s *Status) {
		s.State, s.Stage, s.Deadline = study.Running, "", a.record.StartedAt.Add(a.limit)
	})
	return a.await(ctx, d)
}

// await waits until something ends the running task, and notes the outcome.
func (a *attempt) await(ctx context.Context, d Desktop) error {
	deadline := a.record.StartedAt.Add(a.limit)
	clock := time.NewTimer(time.Until(deadline))
	defer clock.Stop()
	moves, stop := a.move.due(a.record.StartedAt)
	defer stop()
	for {
		select {
		case <-moves:
			a.move.over.Go(func() { _ = a.move.do(ctx, d) }) // closing the desktop ends it
			continue
		case more := <-a.more:
			deadline = deadline.Add(more)
			clock.Reset(time.Until(deadline))
			a.update(func(s *Status) { s.Deadline = deadline })
			continue
		case <-d.Completed():
			a.record.Outcome = study.Completed
		case o := <-a.said:
			a.record.Outcome = o
		case e := <-a.ending:
			if e.left {
				return errLeft
			}
			a.record.Outcome, a.record.Cause = study.EndedByExperimenter, e.why
		case <-clock.C:
			a.record.Outcome = study.TimeUp
		case <-d.Lost():
			return lost(d)
		case why := <-a.hostile:
			return fmt.Errorf("%w: %w", errHostile, why)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		return a.atOnce(d)
	}
}

// atOnce decides when a task has ended and something else has happened at the same time. If the machine found the task
// completed, that counts. If the machine was lost, nobody can have worked on it until the end; but an experimenter who ended the task has
// said why.
func (a *attempt) atOnce(d Desktop) error {
	select {
	case <-d.Completed():
		if a.record.Outcome == study.SaidDone || a.record.Outcome == study.GaveUp {
			a.record.Outcome = study.Completed
		}
		return nil
	default:
	}
	if a.record.Outcome == study.Completed || a.record.Outcome == study.EndedByExperimenter {
		return nil
	}
	select {
	case <-d.Lost():
		a.record.Outcome = ""
		return lost(d)
	default:
		return nil
	}
}

// settle notes how the attempt ended, and updates the status.
func (a *attempt) settle(ctx context.Context, err error) {
	a.record.EndedAt = time.Now()
	switch {
	case err == nil:
		a.record.State = study.Finished
	case errors.Is(err, errLeft):
		a.record.State, a.record.Cause = study.Interrupted, study.Sentence(errLeft)
	case ctx.Err() != nil:
		a.record.State, a.record.Cause = study.Interrupted, "the server stopped during the trial"
	default:
		a.record.State, a.record.Cause = study.Failed, study.Sentence(err)
		if a.record.Cause == "" {
			a.record.Cause = "The desktop could not be opened; the log of the server says why."
		}
	}
	a.mu.Lock()
	a.desktop = nil
	a.mu.Unlock()
	a.update(func(s *Status) {
		s.Ready, s.Stage, s.Total = false, "Closing the desktop", 0
	})
}

// save writes the record.
func (a *attempt) save(ctx context.Context) error {
	return patiently(ctx, func() error {
		now := time.Now()
		return a.store.RecordAttempt(ctx, a.record, now, now.Sub(a.record.AskedAt))
	})
}

// saveTraffic writes the traffic of the link.
func (a *attempt) saveTraffic(ctx context.Context) error {
	if len(a.traffic) == 0 {
		return nil
	}
	return patiently(ctx, func() error { return a.store.RecordTraffic(ctx, a.record.ID, a.traffic) })
}

// patiently repeats write until it succeeds, finds a conflict, or recordLimit has passed.
func patiently(ctx context.Context, write func() error) error {
	deadline := time.Now().Add(recordLimit)
	for {
		err := write()
		if err == nil || errors.Is(err, study.ErrConflict) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(recordPause):
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

func (a *attempt) close(ctx context.Context, d Desktop) error {
	if d == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	defer a.move.over.Wait()
	return d.Close(ctx)
}
