package forecast

import (
	"testing"
	"time"
)

// Every strategy has to be compared by what it could know: a run of the task, if there is one.
func TestStrategiesLearnFromRunsOfTheTask(t *testing.T) {
	shape := Shape{Images: []Extent{{Memory, 100}}}
	run := func(first uint32, unlike bool) Trace {
		t := Trace{Unlike: unlike}
		for i := range uint32(10) {
			t.Accesses = append(t.Accesses, access(first+i, time.Duration(i)*time.Second))
		}
		return t
	}
	other, own := run(0, true), run(50, false)
	for _, n := range []Name{Order, WorkingSet, InClusters} {
		for name, test := range map[string]struct {
			traces []Trace
			want   uint32 // the first chunk
		}{
			"of two tasks":             {[]Trace{other, own}, 50},
			"of nothing but the other": {[]Trace{other}, 0},
		} {
			s, err := New(n, shape, test.traces)
			if err != nil {
				t.Fatal(err)
			}
			dues := s.Begin().Dues
			if len(dues) != 10 {
				t.Errorf("%s, runs %s: %d chunks are planned, want the 10 of one run, to its end", n, name, len(dues))
			}
			for _, d := range dues {
				if d.Chunk.Index < test.want || d.Chunk.Index >= test.want+10 {
					t.Errorf("%s, runs %s: chunk %d is planned, want those from %d on", n, name, d.Chunk.Index, test.want)
				}
			}
		}
	}
}
