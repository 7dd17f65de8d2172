package session

import (
	"context"
	"errors"
	"net"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/study"
)

// An experimenter who looks at a draft sees its desktops, too. They open and run as those of trials do, by the same Opener and the same
// attempt, and nothing of them is kept: no row, no recording, no trace, and nothing for warm streams. Each experimenter has one at a time. People who
// take part come first: nobody previews a desktop while somebody is at one, and a trial that begins ends all previews.

// previewLimit is how long the desktop of a preview stays at most.
const previewLimit = 15 * time.Minute

// Why there is no desktop for a preview.
var (
	errPreviewOver     = study.Refuse(study.ErrConflict, "The desktop of a preview stays for %d minutes. Load the page again to have another one.", int(previewLimit.Minutes()))
	errPreviewReplaced = study.Refuse(study.ErrConflict, "You have opened another preview, and there is one desktop at a time.")
	errPreviewLeft     = study.Refuse(study.ErrConflict, "The page of the preview was left.")
	errPeopleFirst     = study.Refuse(study.ErrConflict, "Somebody takes part at a desktop now, whom a preview would disturb. Try again when nobody does.")
	errStopping        = study.Refuse(study.ErrConflict, "The server is about to stop. Try again in a minute.")
)

// Preview is the desktop of a preview.
type Preview struct {
	*attempt
	end    context.CancelCauseFunc
	done   chan struct{} // closed when the desktop is closed
	result error         // why it ended, unless the task came to an outcome; written before done is closed
}

// Status returns the status of the desktop, and a channel that is closed when the status has changed.
func (p *Preview) Status() (Status, <-chan struct{}) { return p.look() }

// DialScreen connects to the screen over the set network, as in a trial.
func (p *Preview) DialScreen(ctx context.Context) (net.Conn, error) {
	return p.dial(ctx, func(tap.Event) {})
}

// Seen says that the experimenter sees the desktop: the clock of the task begins.
func (p *Preview) Seen() {
	if now, _ := p.look(); now.Ready {
		p.pictureOnce.Do(func() { close(p.picture) })
	}
}

// End ends the desktop because its page was left.
func (p *Preview) End() { p.end(errPreviewLeft) }

// Done is closed when the desktop is closed.
func (p *Preview) Done() <-chan struct{} { return p.done }

// Ended returns the outcome of the task; without one, why the desktop is closed. It may be called when Done is closed.
func (p *Preview) Ended() (study.Outcome, error) { return p.record.Outcome, p.result }

// run opens the desktop and conducts it until its end.
func (p *Preview) run(ctx context.Context, opener Opener, r Request) {
	err := p.attempt.run(ctx, opener, r)
	if p.record.State == study.Finished {
		return
	}
	p.record.Outcome = ""
	if why := context.Cause(ctx); why != nil && study.Sentence(why) != "" {
		err = why
	} else if study.Sentence(err) == "" {
		err = study.Refuse(study.ErrConflict, "%s", p.record.Cause)
	}
	p.result = err
}

// AdmitPreview returns why no desktop could be opened for a preview now.
func (c *Conductor) AdmitPreview(ctx context.Context, r Request) error {
	if len(c.Live()) > 0 {
		return errPeopleFirst
	}
	if err := c.spare(); err != nil {
		return err
	}
	if err := c.admit(ctx, study.Session{Participant: study.Participant{Pilot: true}}); err != nil { // as a pilot's, it counts for nothing
		return err
	}
	return c.opener.Admit(ctx, r)
}

// Preview opens a desktop for an experimenter, which stays until End is called, its time is up, or somebody who takes part begins a trial. If the
// experimenter has another one, that ends first. limit is that of the task.
func (c *Conductor) Preview(ctx context.Context, who study.ExperimenterID, r Request, limit time.Duration) (*Preview, error) {
	if err := c.endPreviews(ctx, errPreviewReplaced, func(of study.ExperimenterID) bool { return of == who }); err != nil {
		return nil, err
	}
	if err := c.AdmitPreview(ctx, r); err != nil {
		return nil, err
	}
	if err := c.clear(ctx); err != nil {
		return nil, err
	}
	r.Unkept = true
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.base == nil:
		return nil, errStopping
	case len(c.live) > 0:
		return nil, errPeopleFirst
	case c.previews[who] != nil:
		return nil, errPreviewReplaced
	}
	// Once more, since something may have begun meanwhile that needs a quiet machine. It asks for previews after it has begun.
	if err := c.spare(); err != nil {
		return nil, err
	}
	timed, stop := context.WithTimeoutCause(c.base, previewLimit, errPreviewOver)
	running, end := context.WithCancelCause(timed)
	p := &Preview{attempt: newAttempt(unkept{}, limit), end: end, done: make(chan struct{})}
	c.previews[who] = p
	c.plansMove(p.attempt, r.Condition.Access)
	c.running.Go(func() {
		defer stop()
		defer end(nil)
		p.run(running, c.opener, r)
		c.mu.Lock()
		delete(c.previews, who)
		c.mu.Unlock()
		close(p.done)
		p.attempt.end()
	})
	return p, nil
}

// Previewing reports whether the desktop of a preview is open.
func (c *Conductor) Previewing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.previews) > 0
}

// endPreviews ends the previews of some experimenters, and returns when their desktops are closed.
func (c *Conductor) endPreviews(ctx context.Context, why error, of func(study.ExperimenterID) bool) error {
	c.mu.Lock()
	var all []*Preview
	for who, p := range c.previews {
		if of(who) {
			all = append(all, p)
		}
	}
	c.mu.Unlock()
	for _, p := range all {
		p.end(why)
	}
	for _, p := range all {
		select {
		case <-p.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// makeRoom ends all previews, for somebody who takes part.
func (c *Conductor) makeRoom(ctx context.Context) error {
	return c.endPreviews(ctx, errPeopleFirst, func(study.ExperimenterID) bool { return true })
}

// unkept is a Store that keeps nothing.
type unkept struct{}

var errUnkept = errors.New("nothing is kept of a preview")

// Session implements Store.
func (unkept) Session(context.Context, study.SessionID) (study.Session, error) {
	return study.Session{}, errUnkept
}

// OpenAttempt implements Store.
func (unkept) OpenAttempt(_ context.Context, a study.Attempt) (study.Attempt, error) { return a, nil }

// RecordAttempt implements Store.
func (unkept) RecordAttempt(context.Context, study.Attempt, time.Time, time.Duration) error {
	return nil
}

// RecordEvent implements Store.
func (unkept) RecordEvent(context.Context, study.Event) error { return nil }

// RecordTraffic implements Store.
func (unkept) RecordTraffic(context.Context, study.AttemptID, []study.LinkSecond) error { return nil }

// InterruptAttempts implements Store.
func (unkept) InterruptAttempts(context.Context, time.Time, string) (int, error) { return 0, nil }
