package forecast

import (
	"cmp"
	"slices"
	"time"
)

const (
	// likely is from which probability on a chunk is brought before anybody asked for it.
	likely = 0.3
	// unsure is the weight of a trace, as part of what it was, for each cluster that the
	// session has entered and the trace has not.
	unsure = 0.7
	// nextDoor is how far to either side of a chunk that no trace foresaw others are looked for.
	nextDoor = 16
	// leastPause is the shortest wait that is worth stopping the machine and telling why. While
	// it runs, the machine waits for nothing but what it touches.
	leastPause = 2 * time.Second
)

// best is ours. It keeps every trace and, during the session, how much each resembles what
// has happened so far and where in that trace the session stands. What is likely by the weighted
// traces comes in the order in which it will be due, so that the machine may begin to run while
// its resume set still arrives. A miss brings the rest of its cluster first; one that nobody
// foresaw, its neighbours.
type best struct {
	quiet
	shape   Shape
	model   *Model
	order   []Access // of all traces together
	traces  []memory
	touched map[Chunk]bool
	entered map[int]bool
	now     time.Duration
}

// memory is a trace as best remembers it.
type memory struct {
	at     map[Chunk]time.Duration
	weight float64
	ahead  time.Duration // of the session's time, where the session stands in this trace
}

func newBest(s Shape, traces []Trace) Strategy {
	b := &best{
		shape: s, model: NewModel(traces), order: meanOrder(traces),
		touched: map[Chunk]bool{}, entered: map[int]bool{},
	}
	for _, t := range traces {
		m := memory{at: make(map[Chunk]time.Duration, len(t.Accesses)), weight: 1}
		for _, a := range t.Accesses {
			m.at[a.Chunk] = a.At
		}
		b.traces = append(b.traces, m)
	}
	return b
}

// Begin plans all that is likely, and lets the machine run as soon as it will not catch up.
func (b *best) Begin() Plan { return Plan{Dues: b.foresee(), Pause: true} }

// Touched learns which traces the session resembles, and where in them it stands.
func (b *best) Touched(c Chunk, at time.Duration) {
	b.now = at
	b.touched[c] = true
	x, known := b.model.Of(c)
	if !known {
		return
	}
	fresh := !b.entered[x]
	b.entered[x] = true
	for i := range b.traces {
		t := &b.traces[i]
		if was, in := t.at[c]; in {
			t.ahead = was - at
		} else if fresh {
			t.weight *= unsure
		}
	}
}

// Missed brings what is touched together with c, and plans anew what is likely now.
func (b *best) Missed(c Chunk, at time.Duration) (Plan, bool) {
	p := Plan{Instead: true, Pause: true, Least: leastPause}
	if x, known := b.model.Of(c); known {
		for _, n := range b.model.Clusters[x] {
			p.Dues = b.add(p.Dues, n)
		}
	} else {
		for d := uint32(1); d <= nextDoor; d++ {
			p.Dues = b.add(b.add(p.Dues, Chunk{c.Image, c.Index + d}), Chunk{c.Image, c.Index - d})
		}
	}
	p.Dues = append(p.Dues, b.foresee()...)
	return p, true
}

// add appends c, due at once, unless there is nothing to bring.
func (b *best) add(dues []Due, c Chunk) []Due {
	if b.touched[c] || !b.shape.holds(c) {
		return dues
	}
	return append(dues, Due{Chunk: c})
}

// Hint plans anew with what was learned.
func (b *best) Hint(time.Duration) (Plan, bool) {
	return Plan{Dues: b.foresee(), Instead: true}, true
}

// foresee returns what is likely by the traces, as they resemble the session now.
func (b *best) foresee() []Due {
	var all float64
	for _, t := range b.traces {
		all += t.weight
	}
	var dues []Due
	for _, a := range b.order {
		if b.touched[a.Chunk] || !b.shape.holds(a.Chunk) {
			continue
		}
		var sum float64
		in := Lookout
		for _, t := range b.traces {
			at, there := t.at[a.Chunk]
			if !there {
				continue
			}
			sum += t.weight
			if left := at - t.ahead - b.now; left >= 0 { // else that run was past it by now
				in = min(in, left)
			}
		}
		if sum >= likely*all {
			dues = append(dues, Due{Chunk: a.Chunk, In: in})
		}
	}
	slices.SortStableFunc(dues, func(x, y Due) int { return cmp.Compare(x.In, y.In) })
	return dues
}
