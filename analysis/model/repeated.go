package model

import (
	"math"

	"vmstudy/analysis/stat"
)

// A RepeatedEffect is one line of an analysis of variance with repeated measures. Each effect has an error of its own: how much
// it differs between people.
//
// Taste compares how much an effect differs between people with how much the interaction of all factors does, by F. If it is small, people
// mind the factor to different degrees, and models with one random intercept find effects of it too often: take P from here
// instead. If it is large, people may be too few to tell.
type RepeatedEffect struct {
	Effect
	Squares float64 // sum of squares of the effect
	Error   float64 // sum of squares of its differences between people
	Epsilon float64 // Greenhouse and Geisser's: 1 if the differences of all conditions vary alike; always 1 for two levels
	HF      float64 // Huynh and Feldt's epsilon, which may be above 1
	PGG     float64 // P with degrees of freedom multiplied by Epsilon
	PHF     float64 // with HF, or 1 if that is above
	Taste   float64 // one-sided p-value of "people do not differ in this effect". 1 for the interaction of all factors, where it cannot be told
}

// A RepeatedTable has a line for each effect of a full factorial design, and says who is in it.
type RepeatedTable struct {
	stat.Used
	Effects []RepeatedEffect
}

// Repeated is the analysis of variance of a design in which everybody has one value in each combination of levels. Who lacks one
// is dropped; FitLinear drops nobody. Errors are refusals.
//
// Sources: Winer, Statistical Principles in Experimental Design, 2nd ed. (1971), chapter 7; Greenhouse and Geisser, On methods in
// the analysis of profile data (1959); Huynh and Feldt (1976).
func Repeated(rows []Row, factors []Factor) (RepeatedTable, error) {
	t, err := newTable(rows, factors)
	if err != nil {
		return RepeatedTable{}, err
	}
	out := RepeatedTable{Used: t.Used}
	for _, term := range Full(factors) {
		e, err := t.repeated(term)
		if err != nil {
			return RepeatedTable{}, err
		}
		out.Effects = append(out.Effects, e)
	}
	rest := out.Effects[len(out.Effects)-1]
	for i, e := range out.Effects {
		out.Effects[i].Taste = 1
		if i < len(out.Effects)-1 {
			out.Effects[i].Taste = fTail(e.Error/e.DF2/(rest.Error/rest.DF2), e.DF2, rest.DF2)
		}
	}
	return out, nil
}

func (t *table) repeated(term Term) (RepeatedEffect, error) {
	set, n := t.set(term), float64(t.N)
	e := RepeatedEffect{Effect: Effect{Term: term, DF1: 1}, Epsilon: 1, HF: 1}
	for i, f := range t.factors {
		if set>>i&1 == 1 {
			e.DF1 *= float64(len(f.Levels) - 1)
		}
	}
	e.DF2 = e.DF1 * (n - 1)
	mean := t.effect(t.average(), set)
	var own [][]float64 // each person's effect less that of all
	for _, y := range t.y {
		mine := t.effect(y, set)
		for c := range mine {
			mine[c] -= mean[c]
			e.Error += mine[c] * mine[c]
			e.Squares += mean[c] * mean[c]
		}
		own = append(own, mine)
	}
	if !(e.Error > 1e-20*(1+e.Squares)) {
		return e, refuse("The effect of %s is the same for everybody to the last digit, so nothing is left by which it could be judged.", term)
	}
	e.F = e.Squares / e.DF1 / (e.Error / e.DF2)
	e.Eta2 = e.Squares / (e.Squares + e.Error)
	e.P = fTail(e.F, e.DF1, e.DF2)
	if e.DF1 > 1 {
		e.Epsilon = epsilon(own, e.DF1)
		e.HF = (n*e.DF1*e.Epsilon - 2) / (e.DF1 * (n - 1 - e.DF1*e.Epsilon))
		if !(e.HF > e.Epsilon) { // also where people are too few for it
			e.HF = e.Epsilon
		}
	}
	e.PGG = corrected(e.Effect, e.Epsilon)
	e.PHF = corrected(e.Effect, min(1, e.HF))
	return e, nil
}

// corrected is P of an effect whose degrees of freedom are multiplied.
func corrected(e Effect, by float64) float64 {
	return fTail(e.F, by*e.DF1, by*e.DF2)
}

// epsilon is the squared trace of the covariance of the people's effects, divided by df times the sum of its squares. Both
// are found from the people's inner products.
func epsilon(own [][]float64, df float64) float64 {
	trace, squares := 0.0, 0.0
	for _, a := range own {
		trace += dot(a, a)
		for _, b := range own {
			p := dot(a, b)
			squares += p * p
		}
	}
	return math.Min(1, trace*trace/(df*squares))
}
