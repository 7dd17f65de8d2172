package post

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"vmstudy/mail"
	"vmstudy/study"
)

// Store is what an Office needs of the database.
type Store interface {
	// Correspondences returns what decides about mails to everybody who has said where to, or to one of them. who is 0 for everybody.
	Correspondences(ctx context.Context, who study.ParticipantID) ([]study.Correspondence, error)
	// QueueMail adds a mail that waits. It returns study.ErrNotFound if nobody has said where to.
	QueueMail(ctx context.Context, m study.Mail) error
	// RecordMail records what has become of a mail that waits. It returns study.ErrNotFound if it does not wait any more.
	RecordMail(ctx context.Context, m study.Mail) error
	// RemoveAddress forgets where mails to a participant go, and drops those that wait.
	RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
}

// Office sends mails to participants, and forgets addresses that are of no use any more.
type Office struct {
	Store  Store
	Send   func(context.Context, mail.Message) error // nil: none is sent, addresses are forgotten only
	Sender string                                    // the address that mails come from
	Now    func() time.Time                          // in the laboratory's zone

	away bool // whether the last try found no server; belongs to Run
}

// recordLimit is how long it may take to record what has become of a mail.
const recordLimit = 5 * time.Second

// rest is the time between two looks at what is owed.
const rest = 30 * time.Second

// Run sends mails until ctx ends.
func (o *Office) Run(ctx context.Context) error {
	tick := time.NewTicker(rest)
	defer tick.Stop()
	for {
		if err := o.Turn(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "mails to participants cannot be sent; the next try is in half a minute", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Turn forgets addresses that are of no use any more, queues what is owed, and tries what is due. When there is no server, the rest waits for the next turn.
// What goes wrong with one person's mails keeps nobody else's; the first error is returned.
func (o *Office) Turn(ctx context.Context) error {
	all, err := o.Store.Correspondences(ctx, 0)
	if err != nil {
		return err
	}
	down := false
	for _, c := range all {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		isDown, wrong := o.serve(ctx, c, down)
		down, err = down || isDown, cmp.Or(err, wrong)
	}
	return err
}

// serve does a turn's work for one person. With down, nothing is tried. It returns true if there is no server.
func (o *Office) serve(ctx context.Context, c study.Correspondence, down bool) (isDown bool, err error) {
	switch {
	case c.Over(o.Now()), o.Send == nil && c.Diary.Out:
		return false, o.Store.RemoveAddress(ctx, c.Address.Participant, o.Now())
	case o.Send == nil:
		return false, nil
	}
	owed := c.Owed(o.Now())
	if m, missed := c.Missed(o.Now()); missed {
		slog.WarnContext(ctx, "a reminder was not sent, and the appointment has begun: it is dropped", "participant", m.Participant, "starts_at", c.Diary.Last().StartsAt)
		if err := o.Store.QueueMail(ctx, m); err != nil && !errors.Is(err, study.ErrNotFound) {
			return false, err
		}
	}
	for _, m := range owed {
		if late := c.Late(m, o.Now()); late > 2*rest {
			slog.InfoContext(ctx, "a reminder was due while nothing was sent; it goes now", "participant", m.Participant, "late", late)
		}
		if err := o.Store.QueueMail(ctx, m); err != nil && !errors.Is(err, study.ErrNotFound) {
			return false, err
		}
	}
	if down || len(owed) == 0 && !o.waits(c) {
		return false, nil
	}
	return o.deliver(ctx, c.Address.Participant)
}

// waits reports whether there is something to do about a mail of c.
func (o *Office) waits(c study.Correspondence) bool {
	now := o.Now()
	return slices.ContainsFunc(c.Mails, func(m study.Mail) bool { return o.wants(c, m, now) })
}

// wants reports whether there is something to do about m at the moment now.
func (o *Office) wants(c study.Correspondence, m study.Mail, now time.Time) bool {
	setBack := m.At.After(now) // the clock was: the pause would never end
	return m.State == study.MailWaits && (!c.Holds(m, now) || !now.Before(m.DueAt) || setBack)
}

// deliver does what is to be done about the mails of one participant. Before each it reads what is on record now. It returns true if there is no server.
func (o *Office) deliver(ctx context.Context, who study.ParticipantID) (down bool, err error) {
	for {
		all, err := o.Store.Correspondences(ctx, who)
		if err != nil || len(all) == 0 {
			return false, err
		}
		c, now := all[0], o.Now()
		i := slices.IndexFunc(c.Mails, func(m study.Mail) bool { return o.wants(c, m, now) })
		if i < 0 {
			return false, nil
		}
		m := c.Mails[i]
		next := c.Ended(m, now)
		if c.Holds(m, now) {
			if next, err = o.try(ctx, c, m); err != nil {
				return false, err
			}
			down = o.away
		}
		if err := o.record(ctx, next); err != nil || down {
			return down, err
		}
	}
}

// record records what has become of a mail, also when the program stops: what was sent is not to go again. That it does not wait any more, since somebody has
// withdrawn meanwhile, is no error.
func (o *Office) record(ctx context.Context, m study.Mail) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if err := o.Store.RecordMail(ctx, m); !errors.Is(err, study.ErrNotFound) {
		return err
	}
	return nil
}

// try sends a mail and returns what has become of it. The error is not about this mail alone.
func (o *Office) try(ctx context.Context, c study.Correspondence, m study.Mail) (study.Mail, error) {
	message, err := o.write(ctx, c, m)
	if err != nil {
		return m, err
	}
	err = o.Send(ctx, message)
	var failure *mail.Failure
	switch {
	case err == nil:
		o.back(ctx)
		return m.Sent(o.Now()), nil
	case !errors.As(err, &failure):
		return m, err
	}
	switch failure.Cause {
	case study.MailUnreachable, study.MailUnsafe, study.MailUnsigned:
		if !o.away {
			slog.WarnContext(ctx, "the server for mail cannot be used; mails wait", "err", failure)
		}
		o.away = true
	default:
		o.back(ctx)
		slog.WarnContext(ctx, "a mail was not taken", "mail", m.ID, "participant", m.Participant, "cause", failure.Cause, "code", failure.Code, "tries", m.Tries+1)
	}
	return m.Failed(failure.Cause, o.Now()), nil
}

// back says that the server is back, if it was away.
func (o *Office) back(ctx context.Context) {
	if o.away {
		slog.InfoContext(ctx, "the server for mail can be used again")
	}
	o.away = false
}
