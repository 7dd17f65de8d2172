package model

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// fTail is the probability of an F above f, or NaN where degrees of freedom make no sense: gonum would panic.
func fTail(f, df1, df2 float64) float64 {
	if !(f >= 0) || !(df1 > 0) || !(df2 > 0) || math.IsInf(f+df1+df2, 0) {
		return math.NaN()
	}
	return distuv.F{D1: df1, D2: df2}.Survival(f)
}

// student returns the two-sided probability of a t beyond t, and the quantile at p; with 0 degrees of freedom those of the normal
// distribution. They are NaN where fTail is.
func student(t, df, p float64) (tail, quantile float64) {
	switch {
	case math.IsNaN(t) || math.IsInf(t, 0) || !(df >= 0) || math.IsInf(df, 0):
		return math.NaN(), math.NaN()
	case df == 0:
		return min(1, 2*distuv.UnitNormal.Survival(math.Abs(t))), distuv.UnitNormal.Quantile(p)
	}
	d := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	return min(1, 2*d.Survival(math.Abs(t))), d.Quantile(p)
}
