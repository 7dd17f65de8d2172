package model_test

import (
	"errors"
	"math"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/internal/reference"
	"vmstudy/study"
)

// A verdict is what the tests of package stat say, which are held to R there: the right one of them, and the interval that goes with it.
func TestAVerdictIsThatOfThePlannedTest(t *testing.T) {
	r := reference.Said(t)
	pairs := func(variable string) stat.Paired {
		var obs []stat.Observation
		for _, row := range reference.Data(t) {
			obs = append(obs, stat.Observation{Participant: row.Participant, Condition: row.Condition(), Value: row.Values[variable]})
		}
		p, err := stat.Pairs(obs, "vnc/near", "stream/near")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, tc := range map[string]struct {
		of      study.Comparison
		outcome string
		p       string // what R calls it
		other   string // R's other one-sided p-value: the larger of the two is meant
		cover   float64
		exact   bool
	}{
		"a rating differs":            {study.Comparison{Claim: study.Differs, Test: study.SignedRank}, "rating", "signed rating stream/near vnc/near Pratt p", "", 0.95, true},
		"a rating is not lower":       {study.Comparison{Claim: study.NotLower, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt below", "", 0.9, true},
		"a rating is not higher":      {study.Comparison{Claim: study.NotHigher, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt above", "", 0.9, true},
		"a rating is equivalent":      {study.Comparison{Claim: study.Equivalent, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt below", "tost rating Pratt above", 0.9, true},
		"the workload differs":        {study.Comparison{Claim: study.Differs, Test: study.PairedT}, "workload", "t p", "", 0.95, false},
		"the workload is not lower":   {study.Comparison{Claim: study.NotLower, Margin: 10, Test: study.PairedT}, "workload", "t below", "", 0.9, false},
		"the workload is not higher":  {study.Comparison{Claim: study.NotHigher, Margin: 10, Test: study.PairedT}, "workload", "t above", "", 0.9, false},
		"the workload is equivalent":  {study.Comparison{Claim: study.Equivalent, Margin: 10, Test: study.PairedT}, "workload", "t below", "t above", 0.9, false},
		"as many tasks are completed": {study.Comparison{Claim: study.Differs, Test: study.McNemar}, "completed", "mcnemar stream/near vnc/near", "", 0.95, true},
	} {
		got, err := model.Judge(tc.of, pairs(tc.outcome))
		if err != nil || got.N != 12 || got.Coverage != tc.cover || got.Exact != tc.exact || got.Interval == nil || got.Interval.Low > got.Estimate || got.Estimate > got.Interval.High {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		what := tc.p
		if tc.other != "" && r[tc.other] > r[what] {
			what = tc.other
		}
		r.Check(t, what, got.P, 1e-9)
	}
}

func TestWhatNoTestDecidesIsRefused(t *testing.T) {
	pairs := stat.Paired{First: []float64{1, 0}, Second: []float64{0, 0}, Differences: []float64{1, 0}}
	for name, c := range map[string]study.Comparison{
		"no test":                {Claim: study.Differs},
		"an unknown claim":       {Claim: "better", Test: "eye"},
		"completion is no worse": {Claim: study.NotLower, Margin: 0.1, Test: study.McNemar},
	} {
		if v, err := model.Judge(c, pairs); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%s: %+v, %v; want a sentence", name, v, err)
		}
	}
	if _, err := model.Judge(study.Comparison{Claim: study.Equivalent, Margin: math.NaN(), Test: study.PairedT}, pairs); !errors.Is(err, stat.ErrOutOfScale) {
		t.Errorf("a margin that is no number: %v", err)
	}
}

// Equal differences do not tell how far others would be.
func TestEqualDifferencesHaveAVerdictWithoutAnInterval(t *testing.T) {
	pairs := stat.Paired{Used: stat.Used{N: 8}, First: make([]float64, 8), Second: make([]float64, 8), Differences: make([]float64, 8)}
	v, err := model.Judge(study.Comparison{Claim: study.Differs, Test: study.SignedRank}, pairs)
	if err != nil || v.Interval != nil || v.P != 1 {
		t.Errorf("%+v, %v; want p 1 and no interval", v, err)
	}
}
