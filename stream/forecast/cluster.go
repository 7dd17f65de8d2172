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
// Instead of pair by pair it refines all at once until nothing changes, which leads to the same
// clusters: every cut made here is one that some pair forces, and when no pair overlaps any
// more, none is left to make. The clusters come ordered by their mean first access, and do not
// depend on the order of the traces.
func Clusters(traces []Trace, gap time.Duration) []Cluster {
	order := meanOrder(traces)
	part := make(map[Chunk]int, len(order)) // all in one to begin with
	for _, a := range order {
		part[a.Chunk] = 0
	}
	for parts := min(1, len(order)); ; {
		for _, t := range traces {
			cut(part, t, gap)
		}
		now := renumber(part, order)
		if now == parts {
			break
		}
		parts = now
	}
	var clusters []Cluster
	for _, a := range order {
		if p := part[a.Chunk]; p == len(clusters) {
			clusters = append(clusters, Cluster{a.Chunk})
		} else {
			clusters[p] = append(clusters[p], a.Chunk)
		}
	}
	return clusters
}

// cut parts each part into what t did not touch, and what it touched without a longer gap.
func cut(part map[Chunk]int, t Trace, gap time.Duration) {
	type piece struct {
		last   time.Duration
		number int
	}
	fresh := len(part) + 1 // no number below is in use
	for _, p := range part {
		fresh = max(fresh, p+1)
	}
	pieces := map[int]piece{}
	for _, a := range t.Accesses {
		p := part[a.Chunk]
		now, open := pieces[p]
		if !open || a.At-now.last > gap {
			now.number = fresh
			fresh++
		}
		now.last = a.At
		pieces[p] = now
		part[a.Chunk] = now.number
	}
}

// renumber numbers the parts from 0 in the order of their first chunk, and counts them.
func renumber(part map[Chunk]int, order []Access) int {
	number := map[int]int{}
	for _, a := range order {
		p := part[a.Chunk]
		if _, known := number[p]; !known {
			number[p] = len(number)
		}
		part[a.Chunk] = number[p]
	}
	return len(number)
}

// meanOrder returns every chunk that any trace touched, ordered by its mean time of first
// access over those that did.
func meanOrder(traces []Trace) []Access {
	type sum struct{ at, n time.Duration }
	sums := map[Chunk]sum{}
	for _, t := range traces {
		for _, a := range t.Accesses {
			s := sums[a.Chunk]
			sums[a.Chunk] = sum{at: s.at + a.At, n: s.n + 1}
		}
	}
	order := make([]Access, 0, len(sums))
	for c, s := range sums {
		order = append(order, Access{Chunk: c, At: s.at / s.n})
	}
	slices.SortFunc(order, compareAccess)
	return order
}
