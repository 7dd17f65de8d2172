package clockbench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web"
)

// lab serves the pages of studies. All of their desktops show the same kind of machine.
type lab struct {
	db      *postgres.DB
	conduct *session.Conductor
	site    string
	witness *witness // knows when screens change; nil if there is none
}

// withLab lets do use a lab.
func (m Machine) withLab(ctx context.Context, db *postgres.DB, do func(*lab) error) error {
	return m.open(ctx, func(o session.Opener, w *witness) error {
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		l := &lab{db: db, witness: w, conduct: session.New(session.Config{Store: db, Opener: o, Log: quiet})}
		running, stop := context.WithCancel(ctx)
		defer stop()
		g, running := errgroup.WithContext(running)
		ready := make(chan struct{})
		g.Go(func() error { return l.conduct.Run(running, ready) })
		select {
		case <-ready:
		case <-running.Done():
			return g.Wait()
		}
		pages := httptest.NewServer(web.New(web.Config{Store: db, Conduct: l.conduct, Log: quiet}).Handler())
		defer pages.Close()
		l.site = pages.URL
		err := do(l)
		stop()
		return errors.Join(err, g.Wait())
	})
}

// warmUp is how many keys are typed first and not counted.
const warmUp = 6

// session has a participant type keys over a network, and returns what is on record of these keys and what is true.
func (l *lab) session(ctx context.Context, b *browser, rtt time.Duration, keys int, one func()) (taken Taken, err error) {
	taken.RTT = rtt
	p, id, err := l.invite(ctx, rtt)
	if err != nil {
		return taken, err
	}
	if err := l.conduct.Start(ctx, id); err != nil {
		return taken, err
	}
	defer func() { err = errors.Join(err, l.conduct.End(context.WithoutCancel(ctx), id, "all keys are typed")) }()
	t, err := b.visit(l.site, id, p.Link)
	if err != nil {
		return taken, err
	}
	defer t.close()
	r := newRhythm(time.Now(), rtt)
	for i := range warmUp + keys {
		if err := l.witness.prepare(ctx, i); err != nil {
			return taken, err
		}
		at, err := t.press(keyOf(l.witness), r.next())
		if err != nil {
			return taken, err
		}
		if i >= warmUp {
			taken.Pressed = append(taken.Pressed, at)
			one()
		}
	}
	if taken.Keys, err = l.stored(ctx, p.Study, warmUp+keys); err != nil {
		return taken, err
	}
	taken.Flipped, err = l.flipped(warmUp + keys)
	return taken, err
}

// flipped returns when the screen changed for each of n keys, without the first warmUp of them. If there is no witness, it
// returns nil.
func (l *lab) flipped(n int) ([]time.Time, error) {
	if l.witness == nil {
		return nil, nil
	}
	flips := l.witness.take()
	if len(flips) != n {
		return nil, fmt.Errorf("the screen changed %d times for %d keys", len(flips), n)
	}
	return flips[warmUp:], nil
}

// invite makes a study with one participant, and brings them to the beginning of its only trial.
func (l *lab) invite(ctx context.Context, rtt time.Duration) (p study.Participant, id study.SessionID, err error) {
	now := time.Now()
	of, err := l.db.CreateStudy(ctx, 0, design(rtt), now)
	if err != nil {
		return p, 0, err
	}
	if _, err := l.db.Publish(ctx, of, 0, now); err != nil {
		return p, 0, err
	}
	people, err := l.db.AddParticipants(ctx, of, false, []string{fmt.Sprintf("clock-%d", of)}, now)
	if err != nil {
		return p, 0, err
	}
	if id, err = l.db.StartSession(ctx, people[0].ID, now); err != nil {
		return p, 0, err
	}
	return people[0], id, l.db.RecordConsent(ctx, id, false, now)
}

// design is a study of one trial over one network.
func design(rtt time.Duration) study.Design {
	return study.Design{
		Title: study.Plain("Clock"), Consent: study.Plain("You are a program."), Thanks: study.Plain("Thank you."), Appliance: appliance,
		Methods: study.PlainLevels(study.VNC), Networks: []study.NamedNetwork{{Name: "far", Network: study.Network{RTT: rtt}}},
		Tasks: []study.Task{{ID: "press", Title: study.Plain("Type"), Instruction: study.Plain("Type.")}},
		Order: study.Williams, TrialLimit: time.Hour,
	}
}

// stored waits until n keys are on record, and returns them without the first warmUp.
func (l *lab) stored(ctx context.Context, of study.StudyID, n int) (keys []study.Interaction, err error) {
	err = until(ctx, "the keys' rows", func() (bool, error) {
		keys, err = l.keys(ctx, of)
		return len(keys) >= n, err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range keys {
		if !r.Answered() {
			return nil, fmt.Errorf("row %d, a key, was not answered", r.Number)
		}
	}
	return keys[warmUp:], nil
}

func (l *lab) keys(ctx context.Context, of study.StudyID) (keys []study.Interaction, err error) {
	for row, err := range l.db.Source().Interactions(ctx, analysis.Filter{Study: of}) {
		if err != nil {
			return nil, err
		}
		if row.Kind == study.Key {
			keys = append(keys, row.Interaction)
		}
	}
	slices.SortFunc(keys, func(a, b study.Interaction) int { return int(a.Number - b.Number) })
	return keys, nil
}

// patience is how long until waits.
const patience = 30 * time.Second

// until calls is again and again until it returns true. what names what is waited for.
func until(ctx context.Context, what string, is func() (bool, error)) error {
	limit, again := time.After(patience), time.NewTicker(50*time.Millisecond)
	defer again.Stop()
	for {
		if ok, err := is(); ok || err != nil {
			return err
		}
		select {
		case <-again.C:
		case <-limit:
			return fmt.Errorf("waited %v in vain for %s", patience, what)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
