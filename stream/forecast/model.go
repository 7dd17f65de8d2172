package forecast

import (
	"cmp"
	"slices"
	"time"
)

// Lookout is how far ahead a choice looks. vTube: 16 min.
const Lookout = 16 * time.Minute

// Start stands for the cluster that every run touches first: the resume itself.
const Start = -1

// Model is what traces say about their clusters: when one follows another, and how often.
// A cluster is named by its index in Clusters.
type Model struct {
	Clusters []Cluster
	of       map[Chunk]int
	spans    [][]span // by trace, by cluster
	// percentile is, by cluster, the fraction of all chunks that are in smaller ones.
	percentile []float64
}

// span is when a trace was in a cluster.
type span struct {
	in          bool // at all
	first, last time.Duration
}

// NewModel learns from traces of the same content.
func NewModel(traces []Trace) *Model {
	m := &Model{Clusters: Clusters(traces, Gap), of: map[Chunk]int{}}
	for i, cluster := range m.Clusters {
		for _, c := range cluster {
			m.of[c] = i
		}
	}
	for _, t := range traces {
		m.spans = append(m.spans, m.spansOf(t))
	}
	m.percentile = percentiles(m.Clusters)
	return m
}

func (m *Model) spansOf(t Trace) []span {
	spans := make([]span, len(m.Clusters))
	for _, a := range t.Accesses {
		s := &spans[m.of[a.Chunk]]
		if !s.in {
			s.in, s.first = true, a.At
		}
		s.last = a.At
	}
	return spans
}

func percentiles(clusters []Cluster) []float64 {
	total, bySize := 0, map[int]int{}
	for _, c := range clusters {
		total += len(c)
		bySize[len(c)] += len(c)
	}
	out := make([]float64, len(clusters))
	for i, c := range clusters {
		smaller := 0
		for size, chunks := range bySize {
			if size < len(c) {
				smaller += chunks
			}
		}
		out[i] = float64(smaller) / float64(total)
	}
	return out
}

// Of returns the cluster of c; false if no trace touched it.
func (m *Model) Of(c Chunk) (cluster int, known bool) {
	cluster, known = m.of[c]
	return cluster, known
}

// Percentile returns the fraction of all chunks that are in clusters smaller than y.
func (m *Model) Percentile(y int) float64 { return m.percentile[y] }

// Follows returns how long after x the cluster y comes, which is the smallest gap seen in any
// trace from the last access in x to the first in y, and how often: the fraction of the traces
// with x in which y began no earlier than x. Clusters that interleave have no gap between them.
// After itself, a cluster comes at once and always. x may be Start.
func (m *Model) Follows(x, y int) (interval time.Duration, probability float64) {
	if x == y {
		return 0, 1
	}
	with, then := 0, 0
	for _, spans := range m.spans {
		from, to := span{in: true}, spans[y]
		if x != Start {
			from = spans[x]
		}
		if !from.in {
			continue
		}
		with++
		if !to.in || to.first < from.first {
			continue
		}
		gap := max(0, to.first-from.last)
		if then == 0 || gap < interval {
			interval = gap
		}
		then++
	}
	if then == 0 {
		return 0, 0
	}
	return interval, float64(then) / float64(with)
}

// Choose returns what to bring when the machine is in cluster x, as vTube does (section 4.3):
// every cluster y within Lookout for which P(y|x) is more than the percentile of y's size. So
// small clusters are taken freely, large ones only when likely. The nearest comes first, and
// the chunks of a cluster in their own order. x may be Start.
func (m *Model) Choose(x int) []Due {
	type candidate struct {
		cluster  int
		interval time.Duration
	}
	var chosen []candidate
	for y := range m.Clusters {
		interval, p := m.Follows(x, y)
		if p > m.percentile[y] && interval <= Lookout {
			chosen = append(chosen, candidate{y, interval})
		}
	}
	slices.SortStableFunc(chosen, func(a, b candidate) int { return cmp.Compare(a.interval, b.interval) })
	var dues []Due
	for _, c := range chosen {
		for _, chunk := range m.Clusters[c.cluster] {
			dues = append(dues, Due{Chunk: chunk, In: c.interval})
		}
	}
	return dues
}
