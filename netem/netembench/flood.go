package netembench

import (
	"context"
	"math"
	"sync"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// floodEvery is the time between two sends of a flood. Each sends half as much again as the link can carry until the next.
// So the queue is never empty, and packets that do not fit into it are dropped.
const floodEvery = 5 * time.Millisecond

// measurePackets fills links in both directions at once with packets that are not TCP's.
func (open Opener) measurePackets(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	conditions, span := goodputConditions, 3*time.Second
	if s.Quick {
		conditions, span = goodputQuickConditions, 750*time.Millisecond
	}
	return each(ctx, s, conditions, func(ctx context.Context, n study.Network) ([]bench.Row, error) {
		return open.measureFlood(ctx, n, span)
	})
}

// measureFlood fills both directions of a link at once with packets that nobody acknowledges. So its rates depend on the
// link alone. TCP's goodput in both directions at once depends on TCP as well: acknowledgements wait behind the data of
// the other direction and arrive in bunches, and then the data that they allow are sent in bunches, too (Zhang, Shenker
// and Clark, SIGCOMM 1991).
func (open Opener) measureFlood(ctx context.Context, n study.Network, span time.Duration) (rows []bench.Row, err error) {
	err = open.withRaw(n, seed, func(link raw) error {
		came, err := flooded(ctx, link, n, span)
		if err != nil {
			return err
		}
		for _, d := range []study.Direction{study.Downward, study.Upward} {
			rate, got := n.Rate(d), came[d]
			condition := label(n) + " " + d.String() + " of both"
			rows = append(rows,
				bench.Told(got.Mbps()).As("packets", condition, "Mbps").Against(rate.Mbps()),
				bench.AtMost(goodputShare, 100*math.Abs(float64(got)/float64(rate)-1)).As("packets_error", condition, "%"))
		}
		return nil
	})
	return rows, err
}

// flooded fills both directions of a link and returns at what rate packets arrived in each.
func flooded(ctx context.Context, link raw, n study.Network, span time.Duration) (rates [2]study.Bitrate, err error) {
	var seen [2]stretch // for each end, what it receives
	for _, end := range []netem.End{netem.Near, netem.Far} {
		link.ReceiveRaw(end, func(packet []byte) { seen[end].note(time.Now(), len(packet)) })
	}
	if err := flood(ctx, link, n, span); err != nil {
		return rates, err
	}
	rates[study.Downward], rates[study.Upward] = seen[netem.Near].rate(), seen[netem.Far].rate()
	return rates, nil
}

// flood sends from both ends for span, faster than n lets through.
func flood(ctx context.Context, link raw, n study.Network, span time.Duration) error {
	tick := time.NewTicker(floodEvery)
	defer tick.Stop()
	var owed [2]float64 // packets that each end has still to send
	last := time.Now()
	for end := last.Add(span); last.Before(end); {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case now := <-tick.C:
			for from, rate := range map[netem.End]study.Bitrate{netem.Near: n.Up, netem.Far: n.Down} {
				owed[from] += 1.5 * now.Sub(last).Seconds() * float64(rate) / (8 * study.PacketSize)
				for ; owed[from] >= 1; owed[from]-- {
					link.SendRaw(from, make([]byte, study.PacketSize))
				}
			}
			last = now
		}
	}
	return nil
}

// stretch is what arrived at one end, from the first packet to the last.
type stretch struct {
	mu          sync.Mutex
	first, last time.Time
	bytes       int // after the first packet
}

func (s *stretch) note(at time.Time, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first.IsZero() {
		s.first = at
	} else {
		s.last, s.bytes = at, s.bytes+bytes
	}
}

// rate is 0 if fewer than two packets came.
func (s *stretch) rate() study.Bitrate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes == 0 {
		return 0
	}
	return study.Bitrate(float64(s.bytes) * 8 / s.last.Sub(s.first).Seconds())
}
