package netembench

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// What is promised of a replay: in every slot the number of packets differs by at most one from the number of
// opportunities that the trace has in it.
const (
	traceSlot = 100 * time.Millisecond
	traceBar  = 1.0 // packets
)

// measureTrace replays the traces that come with the program, and counts how many packets are delivered in each slot. There
// are always full packets that wait.
func (open Opener) measureTrace(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	span := 20 * time.Second
	if s.Quick {
		span = 3 * time.Second
	}
	var traces *netem.Traces // those that come with the program
	names, err := traces.Names()
	if err != nil {
		return nil, err
	}
	var rows []bench.Row
	for i, name := range names {
		s.Show(i, len(names))
		trace, err := traces.Open(name)
		if err != nil {
			return rows, err
		}
		span := min(span, trace.Period.Truncate(traceSlot))
		err = open.withRaw(study.Network{TraceDown: name, Queue: traceQueue}, seed, func(link raw) error {
			got, err := replay(ctx, link, study.Network{TraceDown: name, Queue: traceQueue}, span)
			if err != nil {
				return err
			}
			rows = append(rows, traceRows(name, trace, got)...)
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// traceLead is by how much slots begin before the trace. Opportunities are at whole milliseconds. So a packet that is
// exactly on time is in its slot, and so is one that is nearly a millisecond late.
const traceLead = 100 * time.Microsecond

// traceQueue is how many packets can wait. traceWait is how many always do.
const (
	traceQueue = 4000
	traceWait  = 2000
)

// replay returns how many packets were delivered in each slot since the trace began. n has a trace for one direction.
func replay(ctx context.Context, link raw, n study.Network, span time.Duration) ([]int, error) {
	from := netem.Far
	if n.TraceUp != "" {
		from = netem.Near
	}
	counted := &slots{count: make([]int, span/traceSlot)}
	link.ReceiveRaw(1-from, func([]byte) { counted.note(time.Now()) })
	sent := int64(0)
	fill := func() {
		for out, lost := arrived(link, from); sent-out-lost < traceWait; sent++ {
			link.SendRaw(from, make([]byte, study.PacketSize))
		}
	}
	fill()
	if err := link.Set(n); err != nil {
		return nil, err
	}
	counted.begin(time.Now().Add(-traceLead))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(span); time.Now().Before(end); {
		select {
		case <-tick.C:
			fill()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return counted.taken(), nil
}

// slots counts packets by their time of arrival.
type slots struct {
	mu    sync.Mutex
	began time.Time
	count []int
}

func (s *slots) begin(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began = at
	clear(s.count)
}

func (s *slots) note(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := int(at.Sub(s.began) / traceSlot); !s.began.IsZero() && i < len(s.count) {
		s.count[i]++
	}
}

func (s *slots) taken() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]int(nil), s.count...)
}

// traceRows compares slots with the trace. It leaves the first slot out, which begins with what was on the wire before.
func traceRows(name string, trace *netem.Trace, got []int) []bench.Row {
	worst, delivered, expected := 0.0, 0, 0.0
	for i, n := range got[1:] {
		from := time.Duration(i+1) * traceSlot
		want := opportunities(trace, from, from+traceSlot)
		worst = max(worst, math.Abs(float64(n)-want))
		delivered, expected = delivered+n, expected+want
	}
	condition := fmt.Sprintf("%s, %d slots of 100 ms", name, len(got)-1)
	return []bench.Row{
		bench.Told(float64(delivered)).As("trace_packets", condition, "packets").Against(expected),
		bench.AtMost(traceBar, worst).As("trace_worst_slot_error", condition, "packets"),
	}
}

// opportunities returns how many packets the trace can carry from one time to another.
func opportunities(trace *netem.Trace, from, to time.Duration) float64 {
	return math.Round(float64(trace.Span(from, to)) * (to - from).Seconds() / 8 / study.PacketSize)
}
