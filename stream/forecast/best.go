package forecast

import (
	"cmp"
	"slices"
	"time"
)

const (
	// A chunk of a large cluster is brought before anybody asks for it if it is at least so likely to be touched.
	likely = 0.36
	// The weight of a trace is multiplied by unsure for each cluster that the session has entered and the trace
	// has not.
	unsure = 0.4
	// unlike is the weight that a trace of another task begins with.
	unlike = 0.2
	// A trace of at least this weight may say by itself how soon a chunk is due.
	trusted = 0.3
	// The bar for the smallest cluster is smallest × likely. The factor grows, growth times as fast as the percentile of a
	// cluster's size, until it is 1. Tried on traces of the demo appliance.
	smallest = 0.05
	growth   = 4
	// After a miss that no trace knows, nextDoor chunks to either side are brought. If the next such miss is
	// close, the search goes on in its direction, stride times as far each time, up to farthest.
	nextDoor = 16
	stride   = 4
	farthest = 512
	// leastPause is the shortest wait that is worth stopping the machine and telling why. While
	// it runs, the machine waits for nothing but what it touches.
	leastPause = 500 * time.Millisecond
	// Of the time between two accesses, at most idle counts as the machine's work. In the rest it waited for a
	// person, and the next person may be quicker.
	idle = 100 * time.Millisecond
	// A chunk is due after haste times the time that other runs took: this machine may be quicker than theirs.
	// It is due after rush times the time of the quickest of all runs at the latest: a chunk that one run touched
	// soon and others touched late may well be next.
	haste = 0.6
	rush  = 0.75
)

// best is our own strategy. It keeps every trace. During the session it notes how much each trace resembles
// what has happened so far, and where in that trace the session stands. Chunks that are likely by the weighted
// traces come in the order in which they will be due, so that the machine may begin to run while
// its resume set still arrives. A miss first brings what other runs touched together with the chunk. A miss
// that no trace knows brings the neighbours of the chunk.
//
// It counts only time in which a machine works: see clock.
type best struct {
	quiet
	shape   Shape
	model   *Model
	order   []Access      // of all traces together
	place   map[Chunk]int // in order
	bars    []float64     // by place, how likely a chunk must be to be brought
	traces  []memory
	touched map[Chunk]bool
	entered map[int]bool
	missed  map[int]int // by cluster, how often one of its chunks was missed
	strange Chunk       // the last chunk that was missed and that no trace knows
	reach   uint32      // how many chunks beside it were brought
	clock   clock
}

// never is the time of an access that did not happen.
const never = time.Duration(-1)

// clock counts the time in which a machine works: at most idle from one access to the next.
type clock struct{ last, work time.Duration }

// at turns the machine's time into time of work.
func (c *clock) at(t time.Duration) time.Duration {
	c.work += min(idle, t-c.last)
	c.last = t
	return c.work
}

// working returns t with times of work.
func working(t Trace) Trace {
	var c clock
	w := Trace{Accesses: make([]Access, len(t.Accesses))}
	for i, a := range t.Accesses {
		w.Accesses[i] = Access{Chunk: a.Chunk, At: c.at(a.At)}
	}
	return w
}

// memory is a trace as best remembers it.
type memory struct {
	at     []time.Duration // by place in the order of all traces; never if this one did not touch the chunk
	weight float64
	ahead  time.Duration // of the session's time, where the session stands in this trace
}

func newBest(traces []Trace) func(Shape) Strategy {
	b := &best{model: NewModel(traces), touched: map[Chunk]bool{}, entered: map[int]bool{}, missed: map[int]int{}}
	var works []Trace
	for _, t := range traces {
		works = append(works, working(t))
	}
	b.order = meanOrder(works)
	b.place = places(b.order)
	for _, a := range b.order {
		b.bars = append(b.bars, b.bar(a.Chunk))
	}
	for i, t := range traces {
		m := memory{at: slices.Repeat([]time.Duration{never}, len(b.order)), weight: 1}
		if t.Unlike {
			m.weight = unlike
		}
		for _, a := range works[i].Accesses {
			m.at[b.place[a.Chunk]] = a.At
		}
		b.traces = append(b.traces, m)
	}
	return func(s Shape) Strategy {
		b.shape = s
		return b
	}
}

// Begin plans all that is likely, and lets the machine run as soon as the rest will come in time.
func (b *best) Begin() Plan { return Plan{Dues: b.foresee(), Pause: true} }

