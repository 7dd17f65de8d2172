package model_test

import (
	"errors"
	"math"
	"strings"
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
		ends    string // what R calls the ends of the interval, with low and high in place of #; empty: it has none for these
	}{
		"a rating differs":            {study.Comparison{Claim: study.Differs, Test: study.SignedRank}, "rating", "signed rating stream/near vnc/near Pratt p", "", 0.95, true, ""},
		"a rating is not lower":       {study.Comparison{Claim: study.NotLower, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt below", "", 0.9, true, ""},
		"a rating is not higher":      {study.Comparison{Claim: study.NotHigher, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt above", "", 0.9, true, ""},
		"a rating is equivalent":      {study.Comparison{Claim: study.Equivalent, Margin: 1, Test: study.SignedRank}, "rating", "tost rating Pratt below", "tost rating Pratt above", 0.9, true, ""},
		"the workload differs":        {study.Comparison{Claim: study.Differs, Test: study.PairedT}, "workload", "t p", "", 0.95, false, "t #"},
		"the workload is not lower":   {study.Comparison{Claim: study.NotLower, Margin: 10, Test: study.PairedT}, "workload", "t below", "", 0.9, false, "t #90"},
		"the workload is not higher":  {study.Comparison{Claim: study.NotHigher, Margin: 10, Test: study.PairedT}, "workload", "t above", "", 0.9, false, "t #90"},
		"the workload is equivalent":  {study.Comparison{Claim: study.Equivalent, Margin: 10, Test: study.PairedT}, "workload", "t below", "t above", 0.9, false, "t #90"},
		"as many tasks are completed": {study.Comparison{Claim: study.Differs, Test: study.McNemar}, "completed", "mcnemar stream/near vnc/near", "", 0.95, true, ""},
		"the response is as fast":     {study.Comparison{Claim: study.Equivalent, Margin: 20, Test: study.SignedRank}, "response_ms", "tost response_ms below", "tost response_ms above", 0.9, true, "tost response_ms #90"},
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
		if tc.ends != "" {
			r.Check(t, strings.ReplaceAll(tc.ends, "#", "low"), got.Interval.Low, 1e-9)
			r.Check(t, strings.ReplaceAll(tc.ends, "#", "high"), got.Interval.High, 1e-9)
		}
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

// The verdict on groups is that of the Mann-Whitney test. Where either group has one value only, nobody knows how far others would be.
func TestTheVerdictOnGroupsIsThatOfMannWhitney(t *testing.T) {
	people := func(values ...float64) (all []stat.Observation) {
		for i, x := range values {
			all = append(all, stat.Observation{Participant: string('A' + rune(i)), Condition: string('a' + rune(i%2)), Value: x})
		}
		return all
	}
	c := study.Comparison{First: "a", Second: "b", Claim: study.Differs, Test: study.MannWhitney}
	v, err := model.JudgeGroups(c, people(5, 1, 6, 2, 7, 3, 8, 4)) // all of a above all of b: 2 of the 70 ways to choose four of eight
	if err != nil || v.N != 8 || math.Abs(v.P-2.0/70) > 1e-12 || v.Estimate != 4 || v.Interval == nil || v.Coverage != 0.95 || !v.Exact {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := model.JudgeGroups(c, people(5, 1, 5, 1, 5, 1)); err != nil || v.Interval != nil || v.Estimate != 4 {
		t.Errorf("of equal values: %+v, %v", v, err)
	}
	c.Claim = study.NotLower
	if v, err := model.JudgeGroups(c, people(1, 2)); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("no worse: %+v, %v", v, err)
	}
}
