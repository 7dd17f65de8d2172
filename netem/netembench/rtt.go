package netembench

import (
	"context"
	"math"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/netem"
	"vmstudy/study"
)

// What is promised of round trips: on average they are off by at most 1 % of what was set, or by half a millisecond if that
// is more; and 99 in a hundred are off by at most 2 ms.
const (
	tripShare = 0.01
	tripMean  = 0.5 // ms
	tripP99   = 2.0 // ms
)

// For how long the round trips of one network are measured, and how many at least: of fewer than a hundred there is no
// 99th percentile. In a quick bench the same bar holds for the slowest, and the name of the figure says so.
const (
	tripSpan  = 10 * time.Second
	tripLeast = 100
	tripQuick = 25
)

var (
	tripConditions = []study.Network{
		alike(100, 20), alike(50, 20), alike(14.4, 60), alike(25, 40), alike(7.2, 120), alike(2, 200), alike(100, 400), alike(2, 400),
	}
	tripQuickConditions = []study.Network{alike(100, 20), alike(14.4, 60), alike(7.2, 120), alike(2, 200)}
)

// Tripped is a series of round trips, and what travelled for them.
type Tripped struct {
	Trips  []time.Duration
	Moved  study.LinkReport // what the link has counted
	Subset study.Network
}

// trip measures count round trips over link.
func trip(ctx context.Context, link netem.Link, n study.Network, count int) (Tripped, error) {
	before := link.Counters()
	trips, err := netem.Pings(ctx, link, count)
	if err != nil {
		return Tripped{}, err
	}
	after := link.Counters()
	return Tripped{Trips: trips, Subset: n, Moved: study.LinkReport{
		BytesUp: after.BytesUp - before.BytesUp, BytesDown: after.BytesDown - before.BytesDown,
	}}, nil
}

// Expected returns how long a round trip should take on average: the time that was set, plus the time to send all packets
// that travelled for it. The messages follow each other closely, so an acknowledgement that is sent alone makes the next
// message wait. The count includes the opening of the connection, which is one more packet in each direction for all
// round trips together.
func (t Tripped) Expected() time.Duration {
	return t.Subset.RTT + t.sending(t.Moved.BytesUp, t.Subset.Up) + t.sending(t.Moved.BytesDown, t.Subset.Down)
}

func (t Tripped) sending(bytes int64, rate study.Bitrate) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(bytes) * 8 / float64(len(t.Trips)) / float64(rate) * float64(time.Second))
}

// Errors returns how far each trip was from what is expected, in ms, without a sign.
func (t Tripped) Errors() []float64 {
	var off []float64
	for _, trip := range t.Trips {
		off = append(off, math.Abs(ms(trip-t.Expected())))
	}
	return off
}

// measureTrips compares round trips with what was set. Beside them stand round trips of TCP over loopback at the same pace:
// that is the time that the computer itself needs to wake up twice.
func (open Opener) measureTrips(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	conditions := tripConditions
	if s.Quick {
		conditions = tripQuickConditions
	}
	return each(ctx, s, conditions, func(ctx context.Context, n study.Network) (rows []bench.Row, err error) {
		count := max(tripLeast, int(tripSpan/n.RTT))
		if s.Quick {
			count = tripQuick
		}
		err = open.with(n, func(link netem.Link) error {
			got, err := trip(ctx, link, n, count)
			if err != nil {
				return err
			}
			idle, err := loopbackTrips(ctx, n.RTT, min(count, loopbackMost))
			if err != nil {
				return err
			}
			rows = tripRows(n, got, idle)
			return nil
		})
		return rows, err
	})
}

func tripRows(n study.Network, got Tripped, idle []float64) []bench.Row {
	var took []float64
	for _, trip := range got.Trips {
		took = append(took, ms(trip))
	}
	off := got.Errors()
	bar := max(tripMean, tripShare*ms(n.RTT))
	const beside = "loopback"
	tail, worst := stat.Tail(off, 0.99)
	_, idleWorst := stat.Tail(idle, 0.99)
	return []bench.Row{
		bench.Told(stat.Mean(took)).As("rtt_mean", label(n), "ms").Against(ms(got.Expected())),
		bench.AtMost(bar, stat.Mean(off)).As("rtt_mean_error", label(n), "ms").Beside(stat.Mean(idle), beside),
		bench.AtMost(tripP99, worst).As("rtt_"+tail+"_error", label(n), "ms").Beside(idleWorst, beside),
	}
}
