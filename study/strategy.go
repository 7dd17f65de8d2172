package study

import "slices"

// Strategy is how a stream chooses the memory and disk that it fetches before the machine asks
// for them. The zero Strategy is BestStrategy.
type Strategy string

// The strategies; see package stream/forecast for what each does and where it comes from.
const (
	NoStrategy         Strategy = "none"
	ImageStrategy      Strategy = "image"
	OrderStrategy      Strategy = "order"
	WorkingSetStrategy Strategy = "workingset"
	ClusterStrategy    Strategy = "cluster"
	BestStrategy       Strategy = "best"
)

// Strategies lists every strategy, the simplest first.
func Strategies() []Strategy {
	return []Strategy{NoStrategy, ImageStrategy, OrderStrategy, WorkingSetStrategy, ClusterStrategy, BestStrategy}
}

// Valid reports whether s is one of Strategies.
func (s Strategy) Valid() bool { return slices.Contains(Strategies(), s) }

// OrBest returns s, or BestStrategy if s is empty.
func (s Strategy) OrBest() Strategy {
	if s == "" {
		return BestStrategy
	}
	return s
}

// Meaning says in a few words what s does, for people who lay out a study.
func (s Strategy) Meaning() string {
	switch s {
	case NoStrategy:
		return "nothing before the machine asks for it"
	case ImageStrategy:
		return "the whole memory before the machine runs, the disk in blocks of 128 KiB, as VMNetX does"
	case OrderStrategy:
		return "all that earlier runs of the task touched, in the order in which they did, as VMTorrent does"
	case WorkingSetStrategy:
		return "what the first run of the task touched, in one go, as REAP does"
	case ClusterStrategy:
		return "what is touched together, as likely as it follows, with pauses to buffer, as vTube does"
	case BestStrategy, "":
		return "our own: by all earlier runs, as far as they resemble this one"
	}
	return "unknown strategy"
}
