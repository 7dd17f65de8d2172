package forecast

import (
	"testing"
	"time"

	"vmstudy/study"
)

// slow is 8000 bytes a second, 100 ms away; a chunk costs 800 bytes, so a tenth of a second.
var slow = Link{Rate: 8000, RTT: 100 * time.Millisecond}

func flat(Chunk) int { return 800 }

// thousand is one image of a thousand chunks.
var thousand = Shape{Images: []Extent{{Memory, 1000}}}

func simulate(t *testing.T, n Name, run Trace, traces ...Trace) Outcome {
	t.Helper()
	s, err := New(n, thousand, traces)
	if err != nil {
		t.Fatal(err)
	}
	return Play(run, s, thousand, slow, flat)
}

func TestSimulatedTimesAreThoseOfThePaperAndPencil(t *testing.T) {
	const ms = time.Millisecond
	run := at(1, 0, 2, 0, 3, 10)
	for name, tc := range map[string]struct {
		strategy Name
		traces   []Trace
		want     Outcome
	}{
		"on demand, each costs a round trip and its own time": {None, nil, Outcome{
			Usable: 500 * ms, Total: 10*time.Second + 700*ms, Worked: 10 * time.Second, Bytes: 2400,
			Accessed: 3, Fetched: 3, Misses: 3, Late: 1, Waited: 600 * ms, Longest: 200 * ms,
		}},
		"in order, the first two are waited for and the third comes meanwhile": {Order, []Trace{run}, Outcome{
			Usable: 400 * ms, Total: 10*time.Second + 400*ms, Worked: 10 * time.Second, Bytes: 2400,
			Accessed: 3, Fetched: 3,
		}},
		"all that the first run touched in one go": {WorkingSet, []Trace{run}, Outcome{
			Usable: 500 * ms, Total: 10*time.Second + 500*ms, Worked: 10 * time.Second, Bytes: 2400,
			Accessed: 3, Fetched: 3,
		}},
		"the working set in one go, the rest on demand": {WorkingSet, []Trace{at(1, 0, 2, 0)}, Outcome{
			Usable: 400 * ms, Total: 10*time.Second + 600*ms, Worked: 10 * time.Second, Bytes: 2400,
			Accessed: 3, Fetched: 3, Misses: 1, Late: 1, Waited: 200 * ms, Longest: 200 * ms,
		}},
		"what never happens is paid for": {Order, []Trace{at(1, 0, 2, 0, 3, 10, 4, 10)}, Outcome{
			Usable: 400 * ms, Total: 10*time.Second + 400*ms, Worked: 10 * time.Second, Bytes: 3200,
			Accessed: 3, Fetched: 4,
		}},
		"the whole memory first": {Image, nil, Outcome{
			Usable: 100*time.Second + 200*ms, Total: 110*time.Second + 200*ms, Worked: 10 * time.Second,
			Bytes: 800_000, Accessed: 3, Fetched: 1000,
		}},
	} {
		if got := simulate(t, tc.strategy, run, tc.traces...); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, tc.want)
		}
	}
}

func TestAMissBringsTheClusterThatItBelongsTo(t *testing.T) {
	often := at(1, 0, 50, 20, 51, 21, 52, 22)
	run := at(1, 0, 51, 10, 50, 11, 52, 12)
	traces := []Trace{often, at(1, 0), at(1, 0), at(1, 0)}
	for _, n := range []Name{InClusters, Best} {
		if o := simulate(t, n, run, traces...); o.Late != 1 || o.Fetched != 4 {
			t.Errorf("%s: %d misses after the resume, %d fetched; want 1 and 4", n, o.Late, o.Fetched)
		}
	}
	if o := simulate(t, None, run, traces...); o.Late != 3 {
		t.Errorf("none: %d misses after the resume, want 3", o.Late)
	}
}

func TestADiskBlockComesAlongUnderImage(t *testing.T) {
	shape := Shape{
		Images: []Extent{{Memory, 2}, {Disk, 100}},
		Empty:  func(c Chunk) bool { return c == Chunk{Image: 1, Index: 33} },
	}
	s, err := New(Image, shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	var run Trace
	for i, index := range []uint32{40, 41, 32, 63, 64} {
		run.Accesses = append(run.Accesses, Access{Chunk: Chunk{Image: 1, Index: index}, At: time.Duration(i) * time.Minute})
	}
	if o := Play(run, s, shape, slow, flat); o.Misses != 2 || o.Fetched != 2+31+32 {
		t.Errorf("%d misses and %d fetched; want 2 misses, for blocks of 31 and 32 beside 2 of memory", o.Misses, o.Fetched)
	}
}

func TestUnknownStrategiesAreRefused(t *testing.T) {
	if _, err := New("guess", thousand, nil); err == nil {
		t.Error("a strategy of no known name was made")
	}
	for _, n := range study.Strategies() {
		if s, err := New(n, thousand, nil); err != nil || s == nil {
			t.Errorf("%s without traces: %v, %v", n, s, err)
		}
	}
}

// New makes a strategy that has learned, for images that are known already.
func New(n Name, s Shape, traces []Trace) (Strategy, error) {
	learn, err := Learner(n)
	if err != nil {
		return nil, err
	}
	return learn(traces)(s), nil
}
