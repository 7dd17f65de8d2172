package forecast

import "time"

// blockChunks is VMNetX's unit of the disk: 128 KiB.
const blockChunks = 32

// wholeImage brings the whole memory and the device state before the machine runs, and the disk
// in blocks when one is missed. It needs no trace.
type wholeImage struct {
	quiet
	shape Shape
}

func newWholeImage([]Trace) func(Shape) Strategy {
	return func(s Shape) Strategy { return &wholeImage{shape: s} }
}

// Begin plans to have all of memory at once.
func (w *wholeImage) Begin() Plan {
	return Plan{Pause: true, Dues: atOnce(append(w.shape.all(Device), w.shape.all(Memory)...))}
}

// Along returns the rest of the block of c.
func (w *wholeImage) Along(c Chunk) []Chunk {
	var block []Chunk
	first := c.Index / blockChunks * blockChunks
	for index := first; index < first+blockChunks; index++ {
		if n := (Chunk{Image: c.Image, Index: index}); n != c && w.shape.has(n) {
			block = append(block, n)
		}
	}
	return block
}

// meanFirst brings all that any trace touched, in the order of the mean first access, and lets the
// machine go on as soon as the rest will come in time. VMTorrent itself plays at once and relies on
// a fast network; the pause is the one that vTube's authors gave it for their comparison.
type meanFirst struct {
	quiet
	dues []Due
}

func newMeanOrder(traces []Trace) func(Shape) Strategy {
	order := meanOrder(traces)
	return func(s Shape) Strategy {
		m := &meanFirst{}
		for _, a := range order {
			if s.has(a.Chunk) {
				m.dues = append(m.dues, Due{Chunk: a.Chunk, In: a.At})
			}
		}
		return m
	}
}

// Begin plans everything: nothing that happens later changes the plan.
func (m *meanFirst) Begin() Plan { return Plan{Dues: m.dues, Pause: true} }

// workingSet brings all that one recorded run touched before the machine runs. REAP records the first
// run, to its end; so it is the first trace, and all of it.
type workingSet struct {
	quiet
	dues []Due
}

func newWorkingSet(traces []Trace) func(Shape) Strategy {
	return func(s Shape) Strategy {
		w := &workingSet{}
		if len(traces) > 0 {
			w.dues = atOnce(present(s, traces[0].Accesses))
		}
		return w
	}
}

// Begin plans to have the working set at once.
func (w *workingSet) Begin() Plan { return Plan{Dues: w.dues, Pause: true} }

// inClusters is vTube: at each miss, and every HintEvery, it chooses clusters by the one that the
// machine is in.
type inClusters struct {
	quiet
	shape Shape
	model *Model
	last  Chunk // touched
	any   bool
}

func newInClusters(traces []Trace) func(Shape) Strategy {
	model := NewModel(traces)
	return func(s Shape) Strategy { return &inClusters{shape: s, model: model} }
}

// Begin plans for the launch, as if the machine had missed the first chunk of every run.
func (v *inClusters) Begin() Plan { return v.choose(Start, true) }

// Touched remembers where the machine is.
func (v *inClusters) Touched(c Chunk, _ time.Duration) { v.last, v.any = c, true }

// Missed chooses by the cluster of c. A chunk that no trace touched has no cluster, and changes nothing.
func (v *inClusters) Missed(c Chunk, _ time.Duration) (Plan, bool) {
	x, known := v.model.Of(c)
	if !known {
		return Plan{}, false
	}
	return v.choose(x, true), true
}

// Hint chooses by the cluster of what was touched last.
func (v *inClusters) Hint(time.Duration) (Plan, bool) {
	x, known := v.model.Of(v.last)
	if !v.any || !known {
		return Plan{}, false
	}
	return v.choose(x, false), true
}

func (v *inClusters) choose(x int, pause bool) Plan {
	p := Plan{Pause: pause}
	for _, d := range v.model.Choose(x) {
		if v.shape.has(d.Chunk) {
			p.Dues = append(p.Dues, d)
		}
	}
	return p
}

// atOnce makes dues of chunks that are needed before the machine may run at all.
func atOnce(chunks []Chunk) []Due {
	dues := make([]Due, len(chunks))
	for i, c := range chunks {
		dues[i].Chunk = c
	}
	return dues
}

// present returns the chunks of accesses that are not known to be zeros.
func present(s Shape, accesses []Access) []Chunk {
	var chunks []Chunk
	for _, a := range accesses {
		if s.has(a.Chunk) {
			chunks = append(chunks, a.Chunk)
		}
	}
	return chunks
}
