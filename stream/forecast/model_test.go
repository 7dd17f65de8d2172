package forecast

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// clusterOf returns the number of the cluster of a chunk of image 0.
func clusterOf(t *testing.T, m *Model, index uint32) int {
	t.Helper()
	x, known := m.Of(Chunk{Index: index})
	if !known {
		t.Fatalf("chunk %d is in no cluster", index)
	}
	return x
}

func TestFollowsCountsTracesAndTakesTheSmallestGap(t *testing.T) {
	m := NewModel([]Trace{
		at(1, 0, 2, 1, 10, 8),
		at(1, 0, 2, 1, 10, 5, 20, 9),
		at(1, 0, 2, 1),
		at(10, 0, 1, 8, 2, 9),
	})
	type follows struct {
		Interval    time.Duration
		Probability float64
	}
	for name, tc := range map[string]struct {
		x, y uint32
		want follows
	}{
		"the smallest gap, in two of four": {1, 10, follows{4 * time.Second, 0.5}},
		"the other way, in one of three":   {10, 1, follows{8 * time.Second, 1.0 / 3}},
		"in the only trace":                {20, 10, follows{0, 0}},
		"itself":                           {10, 10, follows{0, 1}},
	} {
		var got follows
		got.Interval, got.Probability = m.Follows(clusterOf(t, m, tc.x), clusterOf(t, m, tc.y))
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if in, p := m.Follows(Start, clusterOf(t, m, 20)); in != 9*time.Second || p != 0.25 {
		t.Errorf("after the start: %v, %v; want 9s in one of four", in, p)
	}
}

func TestPercentileIsTheShareOfChunksInSmallerClusters(t *testing.T) {
	m := NewModel([]Trace{at(1, 0, 10, 10, 11, 10, 20, 20, 21, 20, 30, 30, 31, 30, 32, 30)})
	for index, want := range map[uint32]float64{1: 0, 10: 1.0 / 8, 20: 1.0 / 8, 30: 5.0 / 8} {
		if got := m.Percentile(clusterOf(t, m, index)); got != want {
			t.Errorf("cluster of %d: percentile %v, want %v", index, got, want)
		}
	}
}

func TestSmallClustersAreTakenFreelyAndLargeOnesOnlyWhenLikely(t *testing.T) {
	large := []int{50, 30, 51, 30, 52, 30, 53, 30, 54, 30, 55, 30}
	m := NewModel([]Trace{
		at(append([]int{1, 0, 40, 10}, large...)...),
		at(1, 0), at(1, 0), at(1, 0),
	})
	got := m.Choose(clusterOf(t, m, 1))
	want := []Due{{Chunk{Index: 1}, 0}, {Chunk{Index: 40}, 10 * time.Second}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("followed in one of four, with percentiles 0, 0 and 2/8; want the small one only:\n%s", diff)
	}
}

func TestNothingBeyondTheLookoutIsChosen(t *testing.T) {
	minutes := func(m int) int { return m * 60 }
	m := NewModel([]Trace{at(1, 0, 2, minutes(16), 3, minutes(17))})
	got := m.Choose(clusterOf(t, m, 1))
	want := []Due{{Chunk{Index: 1}, 0}, {Chunk{Index: 2}, Lookout}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHoldIsTheEarliestPointAfterWhichAllComesInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.5, 20).Draw(t, "rate")
		var dues []Due
		for _, tenths := range rapid.SliceOfN(rapid.IntRange(0, 300), 0, 30).Draw(t, "dues") {
			dues = append(dues, Due{In: time.Duration(tenths) * 100 * time.Millisecond})
		}
		inTime := func(hold int) bool {
			for i := hold; i < len(dues); i++ {
				if float64(i+1-hold) > rate*dues[i].In.Seconds()+1 { // a chunk is whole or not there
					return false
				}
			}
			return true
		}
		hold := Hold(dues, rate, func(Chunk) float64 { return 1 })
		if hold < 0 || hold > len(dues) || !inTime(hold) {
			t.Fatalf("Hold = %d of %d, after which something comes too late", hold, len(dues))
		}
	})
	seconds := func(s ...int) (dues []Due) {
		for _, in := range s {
			dues = append(dues, Due{In: time.Duration(in) * time.Second})
		}
		return dues
	}
	for name, tc := range map[string]struct {
		dues []Due
		rate float64
		want int
	}{
		"nothing":                         {nil, 1, 0},
		"all at once is all waited for":   {seconds(0, 0, 0), 100, 3},
		"the link keeps pace":             {seconds(1, 2, 3), 1, 0},
		"half of it":                      {seconds(1, 2, 3, 4), 0.5, 2},
		"a late burst is filled up front": {seconds(10, 11, 11, 11, 11, 11, 11), 0.5, 2},
	} {
		if got := Hold(tc.dues, tc.rate, func(Chunk) float64 { return 1 }); got != tc.want {
			t.Errorf("%s: Hold = %d, want %d", name, got, tc.want)
		}
	}
}
