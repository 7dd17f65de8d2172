package session

import (
	"context"
	"net"
	"time"

	"vmstudy/study"
)

// What an experimenter who watches can do.

// longestExtension bounds what is added to a task's time at once.
const longestExtension = time.Hour

// Live returns the sessions that have an attempt in flight.
func (c *Conductor) Live() []study.SessionID {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]study.SessionID, 0, len(c.live))
	for id := range c.live {
		all = append(all, id)
	}
	return all
}

// WatchScreen connects to the desktop's screen for somebody who only looks; see
// Desktop.DialView.
func (c *Conductor) WatchScreen(ctx context.Context, id study.SessionID) (net.Conn, error) {
	a, err := c.find(id)
	if err != nil {
		return nil, err
	}
	d, err := a.shown()
	if err != nil {
		return nil, err
	}
	return d.DialView(ctx)
}

// Extend gives the running task more time, at least a second and at most an hour.
func (c *Conductor) Extend(ctx context.Context, id study.SessionID, by time.Duration) error {
	if by < time.Second || by > longestExtension {
		return study.Refuse(study.ErrInvalid, "A task can be extended by up to %v at once.", longestExtension)
	}
	a, err := c.find(id)
	if err != nil {
		return err
	}
	if now, _ := a.look(); now.State != study.Running {
		return study.Refuse(study.ErrConflict, "The time of the task is not running, so it cannot be extended.")
	}
	select {
	case a.more <- by:
		return nil
	case <-a.over:
		return study.Refuse(study.ErrConflict, "The task has just ended.")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// End ends the attempt in flight because an experimenter says so, and returns when that is on
// record. A task that runs ends with study.EndedByExperimenter and why as its cause. One whose
// desktop is still being prepared has failed, for the same cause, and its trial is offered
// again. An attempt that ended by itself at the same moment keeps its own end.
func (c *Conductor) End(ctx context.Context, id study.SessionID, why string) error {
	if why == "" {
		return study.Refuse(study.ErrInvalid, "A reason is needed.")
	}
	a, err := c.find(id)
	if err != nil {
		return err
	}
	select {
	case a.ending <- why:
	default: // somebody has said so before
	}
	select {
	case <-a.over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errEnded is why an attempt whose task had not begun failed.
func errEnded(why string) error {
	return study.Refuse(study.ErrConflict, "Ended by the experimenter: %s", why)
}

// endable returns a context that ends when the experimenter ends the attempt. stop must be
// called; then nobody listens any more.
func (a *attempt) endable(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		select {
		case why := <-a.ending:
			cancel(errEnded(why))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-listening
	}
}

// shown returns the desktop, if there is one.
func (a *attempt) shown() (Desktop, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.desktop == nil {
		return nil, study.Refuse(study.ErrConflict, "The desktop is not ready yet.")
	}
	return a.desktop, nil
}
