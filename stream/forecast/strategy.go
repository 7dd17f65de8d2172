package forecast

import (
	"slices"
	"time"

	"vmstudy/study"
)

// Strategy chooses what to bring besides what the machine waits for. It lives for one session
// and is not safe for concurrent use. Times are of the machine: since its first access, without
// waits for the network.
type Strategy interface {
	// Begin plans what to bring before the machine has touched anything.
	Begin() Plan
	// Touched hears of every first access in its order, whether or not the machine had to wait.
	Touched(c Chunk, at time.Duration)
	// Missed is asked when the machine waits for c, which nobody had asked for. False leaves
	// the plan as it is.
	Missed(c Chunk, at time.Duration) (Plan, bool)
	// Hint is asked every HintEvery; false leaves the plan as it is. Its plans never pause the machine.
	Hint(at time.Duration) (Plan, bool)
	// Along returns what a demand for c brings along in the same request, c not included.
	Along(c Chunk) []Chunk
}

// HintEvery is how often a strategy is asked without cause. vTube: 2 min.
const HintEvery = 2 * time.Minute

// Plan is what to bring next, in this order.
type Plan struct {
	Dues []Due
	// Pause allows that the machine is held until so many of Dues are here that the others will
	// come in time; see Hold.
	Pause bool
	Least time.Duration // a shorter pause is not worth making
	// Instead says that what an earlier plan wanted and has not been asked for is not wanted
	// any more. Otherwise it comes after Dues.
	Instead bool
}

// Shape is what a strategy may know of the images before anything has come.
type Shape struct {
	Images []Extent // in the origin's order
	// Empty reports whether c is known to be zeros; such chunks are never brought. nil
	// means that nothing is known.
	Empty func(c Chunk) bool
}

// Extent is the name of an image and the number of its chunks.
type Extent struct {
	Name   string
	Chunks uint32
}

// Names of images that some strategies treat in a way of their own.
const (
	Memory = "memory"
	Disk   = "disk"
	Device = "device" // read whole before the machine runs
)

// has reports whether c is in an image and not known to be zeros.
func (s Shape) has(c Chunk) bool {
	return int(c.Image) < len(s.Images) && c.Index < s.Images[c.Image].Chunks && (s.Empty == nil || !s.Empty(c))
}

// all returns every chunk of the named image that is not known to be zeros.
func (s Shape) all(name string) []Chunk {
	var chunks []Chunk
	for i, im := range s.Images {
		if im.Name != name {
			continue
		}
		for index := range im.Chunks {
			if c := (Chunk{Image: uint8(i), Index: index}); s.has(c) {
				chunks = append(chunks, c)
			}
		}
	}
	return chunks
}

// Name is the name of a strategy, as studies and records use it.
type Name = study.Strategy

// The strategies: on demand only; the whole memory before the machine runs (VMNetX); all that any
// run touched, by its mean first access (VMTorrent); what the first run touched (REAP); by clusters
// (vTube); ours.
const (
	None       = study.NoStrategy
	Image      = study.ImageStrategy
	Order      = study.OrderStrategy
	WorkingSet = study.WorkingSetStrategy
	InClusters = study.ClusterStrategy
	Best       = study.BestStrategy
)

// makers holds how each strategy is made, in two steps: the first learns from traces, the second makes the strategy for images
// of a known shape.
var makers = map[Name]func([]Trace) func(Shape) Strategy{
	None:       func([]Trace) func(Shape) Strategy { return func(Shape) Strategy { return quiet{} } },
	Image:      newWholeImage,
	Order:      ofTheTask(newMeanOrder),
	WorkingSet: ofTheTask(newWorkingSet),
	InClusters: ofTheTask(newInClusters),
	Best:       newBest,
}

// ofTheTask makes a strategy learn from runs of the task that is to be foreseen, and from others only if there is
// none of it. The published strategies know one kind of run; among runs of several tasks they would be slower
// than they are.
func ofTheTask(learn func([]Trace) func(Shape) Strategy) func([]Trace) func(Shape) Strategy {
	return func(traces []Trace) func(Shape) Strategy {
		own := slices.DeleteFunc(slices.Clone(traces), func(t Trace) bool { return t.Unlike })
		if len(own) == 0 {
			own = traces
		}
		return learn(own)
	}
}

// Learner returns what prepares the named strategy by what it learns from traces, which takes about a
// hundredth of a second for each of them, and then makes it for images of a shape. An unknown name is of
// kind study.ErrInvalid.
func Learner(n Name) (func([]Trace) func(Shape) Strategy, error) {
	learn, known := makers[n]
	if !known {
		return nil, study.Refuse(study.ErrInvalid, "there is no streaming strategy %q", string(n))
	}
	return learn, nil
}

// Nothing returns a strategy that plans nothing, for as long as another one learns.
func Nothing() Strategy { return quiet{} }

// quiet is the strategy that plans nothing, so that everything comes on demand. Other strategies embed it and replace some of its
// methods.
type quiet struct{}

func (quiet) Begin() Plan                              { return Plan{} }
func (quiet) Touched(Chunk, time.Duration)             {}
func (quiet) Missed(Chunk, time.Duration) (Plan, bool) { return Plan{}, false }
func (quiet) Hint(time.Duration) (Plan, bool)          { return Plan{}, false }
func (quiet) Along(Chunk) []Chunk                      { return nil }