// Touched learns which traces the session resembles, and where in them it stands.
func (b *best) Touched(c Chunk, at time.Duration) {
	at = b.clock.at(at)
	b.touched[c] = true
	x, known := b.model.Of(c)
	if !known {
		return
	}
	fresh := !b.entered[x]
	b.entered[x] = true
	place := b.place[c]
	for i := range b.traces {
		t := &b.traces[i]
		if was := t.at[place]; was != never {
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
		for _, n := range b.around(x, c) {
			p.Dues = b.add(p.Dues, n)
		}
	} else {
		down, up := b.lookAround(c)
		for d := uint32(1); d <= max(down, up); d++ {
			if d <= up {
				p.Dues = b.add(p.Dues, Chunk{Image: c.Image, Index: c.Index + d})
			}
			if d <= down {
				p.Dues = b.add(p.Dues, Chunk{Image: c.Image, Index: c.Index - d})
			}
		}
	}
	now := map[Chunk]bool{}
	for _, d := range p.Dues {
		now[d.Chunk] = true
	}
	for _, d := range b.foresee() {
		if !now[d.Chunk] {
			p.Dues = append(p.Dues, d)
		}
	}
	return p, true
}

// around returns chunks of cluster x that other runs touched at about the same time as c. The first miss brings
// only some, because the machine may need nothing else of the cluster. Each further miss brings twice as
// many. If the cluster is likely, the rest of it is foreseen anyway.
func (b *best) around(x int, c Chunk) []Chunk {
	cluster := b.model.Clusters[x]
	reach := nextDoor << min(b.missed[x], 16)
	b.missed[x]++
	at := slices.Index(cluster, c)
	return cluster[max(0, at-reach):min(len(cluster), at+reach+1)]
}

// lookAround returns how many chunks below and above c, which no trace knows, are to be brought. Programs read
// on where they began to read, and begin to use memory from one end to the other.
func (b *best) lookAround(c Chunk) (down, up uint32) {
	before := b.strange
	near := c.Image == before.Image && max(c.Index, before.Index)-min(c.Index, before.Index) <= 2*b.reach
	b.strange = c
	if !near {
		b.reach = nextDoor
		return nextDoor, nextDoor
	}
	b.reach = min(stride*b.reach, farthest)
	if c.Index < before.Index {
		return b.reach, nextDoor
	}
	return nextDoor, b.reach
}

// add appends c, due at once, unless there is nothing to bring.
func (b *best) add(dues []Due, c Chunk) []Due {
	if b.touched[c] || !b.shape.has(c) {
		return dues
	}
	return append(dues, Due{Chunk: c})
}

// Hint plans anew with what was learned.
func (b *best) Hint(time.Duration) (Plan, bool) {
	return Plan{Dues: b.foresee(), Instead: true}, true
}

// bar is how likely c must be to be brought. The smaller its cluster is, the less likely it must be, because
// little is lost if it was brought in vain (the idea of vTube's percentiles).
func (b *best) bar(c Chunk) float64 {
	x, _ := b.model.Of(c)
	return likely * (smallest + min(1-smallest, growth*b.model.Percentile(x)))
}

// foresee returns what is likely by the traces, weighted by how much they resemble the session.
func (b *best) foresee() []Due {
	var all float64
	for _, t := range b.traces {
		all += t.weight
	}
	var dues []Due
	for place, a := range b.order {
		if b.touched[a.Chunk] || !b.shape.has(a.Chunk) {
			continue
		}
		var sum, still, wait float64
		soonest, ever := Lookout, Lookout // by a run that is trusted, and by any
		for _, t := range b.traces {
			at := t.at[place]
			if at == never {
				continue
			}
			sum += t.weight
			if left := at - t.ahead - b.clock.work; left >= 0 { // else that run was past it by now
				still += t.weight
				ever = min(ever, left)
				wait += t.weight * float64(left)
				if t.weight >= trusted {
					soonest = min(soonest, left)
				}
			}
		}
		in := Lookout
		if still > 0 {
			in = time.Duration(haste * (wait/still + float64(min(soonest, time.Duration(wait/still)))) / 2)
			in = min(in, time.Duration(rush*float64(ever)))
		}
		if sum >= b.bars[place]*all {
			dues = append(dues, Due{Chunk: a.Chunk, In: in})
		}
	}
	slices.SortStableFunc(dues, func(x, y Due) int { return cmp.Compare(x.In, y.In) })
	return dues
}
