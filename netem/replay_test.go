package netem_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/netem"
	"vmstudy/study"
)

// oneMs is a network whose wire sends a full packet in a millisecond.
func oneMs() study.Network { return study.Network{Down: 12 * study.Mbps} }

type failer interface{ Fatalf(string, ...any) }

func readTrace(t failer, text string) *netem.Trace {
	trace, err := netem.ReadTrace(strings.NewReader(text))
	if err != nil {
		t.Fatalf("read trace: %v", err)
	}
	return trace
}

func TestReplayDeliversAtTheOpportunities(t *testing.T) {
	type sent struct {
		at   float64 // ms
		size int
		due  float64
	}
	for name, test := range map[string]struct {
		trace string
		sent  []sent
	}{
		"one packet each, again after the last": {
			"2\n5\n", []sent{{0, 1500, 2}, {0, 1500, 5}, {0, 1500, 7}, {0, 1500, 10}, {0, 1500, 12}},
		},
		"several at a time":                       {"1\n1\n3\n", []sent{{0, 1500, 1}, {0, 1500, 1}, {0, 1500, 3}, {0, 1500, 4}}},
		"small packets share an opportunity":      {"10\n", []sent{{0, 500, 10}, {1, 500, 10}, {2, 500, 10}, {3, 500, 20}}},
		"what one leaves the next begins to use":  {"10\n", []sent{{0, 1000, 10}, {0, 1000, 20}, {0, 1000, 20}, {0, 1000, 30}}},
		"one too large needs several":             {"10\n", []sent{{0, 4000, 30}, {0, 500, 30}, {0, 40, 40}}},
		"what finds nothing waiting is lost":      {"10\n", []sent{{0, 1500, 10}, {35, 1500, 40}, {35, 1500, 50}}},
		"what is left is lost if nothing waits":   {"10\n", []sent{{0, 500, 10}, {10.5, 500, 20}}},
		"arriving at an opportunity is too late":  {"10\n", []sent{{10, 1500, 20}}},
		"the first at 0 ms comes with the start":  {"0\n4\n", []sent{{1, 1500, 4}, {1, 1500, 4}, {1, 1500, 8}}},
		"a long silence is passed over":           {"3\n7\n", []sent{{0, 1500, 3}, {7e6 + 4, 1500, 7e6 + 7}}},
		"and one that ends just before the next":  {"3\n7\n", []sent{{7e6 + 2.5, 1500, 7e6 + 3}}},
		"at the very end of a repetition as well": {"3\n7\n", []sent{{7e6 - 0.5, 1500, 7e6}, {7e6 - 0.5, 1500, 7e6 + 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := netem.NewChain(study.Network{TraceDown: "test"}, study.Downward, 1)
			c.Start(start, readTrace(t, test.trace))
			for i, p := range test.sent {
				if !c.Push(packet(i, p.size, at(p.at))) {
					t.Fatalf("packet %d was dropped", i)
				}
			}
			for i, want := range test.sent {
				p, ok := c.Pop(at(1e9))
				if !ok || number(p) != i || !p.Arrived.Equal(at(want.due)) {
					t.Errorf("packet %d of %d bytes sent at %g ms: due at %v, want %g ms", i, want.size, want.at, p.Arrived.Sub(start), want.due)
				}
			}
		})
	}
}

// Under saturation the packets delivered in any 100 ms are as many as the trace has opportunities there, give or
// take one.
func TestReplayDeliversTheTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 20).Draw(t, "opportunities in each 10 ms")
		var text strings.Builder
		period := 10 * len(slots)
		for i, n := range slots {
			for range n {
				fmt.Fprintln(&text, 10*i+1)
			}
		}
		fmt.Fprintln(&text, period)
		c := netem.NewChain(study.Network{TraceDown: "test", Queue: 1000}, study.Downward, 1)
		c.Start(start, readTrace(t, text.String()))

		want, got := map[int]int{}, map[int]int{}
		const seconds = 1
		for base := 0; base < seconds*1000; base += period {
			for i, n := range slots {
				want[(base+10*i+1)/100] += n
			}
			want[(base+period)/100]++
		}
		for now := 0; now < seconds*1000; now++ {
			for c.Counters().Waiting < 200 {
				c.Push(packet(0, rapid.SampledFrom([]int{1500, 1500, 1000}).Draw(t, "size"), at(float64(now))))
			}
			for p, ok := c.Pop(at(float64(now + 1))); ok; p, ok = c.Pop(at(float64(now + 1))) {
				got[int(p.Arrived.Sub(start)/(100*ms))] += len(p.Data)
			}
		}
		for slot := range seconds * 10 {
			if packets := float64(got[slot]) / study.PacketSize; packets < float64(want[slot])-1 || packets > float64(want[slot])+1 {
				t.Fatalf("slot %d: %.2f packets delivered, the trace has %d", slot, packets, want[slot])
			}
		}
	})
}

func TestReplayGoesOnThroughAPhase(t *testing.T) {
	n := study.Network{TraceDown: "test", Schedule: study.Schedule{Phases: []study.Phase{
		{From: 10 * ms, For: 10 * ms, Outage: true},
		{From: 30 * ms, For: 10 * ms, Down: 1500 * study.Kbps}, // 8 ms a packet
	}}}
	c := netem.NewChain(n, study.Downward, 1)
	c.Start(start, readTrace(t, "3\n"))
	var due []float64
	for i := range 50 {
		c.Push(packet(i, study.PacketSize, at(float64(i)+0.5)))
		for p, ok := c.Pop(at(float64(i) + 0.9)); ok; p, ok = c.Pop(at(float64(i) + 0.9)) {
			due = append(due, float64(p.Arrived.Sub(start))/float64(ms))
		}
	}
	want := []float64{3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 38, 46, 48}
	if !slices.Equal(due, want) {
		t.Errorf("packets left at %v ms, want %v", due, want)
	}
}
