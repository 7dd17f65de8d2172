package ingestbench

import (
	"context"
	"time"

	"vmstudy/bench"
	"vmstudy/study"
)

// chunk is how many interactions are stored at once when rates are compared.
const chunk = 1000

// measureCopy stores batches as the program does, and the same rows by a bare COPY into the same table. The two take turns,
// so that whatever else the computer does meanwhile affects both.
func measureCopy(ctx context.Context, l *lab, s bench.Setting) ([]bench.Row, error) {
	seats, err := l.seats(ctx, 2)
	if err != nil {
		return nil, err
	}
	rounds := 300
	if s.Quick {
		rounds = 100
	}
	ours := pace{store: l.db.SaveBatch, seat: seats[0]}
	bare := pace{store: l.db.BareCopy, seat: seats[1]}
	again := pace{store: l.db.SaveBatch, seat: seats[0]}
	for n := range rounds {
		s.Show(n, rounds)
		for _, p := range []*pace{&ours, &bare, &again} {
			if err := p.step(ctx, int64(n+1)); err != nil {
				return nil, err
			}
		}
	}
	return []bench.Row{
		bench.Told(ours.rate()).As("rows_stored", "chunks of 1000", "rows/s").Beside(bare.rate(), "bare COPY"),
		bench.AtLeast(60, 100*ours.rate()/bare.rate()).As("share_of_copy", "chunks of 1000", "%"),
		bench.Told(again.rate()).As("rows_passed_over", "chunks sent again", "rows/s"),
	}, nil
}

// pace is how fast something stores.
type pace struct {
	store func(context.Context, study.Batch) error
	seat  seat
	rows  int
	took  time.Duration
}

// warmUp is how many batches are stored first and not counted. With them, connections are opened and statements prepared.
const warmUp = 5

func (p *pace) step(ctx context.Context, n int64) error {
	b := p.seat.batch(n, chunk)
	began := time.Now()
	if err := p.store(ctx, b); err != nil {
		return err
	}
	if n > warmUp {
		p.took += time.Since(began)
		p.rows += chunk
	}
	return nil
}

func (p *pace) rate() float64 { return float64(p.rows) / p.took.Seconds() }
