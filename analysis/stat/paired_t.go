package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A PairedT is by how much the values of participants in A are higher than in B on average, in their own unit.
type PairedT struct {
	Used
	A, B     string
	Mean     float64 // of the differences
	SD       float64 // of the differences, divisor n-1
	Interval Interval
	T        float64
	DF       float64 // n - 1
	P        float64 // two-sided
	DZ       float64 // Mean/SD, Cohen's d of differences
}

// PairedDifference is Student's t test of the differences: The probable error of a mean (1908). Errors: ErrTooFew below two
// differences, ErrAllEqual if they do not differ from each other, since then nothing tells how sure one can be.
func PairedDifference(p Paired) (PairedT, error) {
	s, err := Summarize(p.Differences)
	switch beyond := checkValues(p.Differences); {
	case beyond != nil:
		return PairedT{}, fmt.Errorf("paired t: %w", beyond)
	case err != nil:
		return PairedT{}, fmt.Errorf("paired t: %w", err)
	case s.N < 2:
		return PairedT{}, fmt.Errorf("paired t of %d differences: %w", s.N, ErrTooFew)
	case s.SD <= 1e-12*max(math.Abs(s.Min), math.Abs(s.Max)): // what is left of the spread is rounding
		return PairedT{}, fmt.Errorf("paired t: each of %d differences is %g: %w", s.N, s.Min, ErrAllEqual)
	}
	t := PairedT{Used: p.Used, A: p.A, B: p.B, Mean: s.Mean, SD: s.SD, DF: float64(s.N - 1), DZ: s.Mean / s.SD}
	t.T = t.Mean / t.error()
	t.P = 2 * t.student().Survival(math.Abs(t.T))
	t.Interval, err = s.MeanInterval()
	return t, err
}

// error is the standard error of Mean.
func (t PairedT) error() float64 { return t.SD / math.Sqrt(t.DF+1) }

func (t PairedT) student() distuv.StudentsT { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: t.DF} }
