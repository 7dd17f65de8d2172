package assignbench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"vmstudy/bench"
	"vmstudy/study"
)

// The simulated study.
const (
	sequences = 8
	atOnce    = 50
	groups    = 4 // of atOnce people each
)

// dropouts are the probabilities of dropping out that are simulated.
var dropouts = []float64{0, 0.1, 0.2, 0.3, 0.4}

// nearBound is how far above the bound the rule may be, as a factor.
const nearBound = 1.25

// Bench returns the bench of the assignment. It simulates that many studies in all, by each of
// the rules.
func Bench(studies int) bench.Bench {
	const sections = 2
	over := func(measure func(dropout float64, studies int, seed uint64) []bench.Row) func(context.Context, bench.Setting) ([]bench.Row, error) {
		return func(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
			n := studies
			if s.Quick {
				n = studies / 10
			}
			for i, d := range dropouts {
				if err := context.Cause(ctx); err != nil {
					return rows, err
				}
				rows = append(rows, measure(d, max(1, n/sections/len(dropouts)), s.Seed)...)
				s.Show(i+1, len(dropouts))
			}
			return rows, nil
		}
	}
	return bench.Bench{Name: "assignment", Sections: []bench.Section{
		{Name: "invited", About: "studies that end when 200 people have come", Measure: over(measureInvited)},
		{Name: "filled", About: "studies that go on until 200 people have finished", Measure: over(measureFilled)},
	}}
}

// A rule returns the sequence of somebody who takes a place of r.
type rule func(r *study.Roster, now time.Time, chance *rand.Rand) int

// byRoster is the rule of the program: it asks the roster.
func byRoster(r *study.Roster, now time.Time, _ *rand.Rand) int {
	a, err := r.Next(study.Participant{}, now)
	if err != nil {
		panic(err) // nothing is closed
	}
	r.Taken = append(r.Taken, a)
	return a.Place.Sequence
}

// byRotation is the rule that never gets a place back: for it everybody who came stays.
func byRotation(r *study.Roster, now time.Time, chance *rand.Rand) int {
	s := byRoster(r, now, chance)
	r.Taken[len(r.Taken)-1].EndedAt = now
	return s
}

// byChance draws.
func byChance(r *study.Roster, now time.Time, chance *rand.Rand) int {
	s := chance.IntN(sequences)
	r.Taken = append(r.Taken, study.Assignment{Place: study.Place{Sequence: s}, TakenAt: now, LeaseEnds: now.Add(study.Lease)})
	return s
}

// measureInvited compares the rules in studies that end when everybody who was invited has come.
func measureInvited(dropout float64, studies int, seed uint64) []bench.Row {
	var ours, rotation, random, free spread
	bound := 0.0
	for i := range studies {
		fates := drawn(groups*atOnce, dropout, seed, i)
		ours.add(invited(byRoster, fates, seed, i))
		rotation.add(invited(byRotation, fates, seed, i))
		random.add(invited(byChance, fates, seed, i))
		arranged := arrange(fates, 1-dropout)
		free.add(arranged)
		bound += whole(arranged)
	}
	bound = math.Sqrt(max(bound/float64(studies), openEnd(atOnce, 1-dropout)) / sequences)
	name := fmt.Sprintf("%g %% drop out", 100*dropout)
	told := func(figure string, value, peer float64, who string) bench.Row {
		return bench.Told(value).As(figure, name, "people").Beside(peer, who)
	}
	return []bench.Row{
		bench.AtMost(nearBound*bound, ours.rms()).As("rms_deviation", name, "people").Beside(bound, "bound for any rule"),
		told("rms_deviation_of_rotation", rotation.rms(), random.rms(), "pure chance"),
		told("mean_deviation", ours.mean(), free.mean(), "free arrangement"),
		told("mean_deviation_of_rotation", rotation.mean(), random.mean(), "pure chance"),
		bench.AtMost(rotation.distance(), ours.distance()).As("most_minus_least", name, "people").Beside(free.distance(), "free arrangement"),
		told("most_minus_least_of_rotation", rotation.distance(), random.distance(), "pure chance"),
	}
}

// measureFilled compares the rules in studies that go on until as many people have finished as were
// planned.
func measureFilled(dropout float64, studies int, seed uint64) []bench.Row {
	var ours, rotation, random spread
	for i := range studies {
		ours.add(filled(byRoster, dropout, seed, i))
		rotation.add(filled(byRotation, dropout, seed, i))
		random.add(filled(byChance, dropout, seed, i))
	}
	name := fmt.Sprintf("%g %% drop out", 100*dropout)
	return []bench.Row{
		bench.AtMost(0, ours.distance()).As("most_minus_least_filled", name, "people").Beside(0, "best of any rule"),
		bench.Told(rotation.distance()).As("most_minus_least_filled_of_rotation", name, "people").Beside(random.distance(), "pure chance"),
	}
}
