package netembench

import (
	"context"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// goodputShare is by how much the goodput of a steady transfer may be off what is expected.
const goodputShare = 1.0 // %

var (
	goodputConditions = []study.Network{
		alike(1, 100), alike(2, 200), alike(7.2, 120), alike(14.4, 60), alike(25, 40), alike(50, 20), alike(100, 20),
	}
	goodputQuickConditions = []study.Network{alike(7.2, 120), alike(14.4, 60), alike(100, 20)}
)

// way is one way of filling a link: the directions in which data flows at the same time.
type way struct {
	ways   []study.Direction
	greedy bool // TCP sends as much as it can; if false, it steadily sends what the link can carry
}

var ways = []way{
	{ways: []study.Direction{study.Downward}, greedy: true},
	{ways: []study.Direction{study.Upward}, greedy: true},
	{ways: []study.Direction{study.Downward, study.Upward}},
	{ways: []study.Direction{study.Downward, study.Upward}, greedy: true},
}

// measureGoodput fills links with TCP in one direction, the other, and both at once.
//
// Nothing is promised of greedy TCP in both directions at once, because it does not even fill a real wire (see
// netem.SteadyGoodput). It is measured all the same, because programs send in this way.
func (open Opener) measureGoodput(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	conditions, warm, span := goodputConditions, 4*time.Second, 6*time.Second
	if s.Quick {
		conditions, warm, span = goodputQuickConditions, 2*time.Second, 1500*time.Millisecond
	}
	done := 0
	var rows []bench.Row
	for _, n := range conditions {
		for _, w := range ways {
			s.Show(done, len(conditions)*len(ways))
			done++
			err := open.with(n, func(link netem.Link) error {
				got, err := w.fill(ctx, n, link, warm, span)
				rows = append(rows, goodputRows(n, w, got)...)
				return err
			})
			if err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

// fill measures one transfer in each direction of w, all at once, on a link with network n.
func (w way) fill(ctx context.Context, n study.Network, link netem.Link, warm, span time.Duration) ([]netem.Carried, error) {
	got := make([]netem.Carried, len(w.ways))
	all, ctx := errgroup.WithContext(ctx)
	for i, d := range w.ways {
		all.Go(func() (err error) {
			if w.greedy {
				got[i], err = netem.Goodput(ctx, link, d, warm, span)
			} else {
				got[i], err = netem.SteadyGoodput(ctx, link, d, n.Rate(d), warm, span)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return got, nil
}

// promised reports whether TCP should fill the rates. Greedy TCP in both directions at once does not.
func (w way) promised() bool { return !w.greedy || len(w.ways) == 1 }

func goodputRows(n study.Network, w way, got []netem.Carried) []bench.Row {
	var rows []bench.Row
	for i, carried := range got {
		rate := n.Rate(w.ways[i])
		condition := label(n) + " " + w.ways[i].String()
		expected := carried.Expected(rate)
		if len(w.ways) > 1 {
			condition += " of both"
		}
		if !w.promised() {
			condition += ", greedy"
		}
		off := 100 * math.Abs(float64(carried.Goodput)/float64(expected)-1)
		judged := bench.AtMost(goodputShare, off)
		if !w.promised() {
			judged = bench.Told(off)
		}
		rows = append(rows,
			bench.Told(carried.Goodput.Mbps()).As("goodput", condition, "Mbps").Against(expected.Mbps()),
			judged.As("goodput_error", condition, "%"))
	}
	return rows
}
