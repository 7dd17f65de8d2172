package model

import (
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// A Planned is a test of the difference between two methods, over all cells, that a study may plan.
type Planned string

// The tests that Power knows.
const (
	PlannedSignedRank          = Planned(study.SignedRank)  // of people's means over cells
	PlannedT                   = Planned(study.PairedT)     // of people's means over cells
	PlannedMannWhitney         = Planned(study.MannWhitney) // of the means of different people: half of them have one method, half the other
	PlannedLinear      Planned = "linear"                   // F of the method in the full linear mixed model
	PlannedOrdinal     Planned = "ordinal"                  // z of the method in the cumulative model without interaction, by Laplace
	PlannedART         Planned = "ART"                      // F of the method after alignment
)

// PlannedTests lists them.
func PlannedTests() []Planned {
	return []Planned{PlannedSignedRank, PlannedT, PlannedMannWhitney, PlannedLinear, PlannedOrdinal, PlannedART}
}

// P returns the p-value of the test in rows that are as Assumptions.Rows has them. Errors are refusals of the model, or those of the
// package stat.
func (t Planned) P(rows []Row, s Spec) (float64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	if len(s.Factors) == 0 {
		return 0, refuse("There is no factor whose levels could be compared.")
	}
	method := s.Factors[0]
	switch t {
	case PlannedSignedRank, PlannedT:
		pairs, err := means(rows, method)
		if err != nil {
			return 0, err
		}
		v, err := Judge(study.Comparison{Test: study.PlannedTest(t), Claim: study.Differs}, pairs)
		return v.P, err
	case PlannedMannWhitney:
		v, err := JudgeGroups(study.Comparison{Test: study.MannWhitney, Claim: study.Differs, First: method.Levels[1], Second: method.Levels[0]}, stat.Reduced(observations(rows), stat.Mean))
		return v.P, err
	case PlannedLinear:
		m, err := FitLinear(rows, s)
		if err != nil {
			return 0, err
		}
		return m.Effects[0].P, nil
	case PlannedOrdinal:
		m, err := FitOrdinal(rows, Spec{Factors: s.Factors, Terms: Main(s.Factors)}, Laplace)
		if err != nil {
			return 0, err
		}
		return m.Coefficients[0].P, nil
	case PlannedART:
		table, err := newTable(rows, s.Factors)
		if err != nil {
			return 0, err
		}
		e, err := table.aligned(Term{method.Name})
		return e.P, err
	}
	return 0, refuse("There is no planned test %q.", string(t))
}

// means returns each person's mean with each of two methods.
func means(rows []Row, method Factor) (stat.Paired, error) {
	return stat.Pairs(stat.Reduced(observations(rows), stat.Mean), method.Levels[1], method.Levels[0])
}

// observations are rows by the method alone.
func observations(rows []Row) (obs []stat.Observation) {
	for _, r := range rows {
		obs = append(obs, stat.Observation{Participant: r.Participant, Condition: r.Levels[0], Value: r.Value})
	}
	return obs
}
