package netem_test

import (
	"testing"

	"vmstudy/netem"
)

func TestQueueCountsPacketsOrBytes(t *testing.T) {
	for name, test := range map[string]struct {
		limit netem.QueueLimit
		sizes []int
		kept  int
	}{
		"packets":                         {netem.QueueLimit{Packets: 3}, []int{1500, 40, 40, 40, 40}, 3},
		"bytes":                           {netem.QueueLimit{Packets: 3, Bytes: 3100}, []int{1500, 1500, 40, 40, 40, 40}, 4},
		"a small one after one too large": {netem.QueueLimit{Bytes: 1600}, []int{1500, 1500, 100, 4}, 2},
		"the first always has room":       {netem.QueueLimit{Bytes: 1500}, []int{9000, 40}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			q, kept, bytes := netem.NewQueue(test.limit), 0, 0
			for i, size := range test.sizes {
				if q.Push(packet(i, size, start)) {
					kept++
					bytes += size
				}
			}
			if got := len(popAll(q, start)); kept != test.kept || got != kept {
				t.Errorf("kept %d and gave back %d of %d, want %d", kept, got, len(test.sizes), test.kept)
			}
		})
	}
}

func TestWaitsAreWhatTheWireLeftThemToWait(t *testing.T) {
	c := netem.NewChain(oneMs(), 0, 1)
	for i := range 5 {
		c.Push(packet(i, 1500, start))
	}
	if n := c.Counters(); n.Waiting != 4 || n.WaitingBytes != 6000 {
		t.Errorf("%d packets and %d bytes wait, want 4 and 6000", n.Waiting, n.WaitingBytes)
	}
	popAll(c, at(2))
	want := netem.Waits{Count: 3, Sum: 3 * ms, Min: 0, Max: 2 * ms}
	if got := c.TakeWaits(); got != want {
		t.Errorf("waits %+v, want %+v", got, want)
	}
	popAll(c, at(10))
	if got, want := c.TakeWaits(), (netem.Waits{Count: 2, Sum: 7 * ms, Min: 3 * ms, Max: 4 * ms}); got != want {
		t.Errorf("waits since %+v, want %+v", got, want)
	}
	if got, want := c.Counters().Waits, (netem.Waits{Count: 5, Sum: 10 * ms, Min: 0, Max: 4 * ms}); got != want || got.Mean() != 2*ms {
		t.Errorf("waits in all %+v, mean %v, want %+v", got, got.Mean(), want)
	}
}
