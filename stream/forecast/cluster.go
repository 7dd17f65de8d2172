package forecast

import (
	"slices"
	"time"
)

// Gap is the longest time between two accesses of a trace that belong to the same cluster.
// vTube: 2 s.
const Gap = 2 * time.Second

// Cluster is a set of chunks that runs touch together, ordered by their mean first access.
type Cluster []Chunk

// Clusters cuts what traces touched into disjoint clusters, as vTube does (section 4.2).
// In each trace, accesses with gaps of at most gap form a cluster. Every overlapping pair A, B
// becomes three: A only, both, B only; each of these is checked against the gap again, in the
// traces that it came from.
//
// Clusters does not go from pair to pair. It cuts all parts by all traces at once, until nothing changes. That
// leads to the same clusters: every cut made here has to be made for some pair, and when nothing changes, no
// pair overlaps any more. The clusters come ordered by their mean first access, and do not
// depend on the order of the traces.
func Clusters(traces []Trace, gap time.Duration) []Cluster {
	order := meanOrder(traces)
	place := places(order)
	runs := make([][]step, len(traces))
	for i, t := range traces {
		for _, a := range t.Accesses {
			runs[i] = append(runs[i], step{place[a.Chunk], a.At})
		}
	}
	part := make([]int, len(order)) // all in one to begin with
	for parts := min(1, len(order)); ; {
		fresh := parts
		for _, run := range runs {
			fresh = cut(part, fresh, run, gap)
		}
		now := renumber(part, fresh)
		if now == parts {
			break
		}
		parts = now
	}
	var clusters []Cluster
	for i, a := range order {
		if p := part[i]; p == len(clusters) {
			clusters = append(clusters, Cluster{a.Chunk})
		} else {
			clusters[p] = append(clusters[p], a.Chunk)
		}
	}
	return clusters
}

// step is an access to the chunk at a place of the mean order.
type step struct {
	place int
	at    time.Duration
}

// places returns where in order each chunk is.
func places(order []Access) map[Chunk]int {
	place := make(map[Chunk]int, len(order))
	for i, a := range order {
		place[a.Chunk] = i
	}
	return place
}

// cut splits each part into the chunks that a run did not touch, and groups of those that it touched without a
// longer gap. The numbers of parts are below fresh; cut returns what they are below afterwards.
func cut(part []int, fresh int, run []step, gap time.Duration) int {
	type piece struct {
		last   time.Duration
		number int // of the newest group; 0 until there is one
	}
	pieces := make([]piece, fresh)
	for _, s := range run {
		now := &pieces[part[s.place]]
		if now.number == 0 || s.at-now.last > gap {
			now.number = fresh
			fresh++
		}
		now.last = s.at
		part[s.place] = now.number
	}
	return fresh
}

// renumber numbers the parts from 0 in the order of their first chunk, and counts them.
func renumber(part []int, fresh int) (count int) {
	number := make([]int, fresh) // the new number plus one; 0 is none
	for i, p := range part {
		if number[p] == 0 {
			count++
			number[p] = count
		}
		part[i] = number[p] - 1
	}
	return count
}

// meanOrder returns every chunk that any trace touched, ordered by its mean time of first
// access over those that did.
func meanOrder(traces []Trace) []Access {
	type sum struct{ at, n time.Duration }
	place := map[Chunk]int{}
	var order []Access
	var sums []sum
	for _, t := range traces {
		for _, a := range t.Accesses {
			i, known := place[a.Chunk]
			if !known {
				i = len(order)
				place[a.Chunk], order, sums = i, append(order, Access{Chunk: a.Chunk}), append(sums, sum{})
			}
			sums[i].at += a.At
			sums[i].n++
		}
	}
	for i, s := range sums {
		order[i].At = s.at / s.n
	}
	slices.SortFunc(order, compareAccess)
	return order
}
