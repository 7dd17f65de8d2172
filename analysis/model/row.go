package model

import (
	"slices"
	"strings"

	"vmstudy/analysis/stat"
)

// A Row is one value of one participant.
type Row struct {
	Participant string
	Levels      []string  // one of each of Spec.Factors
	Covariates  []float64 // one of each of Spec.Covariates
	Value       float64
}

// A Factor is what differs between rows in steps. Its first level is the one that others are compared with.
type Factor struct {
	Name   string
	Levels []string
}

// Rows gives observations the levels that their conditions stand for: {"vnc/3G": {"vnc", "3G"}}. Observations in other conditions are passed over.
func Rows(obs []stat.Observation, levels map[string][]string) []Row {
	var rows []Row
	for _, o := range obs {
		if l, asked := levels[o.Condition]; asked {
			rows = append(rows, Row{Participant: o.Participant, Levels: l, Value: o.Value})
		}
	}
	return rows
}

// A Spec says what a model explains values by. Besides, each model has an intercept, or thresholds, and a random
// intercept for each participant.
type Spec struct {
	Factors    []Factor
	Covariates []string // names of metric variables
	Terms      []Term   // nil: Full of the factors, and each covariate by itself
}

// A Term is a factor or a covariate, or an interaction of several, by their names.
type Term []string

// String is as in R: "method:network".
func (t Term) String() string { return strings.Join(t, ":") }

// Full returns all factors with all of their interactions, lower ones first.
func Full(factors []Factor) []Term {
	var terms []Term
	for size := 1; size <= len(factors); size++ {
		for set := range 1 << len(factors) {
			var t Term
			for i, f := range factors {
				if set>>i&1 == 1 {
					t = append(t, f.Name)
				}
			}
			if len(t) == size {
				terms = append(terms, t)
			}
		}
	}
	return terms
}

// Main returns each factor by itself, without interactions.
func Main(factors []Factor) []Term {
	var terms []Term
	for _, f := range factors {
		terms = append(terms, Term{f.Name})
	}
	return terms
}

// terms returns the terms that s asks for.
func (s Spec) terms() []Term {
	if s.Terms != nil {
		return s.Terms
	}
	terms := Full(s.Factors)
	for _, c := range s.Covariates {
		terms = append(terms, Term{c})
	}
	return terms
}

// factor returns the place of a factor, or -1.
func (s Spec) factor(name string) int {
	return slices.IndexFunc(s.Factors, func(f Factor) bool { return f.Name == name })
}

// factorsOf returns the places of the factors of a term; its covariates are left out.
func (s Spec) factorsOf(t Term) []int {
	var at []int
	for _, name := range t {
		if i := s.factor(name); i >= 0 {
			at = append(at, i)
		}
	}
	return at
}
