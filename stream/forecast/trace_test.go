package forecast

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func access(index uint32, at time.Duration) Access { return Access{Chunk: Chunk{Index: index}, At: at} }

func TestResumeSetIsTheFirstThreeSeconds(t *testing.T) {
	for name, tc := range map[string]struct {
		at   []time.Duration
		want int
	}{
		"an empty trace":       {nil, 0},
		"all of it":            {[]time.Duration{0, time.Second}, 2},
		"to the very end":      {[]time.Duration{0, 3 * time.Second, 3 * time.Second}, 3},
		"not a moment later":   {[]time.Duration{0, 3 * time.Second, 3*time.Second + 1}, 2},
		"nothing but the late": {[]time.Duration{4 * time.Second}, 0},
	} {
		var trace Trace
		for i, at := range tc.at {
			trace.Accesses = append(trace.Accesses, access(uint32(i), at))
		}
		if got := len(trace.ResumeSet()); got != tc.want {
			t.Errorf("%s: %d accesses, want %d", name, got, tc.want)
		}
	}
}

func TestMeanOrderIsThatOfMeanFirstAccess(t *testing.T) {
	a := Trace{Accesses: []Access{access(1, 0), access(2, 10), access(3, 40)}}
	b := Trace{Accesses: []Access{access(3, 0), access(2, 20), access(4, 20)}}
	want := []Access{access(1, 0), access(2, 15), access(3, 20), access(4, 20)}
	for _, traces := range [][]Trace{{a, b}, {b, a}} {
		if diff := cmp.Diff(want, meanOrder(traces)); diff != "" {
			t.Error(diff)
		}
	}
}
