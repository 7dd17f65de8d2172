package assignbench

import (
	"math"
	"slices"
)

// spread sums up how unevenly finishers were spread over the sequences of many studies.
type spread struct {
	studies, squares, absolutes, ranges float64
}

// add adds a study with the given finishers of each sequence.
func (x *spread) add(finishers []int) {
	mean := float64(sum(finishers)) / float64(len(finishers))
	x.studies++
	for _, n := range finishers {
		off := float64(n) - mean
		x.squares += off * off / float64(len(finishers))
		x.absolutes += math.Abs(off) / float64(len(finishers))
	}
	x.ranges += float64(slices.Max(finishers) - slices.Min(finishers))
}

// rms is the root of the mean square deviation of a sequence from the mean of its study.
func (x *spread) rms() float64 { return math.Sqrt(x.squares / x.studies) }

// mean is the mean absolute deviation of a sequence from the mean of its study.
func (x *spread) mean() float64 { return x.absolutes / x.studies }

// distance is the mean difference between the fullest and the emptiest sequence.
func (x *spread) distance() float64 { return x.ranges / x.studies }

// openEnd is the part of the bound that people leave open who are still there at the end: the least
// expected sum of squared deviations. p is the probability that each of them finishes.
func openEnd(there int, p float64) float64 {
	return (1 - 1.0/sequences) * p * (1 - p) * float64(there)
}

// whole is the part of the bound that comes from finishers being whole people: the least sum of
// squared deviations if as many people as these are divided over the sequences.
func whole(finishers []int) float64 {
	r := sum(finishers) % sequences
	return float64(r*(sequences-r)) / sequences
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}
