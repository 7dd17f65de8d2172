package netembench

import (
	"context"
	"errors"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// goodputShare is what is promised of a steady transfer: within 1 % of what is expected.
const goodputShare = 1.0 // %

var (
	goodputConditions = []study.Network{
		alike(1, 100), alike(2, 200), alike(7.2, 120), alike(14.4, 60), alike(25, 40), alike(50, 20), alike(100, 20),
	}
	goodputQuickConditions = []study.Network{alike(7.2, 120), alike(14.4, 60), alike(100, 20)}
)

// way is one way of filling a link: the directions in which data flows at the same time.
type way struct {
	name string
	ways []study.Direction
}

var ways = []way{
	{"down", []study.Direction{study.Downward}},
	{"up", []study.Direction{study.Upward}},
	{"both", []study.Direction{study.Downward, study.Upward}},
}

// measureGoodput fills links with TCP in one direction, the other, and both at once, and then
// in both with packets that know no TCP.
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
				got, err := fill(ctx, link, w.ways, warm, span)
				rows = append(rows, goodputRows(n, w, got)...)
				return err
			})
			if err != nil {
				return rows, err
			}
		}
		flooded, err := open.measureFlood(ctx, n, span/2)
		rows = append(rows, flooded...)
		if err != nil && !errors.As(err, new(bench.Unable)) {
			return rows, err
		}
	}
	return rows, nil
}

// fill measures one transfer in each of the given directions, all at once.
func fill(ctx context.Context, link netem.Link, ways []study.Direction, warm, span time.Duration) ([]netem.Carried, error) {
	got := make([]netem.Carried, len(ways))
	all, ctx := errgroup.WithContext(ctx)
	for i, way := range ways {
		all.Go(func() (err error) {
			got[i], err = netem.Goodput(ctx, link, way, warm, span)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return got, nil
}

func goodputRows(n study.Network, w way, got []netem.Carried) []bench.Row {
	var rows []bench.Row
	for i, carried := range got {
		rate, name := n.Down, "down"
		if w.ways[i] == study.Upward {
			rate, name = n.Up, "up"
		}
		condition := label(n) + " " + name
		expected := study.Bitrate(float64(rate) * netem.FullPayload / study.PacketSize)
		if len(w.ways) > 1 {
			condition += " of both"
			expected = carried.Expected(rate)
		}
		off := 100 * (float64(carried.Goodput)/float64(expected) - 1)
		rows = append(rows,
			bench.Told(carried.Goodput.Mbps()).As("goodput", condition, "Mbps").Against(expected.Mbps()),
			bench.AtMost(goodputShare, math.Abs(off)).As("goodput_error", condition, "%"))
	}
	return rows
}
