package assignbench

import (
	"math/rand/v2"
	"slices"
	"time"

	"vmstudy/study"
)

// drawn returns of n people whether each will finish. The same seed and study give the same people.
func drawn(n int, dropout float64, seed uint64, which int) []bool {
	chance := rand.New(rand.NewPCG(seed, 2*uint64(which)))
	fates := make([]bool, n)
	for i := range fates {
		fates[i] = chance.Float64() >= dropout
	}
	return fates
}

// A run is one simulated study under way.
type run struct {
	rule
	roster    study.Roster
	now       time.Time
	chance    *rand.Rand
	finishers []int // by sequence
}

func newRun(by rule, seed uint64, which int) *run {
	return &run{
		rule: by, now: time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC), chance: rand.New(rand.NewPCG(seed, 2*uint64(which)+1)),
		roster: study.Roster{
			Groups: []study.GroupPlan{{Sequences: sequences}}, Seed: seed + uint64(which),
			Taken: make([]study.Assignment, 0, 2*groups*atOnce),
		},
		finishers: make([]int, sequences),
	}
}

// come lets people come at the same moment, and a day later it is known who finished.
func (x *run) come(fates []bool) {
	first := len(x.roster.Taken)
	for range fates {
		x.rule(&x.roster, x.now, x.chance)
	}
	for i, finishes := range fates {
		if a := &x.roster.Taken[first+i]; finishes {
			a.EndedAt = x.now
			x.finishers[a.Place.Sequence]++
		}
	}
	x.now = x.now.Add(24 * time.Hour)
}

// invited returns the finishers of each sequence after all people have come.
func invited(by rule, fates []bool, seed uint64, which int) []int {
	x := newRun(by, seed, which)
	for some := range slices.Chunk(fates, atOnce) {
		x.come(some)
	}
	return x.finishers
}

// filled returns the finishers of each sequence after as many people have finished as were planned.
// No more people come at once than are still needed.
func filled(by rule, dropout float64, seed uint64, which int) []int {
	x := newRun(by, seed, which)
	fates := rand.New(rand.NewPCG(seed, 2*uint64(which)))
	for missing := groups * atOnce; missing > 0; missing = groups*atOnce - sum(x.finishers) {
		some := make([]bool, min(missing, atOnce))
		for i := range some {
			some[i] = fates.Float64() >= dropout
		}
		x.come(some)
	}
	return x.finishers
}

// arrange returns the finishers of each sequence if everybody but the last group could be moved
// when the last group comes; see the package comment.
func arrange(fates []bool, p float64) []int {
	settled, last := fates[:len(fates)-atOnce], fates[len(fates)-atOnce:]
	finishers := make([]int, sequences)
	n := 0
	for _, finishes := range settled {
		if finishes {
			finishers[n%sequences]++
			n++
		}
	}
	expected := make([]float64, sequences)
	for s := range expected {
		expected[s] = float64(finishers[s])
	}
	for _, finishes := range last {
		least := slices.Index(expected, slices.Min(expected))
		expected[least] += p
		if finishes {
			finishers[least]++
		}
	}
	return finishers
}
