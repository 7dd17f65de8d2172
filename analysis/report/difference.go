package report

import (
	"errors"
	"strings"

	"vmstudy/analysis/stat"
)

// A Difference is by how much people's values are higher in one condition than in another, within people.
type Difference struct {
	A, B     string // what is compared: A less B
	Used     stat.Used
	Known    bool // there is an Estimate
	Estimate float64
	Interval *stat.Interval // 95 %; nil if there is none, and Why says why
	Why      string
}

// Decided reports whether the interval does not include 0.
func (d Difference) Decided() bool {
	return d.Interval != nil && (d.Interval.Low > 0 || d.Interval.High < 0)
}

// A scale says which difference is right for values.
type scale int

const (
	metric  scale = iota // the mean, with Student's interval
	ordinal              // Hodges and Lehmann's shift, with the interval of the exact signed rank test
)

// method says how a difference is found.
func (s scale) method() string {
	if s == ordinal {
		return "Hodges and Lehmann’s shift, with the interval that inverts the exact signed rank test, from six people on"
	}
	return "the mean, with Student’s interval"
}

// difference compares people's values in two conditions. obs may have other conditions.
func (s scale) difference(obs []stat.Observation, a, b string) Difference {
	d := Difference{A: a, B: b}
	pairs, err := stat.Pairs(obs, a, b)
	if err != nil {
		d.Why = why(err)
		return d
	}
	d.Used, d.Known = pairs.Used, true
	if s == ordinal {
		shift, err := stat.HodgesLehmann(pairs.Differences)
		if err != nil {
			return Difference{A: a, B: b, Used: pairs.Used, Why: why(err)}
		}
		d.Estimate = shift.Estimate
		switch equal := allEqual(pairs.Differences); {
		case equal:
			d.Why = "all differences are equal"
		case shift.Interval == nil:
			d.Why = "fewer than six people"
		default:
			d.Interval = shift.Interval
		}
		return d
	}
	d.Estimate = stat.Mean(pairs.Differences)
	t, err := stat.PairedDifference(pairs)
	if err != nil {
		d.Why = why(err)
		return d
	}
	d.Interval = &t.Interval
	return d
}

func allEqual(xs []float64) bool {
	for _, x := range xs {
		if x != xs[0] {
			return false
		}
	}
	return true
}

// why says in a few words why there is no number.
func why(err error) string {
	switch {
	case errors.Is(err, stat.ErrTooFew):
		return "too few people"
	case errors.Is(err, stat.ErrAllEqual):
		return "all differences are equal"
	}
	return err.Error()
}

// dropped names who was left out, with the reasons.
func dropped(u stat.Used) string {
	var all []string
	for _, d := range u.Dropped {
		all = append(all, d.Participant+": "+d.Why)
	}
	return strings.Join(all, "; ")
}
