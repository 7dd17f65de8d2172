package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"vmstudy/study"
)

// This file has what an experimenter who watches can do.

// longestExtension is the most time that one call of Extend may add to a task.
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

// moveLimit is how long a machine may take to leave its host.
const moveLimit = 30 * time.Second

// Move lets the machine of the desktop go on at another host, over a link with the properties of between, while the participant works on.
// It returns when it runs there. If there is an error, it goes on where it was, unless the desktop is lost.
func (c *Conductor) Move(ctx context.Context, id study.SessionID, between study.Network) error {
	a, err := c.find(id)
	if err != nil {
		return err
	}
	d, err := a.shown()
	if err != nil {
		return err
	}
	if err = c.moveInTime(context.WithoutCancel(ctx), d, between); err != nil {
		c.log.Warn("a machine could not move", "session", id, "err", err)
	}
	return err
}

// plansMove lets the machine of an attempt move when the level of its access method says so.
func (c *Conductor) plansMove(a *attempt, level study.Access) {
	if level.Moves != study.NoMove {
		a.move.after, a.move.do = level.MovesAt, func(ctx context.Context, d Desktop) error { return c.moveInTime(ctx, d, level.Between()) }
	}
}

// moveInTime moves the machine of d within moveLimit. The error has a sentence for people.
func (c *Conductor) moveInTime(ctx context.Context, d Desktop, between study.Network) error {
	ctx, cancel := context.WithTimeoutCause(ctx, moveLimit,
		study.Refuse(study.ErrConflict, "The machine did not get away within %v.", moveLimit))
	defer cancel()
	err := c.move(ctx, d, between)
	if err == nil || study.Sentence(err) != "" {
		return err
	}
	if why := context.Cause(ctx); study.Sentence(why) != "" {
		return fmt.Errorf("%w: %w", why, err)
	}
	return study.Refuse(study.ErrConflict, "The machine could not move: %v.", err)
}

// End ends the attempt in flight because an experimenter says so. It returns when the end is on
// record. A running task ends with the outcome study.EndedByExperimenter and the cause why. If the
// desktop is still being prepared, the attempt fails with the same cause, and its trial is offered
// again. If the attempt ended by itself at the same moment, its own end is recorded.
func (c *Conductor) End(ctx context.Context, id study.SessionID, why string) error {
	if why == "" {
		return study.Refuse(study.ErrInvalid, "A reason is needed.")
	}
	a, err := c.find(id)
	if err != nil {
		return err
	}
	return a.endWith(ctx, stopping{why: why})
}

// Leave ends the attempt in flight, if there is one, because the participant takes no part any more. It returns when that is on
// record: the attempt is interrupted, since its task came to no outcome.
func (c *Conductor) Leave(ctx context.Context, id study.SessionID) error {
	a, err := c.find(id)
	if errors.Is(err, study.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.endWith(ctx, stopping{left: true})
}

// stopping is why somebody ends an attempt: an experimenter, or the participant who leaves the study.
type stopping struct {
	why  string
	left bool
}

// endWith ends the attempt. Only the first ending counts.
func (a *attempt) endWith(ctx context.Context, e stopping) error {
	select {
	case a.ending <- e:
	default:
	}
	select {
	case <-a.over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errLeft is the error of an attempt whose participant has left the study.
var errLeft = study.Refuse(study.ErrConflict, "The participant stopped taking part.")

// err is the error of an attempt that ended before its task began.
func (e stopping) err() error {
	if e.left {
		return errLeft
	}
	return errEnded(e.why)
}

// errEnded is the error of an attempt that an experimenter ended before its task began.
func errEnded(why string) error {
	return study.Refuse(study.ErrConflict, "Ended by the experimenter: %s", why)
}

// endable returns a context that ends when an experimenter ends the attempt. The caller must call stop,
// which waits until nothing reads a.ending any more.
func (a *attempt) endable(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		select {
		case e := <-a.ending:
			cancel(e.err())
			select {
			case a.ending <- e: // read again by whoever conducts the task, if the desktop opened at this very moment
			default:
			}
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
