package adaptive

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A Network is one that may be chosen.
type Network struct {
	Name      string
	Bandwidth string        // networks of one bandwidth share a crossover
	RTT       time.Duration // below ShortestRTT it counts as that
}

// ShortestRTT is the shortest round trip that the scale knows, which is logarithmic and has no 0.
const ShortestRTT = time.Millisecond

// Octaves is a distance between round trips: 1 is twice as long.
type Octaves float64

// A Plan says among what is chosen, what is believed beforehand, and when it is enough. The zero values of all but Networks, Least and Most have a
// meaning, see Settled.
type Plan struct {
	Networks    []Network
	Least, Most time.Duration // the crossover lies between these; before the first answer all between them are equally probable, on a logarithmic scale
	Spreads     []Octaves     // how sharply preference may change: a standard deviation; each is equally probable beforehand
	Ties        []float64     // up to which difference people may call both equal, in spreads; each is equally probable beforehand
	Lapse       float64       // share of answers that say nothing, since somebody did not pay attention
	Width       Octaves       // a crossover is known well enough when its interval of 95 % is this narrow; 0: never
	Trials      int           // at most so many, each with both methods
	Seed        uint64        // of choices between networks that tell equally much
}

// Limits of a plan.
const (
	MostNetworks = 100
	MostTrials   = 1000
	maxGrid      = 20 // values of Spreads, and of Ties
	grain        = Octaves(1.0 / 8)
)

// Settled returns the plan with what its zero values stand for: spreads of 0.4 to 2 octaves, ties up to 0.1 to 1 spreads, lapses of 4 %, 20 trials.
func (p Plan) Settled() Plan {
	if len(p.Spreads) == 0 {
		p.Spreads = []Octaves{0.4, 0.6, 0.9, 1.3, 2}
	}
	if len(p.Ties) == 0 {
		p.Ties = []float64{0.1, 0.4, 1}
	}
	if p.Lapse == 0 {
		p.Lapse = 0.04
	}
	if p.Trials == 0 {
		p.Trials = 20
	}
	return p
}

// Check says in a sentence what is wrong with a settled plan.
func (p Plan) Check() error {
	switch {
	case len(p.Networks) < 2 || len(p.Networks) > MostNetworks:
		return fmt.Errorf("a search for the crossover chooses among 2 to %d networks, not %d", MostNetworks, len(p.Networks))
	case p.Least < ShortestRTT || p.Most < 2*p.Least || p.Most > time.Hour:
		return fmt.Errorf("the crossover lies between %v and at most an hour, the upper end at least twice the lower; %v to %v does not", ShortestRTT, p.Least, p.Most)
	case len(p.Spreads) > maxGrid || len(p.Ties) > maxGrid:
		return fmt.Errorf("there are more than %d spreads or ties", maxGrid)
	case !(p.Lapse > 0 && p.Lapse < 0.5):
		return fmt.Errorf("the share of lapses is above 0 and below 0.5, not %g: with none, one slip would rule the truth out", p.Lapse)
	case p.Trials < 1 || p.Trials > MostTrials || !(p.Width >= 0):
		return fmt.Errorf("a search ends after 1 to %d trials, or at a width of 0 octaves or more", MostTrials)
	}
	if slices.ContainsFunc(p.Spreads, func(s Octaves) bool { return !(s > 0) || math.IsInf(float64(s), 0) }) || slices.ContainsFunc(p.Ties, func(t float64) bool { return !(t >= 0) || math.IsInf(t, 0) }) {
		return fmt.Errorf("a spread is above 0, a tie 0 or more")
	}
	for i, n := range p.Networks {
		if n.RTT < 0 || slices.ContainsFunc(p.Networks[:i], func(o Network) bool { return o.Name == n.Name }) {
			return fmt.Errorf("network %q is there twice, or its round trip is below 0", n.Name)
		}
	}
	return nil
}

// bandwidths are those of the networks, each once, in their order.
func (p Plan) bandwidths() (all []string) {
	for _, n := range p.Networks {
		if !slices.Contains(all, n.Bandwidth) {
			all = append(all, n.Bandwidth)
		}
	}
	return all
}

// at is a round trip on the scale.
func at(rtt time.Duration) Octaves {
	return Octaves(math.Log2(float64(max(rtt, ShortestRTT)) / float64(time.Millisecond)))
}

// rtt is the round trip at a place of the scale.
func (x Octaves) rtt() time.Duration {
	return time.Duration(math.Round(math.Exp2(float64(x)) * float64(time.Millisecond)))
}
