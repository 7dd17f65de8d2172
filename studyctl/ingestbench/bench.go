// Package ingestbench measures how fast measurements are stored. One section compares that with a bare COPY of the same rows,
// another has a hundred participants work at once. A third measures by how much people who sign in delay a page. The bench has
// a database of its own, which forces everything to disk as a real one does. Afterwards it is removed.
package ingestbench

import (
	"context"
	"fmt"
	"image"
	"time"

	"vmstudy/bench"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studyctl/scratch"
)

// Bench returns the bench of the ingest.
func Bench() bench.Bench {
	return bench.Bench{Name: "ingest", Sections: []bench.Section{
		{Name: "copy", About: "batches beside a bare COPY", Measure: within(measureCopy)},
		{Name: "signins", About: "a page's clock while strangers sign in", Measure: within(measureSignIns)},
		{Name: "crowd", About: "a hundred sessions at once", Measure: within(measureCrowd)},
	}}
}

// within gives measure a database of its own.
func within(measure func(context.Context, *lab, bench.Setting) ([]bench.Row, error)) func(context.Context, bench.Setting) ([]bench.Row, error) {
	return func(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
		err = scratch.Database(ctx, func(db *postgres.DB) error {
			rows, err = measure(ctx, &lab{db: db}, s)
			return err
		})
		return rows, err
	}
}

// lab makes studies and participants in a database, and stores what they do.
type lab struct{ db *postgres.DB }

// seat is one participant at a desktop.
type seat struct {
	link    string
	session study.SessionID
	attempt study.AttemptID
	page    int
	asked   time.Time
}

// design is the smallest possible study: it has one trial.
var design = study.Design{
	Title: study.Plain("Ingest"), Consent: study.Plain("You are a program."), Thanks: study.Plain("Thank you."), Appliance: "none",
	Methods: study.PlainLevels(study.Local), Tasks: []study.Task{{ID: "type", Title: study.Plain("Type"), Instruction: study.Plain("Type.")}},
	Order: study.Williams, TrialLimit: time.Hour,
}

// seats brings n participants to their desktops.
func (l *lab) seats(ctx context.Context, n int) ([]seat, error) {
	now := time.Now()
	id, err := l.db.CreateStudy(ctx, 0, design, now)
	if err != nil {
		return nil, err
	}
	if _, err := l.db.Publish(ctx, id, 0, now); err != nil {
		return nil, err
	}
	links := make([]string, n)
	for i := range links {
		links[i] = fmt.Sprintf("ingest-%d", i)
	}
	people, err := l.db.AddParticipants(ctx, id, true, links, now)
	if err != nil {
		return nil, err
	}
	all := make([]seat, n)
	for i, p := range people {
		if all[i], err = l.sit(ctx, p, now); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (l *lab) sit(ctx context.Context, p study.Participant, now time.Time) (seat, error) {
	s := seat{link: p.Link, asked: now}
	var err error
	if s.session, err = l.db.StartSession(ctx, p.ID, now); err != nil {
		return s, err
	}
	if err = l.db.RecordVisit(ctx, s.session, study.Step{Kind: study.StepConsent}, now); err != nil {
		return s, err
	}
	x, err := l.db.Session(ctx, s.session)
	if err != nil {
		return s, err
	}
	a, err := l.db.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: now})
	if err != nil {
		return s, err
	}
	s.attempt = a.ID
	s.page, err = l.db.TakeSeat(ctx, s.session, now)
	return s, err
}

// batch returns the n-th batch of a page, of the given number of interactions.
func (s seat) batch(n int64, count int) study.Batch {
	b := study.Batch{Receipt: study.Receipt{
		Attempt: s.attempt, Page: s.page, Number: n, Received: s.asked, Zero: s.asked, Uncertainty: time.Millisecond,
		Count: count, Given: n * int64(count),
	}}
	for i := range count {
		late := time.Duration(i*7919%300_000) * time.Microsecond // has as many digits as a browser's times
		b.Interactions = append(b.Interactions, study.Interaction{
			Number: (n-1)*int64(count) + int64(i) + 1, Kind: study.Key, At: s.asked.Add(time.Duration(i) * 211 * time.Millisecond),
			Sent: 400*time.Microsecond + late/500, Arrived: 20*time.Millisecond + late, Drawn: 31*time.Millisecond + late,
			Quiet: 131*time.Millisecond + late, Held: 70*time.Millisecond + late/10, Machine: 9*time.Millisecond + late/10,
			Bytes: int64(300 + i%5000), Area: int64(64 + i%9000), Rect: image.Rect(i%1000, i%700, i%1000+32, i%700+20),
		})
	}
	return b
}
