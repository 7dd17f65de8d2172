package forecast

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// at makes a trace of chunks of image 0, in pairs of index and second.
func at(pairs ...int) Trace {
	var t Trace
	for i := 0; i < len(pairs); i += 2 {
		t.Accesses = append(t.Accesses, access(uint32(pairs[i]), time.Duration(pairs[i+1])*time.Second))
	}
	return t
}

// indices writes clusters as the indices of their chunks.
func indices(clusters []Cluster) [][]uint32 {
	var all [][]uint32
	for _, cluster := range clusters {
		var one []uint32
		for _, c := range cluster {
			one = append(one, c.Index)
		}
		all = append(all, one)
	}
	return all
}

func TestClustersAreCutAsVTubeCutsThem(t *testing.T) {
	for name, tc := range map[string]struct {
		traces []Trace
		want   [][]uint32
	}{
		"nothing":                         {nil, nil},
		"a gap of two seconds holds":      {[]Trace{at(1, 0, 2, 2, 3, 4)}, [][]uint32{{1, 2, 3}}},
		"a longer one parts":              {[]Trace{at(1, 0, 2, 2, 3, 5)}, [][]uint32{{1, 2}, {3}}},
		"overlapping ones become three":   {[]Trace{at(1, 0, 2, 1), at(2, 3, 3, 4)}, [][]uint32{{1}, {2}, {3}}},
		"equal ones stay one":             {[]Trace{at(1, 0, 2, 1), at(2, 9, 1, 9)}, [][]uint32{{1, 2}}},
		"one inside another is cut out":   {[]Trace{at(1, 0, 2, 1, 3, 2), at(2, 5)}, [][]uint32{{1, 3}, {2}}},
		"what the cut leaves may be wide": {[]Trace{at(1, 0, 2, 2, 3, 4), at(2, 5)}, [][]uint32{{1}, {2}, {3}}},
		"the gap holds in every trace":    {[]Trace{at(1, 0, 2, 1), at(1, 0, 9, 2, 2, 4)}, [][]uint32{{1}, {9}, {2}}},
	} {
		if diff := cmp.Diff(tc.want, indices(Clusters(tc.traces, Gap))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// pairwise cuts clusters as the paper tells it: as long as two clusters overlap, they become
// three, and each of these is checked against the gap in the traces that it came from.
func pairwise(traces []Trace, gap time.Duration) [][]Chunk {
	type cluster struct {
		chunks map[Chunk]bool
		from   map[int]bool // traces
	}
	check := func(c cluster) (pieces []cluster) { // against the gap, until nothing gives
		for i := range c.from {
			var last time.Duration
			for _, a := range traces[i].Accesses {
				if !c.chunks[a.Chunk] {
					continue
				}
				if len(pieces) == 0 || a.At-last > gap {
					pieces = append(pieces, cluster{map[Chunk]bool{}, c.from})
				}
				last = a.At
				pieces[len(pieces)-1].chunks[a.Chunk] = true
			}
			if len(pieces) > 1 {
				return pieces
			}
			pieces = nil
		}
		return []cluster{c}
	}
	settle := func(c cluster) (done []cluster) {
		for work := []cluster{c}; len(work) > 0; {
			first := work[0]
			work = work[1:]
			if len(first.chunks) == 0 {
				continue
			}
			if pieces := check(first); len(pieces) > 1 {
				work = append(work, pieces...)
			} else {
				done = append(done, first)
			}
		}
		return done
	}
	var all []cluster
	for i, t := range traces {
		whole := cluster{map[Chunk]bool{}, map[int]bool{i: true}}
		for _, a := range t.Accesses {
			whole.chunks[a.Chunk] = true
		}
		all = append(all, settle(whole)...)
	}
	overlap := func() (int, int, bool) {
		for i := range all {
			for j := range i {
				for c := range all[i].chunks {
					if all[j].chunks[c] {
						return i, j, true
					}
				}
			}
		}
		return 0, 0, false
	}
	for i, j, found := overlap(); found; i, j, found = overlap() {
		a, b := all[i], all[j]
		all = slices.Delete(slices.Delete(all, i, i+1), j, j+1)
		onlyA, both, onlyB := cluster{map[Chunk]bool{}, a.from}, cluster{map[Chunk]bool{}, map[int]bool{}}, cluster{map[Chunk]bool{}, b.from}
		for from := range a.from {
			both.from[from] = true
		}
		for from := range b.from {
			both.from[from] = true
		}
		for c := range a.chunks {
			if b.chunks[c] {
				both.chunks[c] = true
			} else {
				onlyA.chunks[c] = true
			}
		}
		for c := range b.chunks {
			if !a.chunks[c] {
				onlyB.chunks[c] = true
			}
		}
		all = append(all, settle(onlyA)...)
		all = append(all, settle(both)...)
		all = append(all, settle(onlyB)...)
	}
	var out [][]Chunk
	for _, c := range all {
		var chunks []Chunk
		for chunk := range c.chunks {
			chunks = append(chunks, chunk)
		}
		out = append(out, chunks)
	}
	return out
}

// sorted brings clusters into an order that depends on nothing but their chunks.
func sorted[C ~[]Chunk](clusters []C) [][]Chunk {
	var out [][]Chunk
	for _, c := range clusters {
		one := slices.Clone([]Chunk(c))
		slices.SortFunc(one, Chunk.Compare)
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b []Chunk) int { return a[0].Compare(b[0]) })
	return out
}

func drawTraces(t *rapid.T) []Trace {
	traces := make([]Trace, rapid.IntRange(1, 4).Draw(t, "traces"))
	for i := range traces {
		now := time.Duration(0)
		for _, index := range rapid.SliceOfNDistinct(rapid.Uint32Range(0, 12), 0, 12, rapid.ID[uint32]).Draw(t, "chunks") {
			now += time.Duration(rapid.IntRange(0, 3).Draw(t, "gap")) * time.Second
			traces[i].Accesses = append(traces[i].Accesses, access(index, now))
		}
	}
	return traces
}

func TestRefiningAllAtOnceLeadsWherePairByPairLeads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traces := drawTraces(t)
		if diff := cmp.Diff(sorted(pairwise(traces, Gap)), sorted(Clusters(traces, Gap))); diff != "" {
			t.Errorf("pair by pair and at once differ:\n%s", diff)
		}
	})
}

func TestEveryTouchedChunkIsInOneClusterWhateverTheOrderOfTraces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traces := drawTraces(t)
		clusters := Clusters(traces, Gap)
		seen := map[Chunk]bool{}
		for _, cluster := range clusters {
			for _, c := range cluster {
				if seen[c] {
					t.Errorf("chunk %v is in two clusters", c)
				}
				seen[c] = true
			}
		}
		for _, tr := range traces {
			for _, a := range tr.Accesses {
				if !seen[a.Chunk] {
					t.Errorf("chunk %v is in no cluster", a.Chunk)
				}
			}
		}
		slices.Reverse(traces)
		if diff := cmp.Diff(clusters, Clusters(traces, Gap)); diff != "" {
			t.Errorf("clusters depend on the order of traces:\n%s", diff)
		}
	})
}
