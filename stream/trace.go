package stream

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"vmstudy/study"
)

// ResumeSpan is how much of a trace, from its first access, makes the resume set.
const ResumeSpan = 3 * time.Second

// Access is the first time that a run touched a chunk.
type Access struct {
	Chunk
	At time.Duration // since the first access of the run, without waits for the network
}

// Trace is the order in which a run of an appliance first touched its chunks. Each chunk
// occurs once, and At never decreases. The zero Trace predicts nothing.
type Trace struct {
	Content  string // id of the images that the chunks belong to
	Accesses []Access
}

// ResumeSet returns the accesses within ResumeSpan: what the machine needs to respond at all.
func (t Trace) ResumeSet() []Access {
	n, _ := slices.BinarySearchFunc(t.Accesses, ResumeSpan, func(a Access, d time.Duration) int {
		if a.At <= d {
			return -1
		}
		return 1
	})
	return t.Accesses[:n:n]
}

// Head returns how many chunks must be here before the machine goes on, so that at the given
// rate, in chunks a second, each of the others comes before it is due. It is the resume set at
// least. What lies before is better waited for with a progress display than missed one by one;
// what lies after comes while the person works (vTube: Abe et al., SoCC 2013, section 5.3).
func (t Trace) Head(rate float64) int {
	head := len(t.ResumeSet())
	for i, a := range t.Accesses {
		head = max(head, i+1-int(rate*a.At.Seconds()))
	}
	return head
}

// order returns the chunks in the order of their accesses.
func (t Trace) order() []Chunk {
	order := make([]Chunk, len(t.Accesses))
	for i, a := range t.Accesses {
		order[i] = a.Chunk
	}
	return order
}

// Union merges traces of the same content: every chunk that any of them touched, ordered by
// its mean time of first access over those that did (VMTorrent: Reich et al., CoNEXT 2012).
// The result does not depend on the order of its arguments. An error is of kind
// study.ErrInvalid: traces of different contents have no common order.
func Union(traces ...Trace) (Trace, error) {
	if len(traces) == 0 {
		return Trace{}, nil
	}
	type sum struct {
		at time.Duration
		n  time.Duration
	}
	sums := map[Chunk]sum{}
	for _, t := range traces {
		if t.Content != traces[0].Content {
			return Trace{}, fmt.Errorf("traces of %q and %q: %w", traces[0].Content, t.Content, study.ErrInvalid)
		}
		for _, a := range t.Accesses {
			s := sums[a.Chunk]
			sums[a.Chunk] = sum{at: s.at + a.At, n: s.n + 1}
		}
	}
	u := Trace{Content: traces[0].Content, Accesses: make([]Access, 0, len(sums))}
	for c, s := range sums {
		u.Accesses = append(u.Accesses, Access{Chunk: c, At: s.at / s.n})
	}
	slices.SortFunc(u.Accesses, func(a, b Access) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Image, b.Image), cmp.Compare(a.Index, b.Index))
	})
	return u, nil
}
