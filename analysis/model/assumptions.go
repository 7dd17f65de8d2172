package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Assumptions are what a researcher can say about a study before it is run. They make up studies: to find how many people are needed,
// and to give simulated participants something to say.
//
// A value is Level, plus the Difference of its cell where the method is the second, plus what is the person's own, plus chance;
// all of it in points of the scale. It is then brought to the scale.
type Assumptions struct {
	People     int
	Methods    [2]string // what is compared
	Cells      []string  // where both are met, once by everybody: networks, tasks; at least one
	Level      float64   // mean of the first method
	Difference []float64 // mean of the second method less that of the first: one for each cell, or one for all
	Between    float64   // standard deviation of people's own level
	Taste      float64   // standard deviation of people's own difference between the methods; 0 if all mind alike
	Within     float64   // standard deviation of one value of one person, above 0
	Groups     bool      // the methods are groups: of the people every other one has the first only, the rest have the second
	Scale      Scale
}

// A Scale is which values there are. The zero Scale has all.
type Scale struct {
	Low, High float64 // both 0: no ends
	Step      float64 // 0: no steps. Steps begin at Low
}

// Most of each that Assumptions may have, so that a mistyped number does not keep the computer busy for hours.
const (
	MostPeople = 1000
	MostCells  = 50
	MostValues = 10_000 // people x cells x 2 methods
)

// Check refuses what makes no study, with a sentence.
func (a Assumptions) Check() error {
	numbers := append([]float64{a.Level, a.Between, a.Taste, a.Within, a.Scale.Low, a.Scale.High, a.Scale.Step}, a.Difference...)
	for _, x := range numbers {
		if math.IsNaN(x) || math.Abs(x) > 1e9 {
			return refuse("One of the assumptions is %g, which is not a number of points.", x)
		}
	}
	switch {
	case a.People < Fewest || a.People > MostPeople:
		return refuse("A simulated study has %d to %d participants, not %d.", Fewest, MostPeople, a.People)
	case len(a.Cells) < 1 || len(a.Cells) > MostCells:
		return refuse("A simulated study compares the methods in 1 to %d conditions, not %d.", MostCells, len(a.Cells))
	case 2*a.People*len(a.Cells) > MostValues:
		return refuse("%d participants with 2 methods in %d conditions make %d values; a simulated study has %d at most.", a.People, len(a.Cells), 2*a.People*len(a.Cells), MostValues)
	case len(a.Difference) != 1 && len(a.Difference) != len(a.Cells):
		return refuse("There are %d differences for %d conditions; say one for all, or one for each.", len(a.Difference), len(a.Cells))
	case a.Between < 0 || a.Taste < 0 || !(a.Within > 0):
		return refuse("A spread is a standard deviation: 0 or more between people, more than 0 within them.")
	case a.Scale.Low > a.Scale.High || a.Scale.Step < 0:
		return refuse("The scale goes from %g to %g by %g: its low end must be the lower one, and its step not below 0.", a.Scale.Low, a.Scale.High, a.Scale.Step)
	}
	return Spec{Factors: []Factor{a.method()}}.check()
}

func (a Assumptions) method() Factor { return Factor{"method", a.Methods[:]} }

// Spec is the full model of such a study: method by cell, or method alone if there is only one cell.
func (a Assumptions) Spec() Spec {
	factors := []Factor{a.method()}
	if len(a.Cells) > 1 {
		factors = append(factors, Factor{"cell", a.Cells})
	}
	return Spec{Factors: factors}
}

// Rows makes up one study: everybody with each method (in a study of groups with one) in each cell, in that order. The same state of rng gives the same study.
func (a Assumptions) Rows(rng *rand.Rand) []Row {
	var rows []Row
	for p := range a.People {
		person := a.Person(rng)
		for m, method := range a.Methods {
			if a.Groups && m != p%2 {
				continue
			}
			for c, cell := range a.Cells {
				levels := []string{method}
				if len(a.Cells) > 1 {
					levels = append(levels, cell)
				}
				rows = append(rows, Row{Participant: fmt.Sprintf("P%03d", p+1), Levels: levels, Value: person.Value(rng, m, c)})
			}
		}
	}
	return rows
}

// Seen returns the mean of each method in a cell after values were brought to the scale: what made-up studies have, and what an analysis of them can
// find. Near an end of the scale it is less than what was assumed, since nobody can answer beyond it.
func (a Assumptions) Seen(cell int) (means [2]float64) {
	for m := range a.Methods {
		centre, spread := a.Level, math.Hypot(a.Between, a.Within)
		if m == 1 {
			centre += a.Difference[min(cell, len(a.Difference)-1)]
			spread = math.Hypot(spread, a.Taste)
		}
		means[m] = a.Scale.mean(centre, spread)
	}
	return means
}

// SeenDifference is the mean difference of the methods over all cells on the scale, the second less the first.
func (a Assumptions) SeenDifference() float64 {
	sum := 0.0
	for c := range a.Cells {
		means := a.Seen(c)
		sum += means[1] - means[0]
	}
	return sum / float64(len(a.Cells))
}

// mean is that of normal values which are brought to the scale.
func (s Scale) mean(centre, spread float64) float64 {
	below := func(x float64) float64 { return distuv.UnitNormal.CDF((x - centre) / spread) }
	switch {
	case s.Low == s.High:
		return centre // rounding to steps moves it less than anybody sees
	case s.Step == 0: // Tobin's mean of censored values
		density := func(x float64) float64 { return distuv.UnitNormal.Prob((x - centre) / spread) }
		return s.Low*below(s.Low) + s.High*(1-below(s.High)) + centre*(below(s.High)-below(s.Low)) + spread*(density(s.Low)-density(s.High))
	}
	mean, left := 0.0, 0.0 // left: what lies below the point
	for x := s.Low; x < s.High; x += s.Step {
		upto := below(x + s.Step/2)
		mean, left = mean+x*(upto-left), upto
	}
	return mean + s.High*(1-left)
}

// A Person is one made-up person: what is their own, whatever they do.
type Person struct {
	of           Assumptions
	level, taste float64
}

// Person makes up one person.
func (a Assumptions) Person(rng *rand.Rand) Person {
	return Person{a, a.Level + a.Between*rng.NormFloat64(), a.Taste * rng.NormFloat64()}
}

// Value makes up one value of the person, with the method of this index in the cell of this index.
func (p Person) Value(rng *rand.Rand, method, cell int) float64 {
	x := p.level + p.of.Within*rng.NormFloat64()
	if method == 1 {
		x += p.of.Difference[min(cell, len(p.of.Difference)-1)] + p.taste
	}
	return p.of.Scale.nearest(x)
}

// nearest brings x to the scale.
func (s Scale) nearest(x float64) float64 {
	if s.Step > 0 {
		x = s.Low + math.Round((x-s.Low)/s.Step)*s.Step
	}
	if s.Low != s.High {
		x = min(max(x, s.Low), s.High)
	}
	return x
}
