package model_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/studytest"
)

// nothing are studies in which the methods do not differ and neither do the networks.
var nothing = model.Assumptions{
	People: 24, Methods: [2]string{"stream", "vnc"}, Cells: []string{"near", "far"}, Difference: []float64{0},
	Level: 4.5, Between: 1, Within: 1.2, Scale: model.Scale{Low: 1, High: 7, Step: 1},
}

// A tally counts how often each thing happened that should be rare, or common.
type tally struct {
	t       *testing.T
	hits, n map[string]int
}

func newTally(t *testing.T) *tally { return &tally{t, map[string]int{}, map[string]int{}} }

func (c *tally) count(name string, hit bool) {
	c.n[name]++
	if hit {
		c.hits[name]++
	}
}

// p counts a false positive at 5 %. A test without an answer is none.
func (c *tally) p(name string, p float64, err error) { c.count(name, err == nil && p < 0.05) }

// all prints the shares and passes each to check.
func (c *tally) all(what string, check func(name string, hits, n int)) {
	for _, name := range slices.Sorted(maps.Keys(c.n)) {
		c.t.Logf("soak: %s of %s: %.3f of %d", what, name, float64(c.hits[name])/float64(c.n[name]), c.n[name])
		check(name, c.hits[name], c.n[name])
	}
}

// most returns how many of n may be positives at 5 % before chance explains it in one of 1,000 tests only.
func most(n int) int {
	b := distuv.Binomial{N: float64(n), P: 0.05}
	k := 0
	for b.CDF(float64(k)) < 0.999 {
		k++
	}
	return k
}

// In studies without a difference no test finds more than 5 %, up to what chance makes of it.
func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	runs := studytest.Times(t, "STUDYCTL_TEST_NULL", 25)
	c := newTally(t)
	for run := range runs {
		rows := nothing.Rows(rand.New(rand.NewPCG(24, uint64(run))))
		ordinary(c, rows)
		modelled(c, rows)
	}
	c.all("false positives", func(name string, hits, n int) {
		if hits > most(n) {
			t.Errorf("%s: %d false positives of %d, more than %d", name, hits, n, most(n))
		}
		if hits == 0 && n >= 1000 { // the rarest of them, McNemar's, finds 14 in 1,000
			t.Errorf("%s: no false positive of %d: it finds nothing at all", name, n)
		}
	})
}

// ordinary counts what the tests of the package stat find.
func ordinary(c *tally, rows []model.Row) {
	conditions := []string{"stream/near", "stream/far", "vnc/near", "vnc/far"}
	var obs, good, groups []stat.Observation
	for _, r := range rows {
		o := stat.Observation{Participant: r.Participant, Condition: r.Levels[0] + "/" + r.Levels[1], Value: r.Value}
		obs = append(obs, o)
		if o.Condition == conditions[0] {
			groups = append(groups, stat.Observation{Participant: r.Participant, Condition: string('a' + r.Participant[3]%2), Value: r.Value})
		}
		o.Value = 0
		if r.Value >= 5 {
			o.Value = 1
		}
		good = append(good, o)
	}
	friedman, err := stat.Friedman(obs, conditions)
	c.p("Friedman, chi-squared", friedman.P, err)
	c.p("Friedman, F", friedman.FP, err)
	cochran, err := stat.CochranQ(good, conditions)
	c.p("Cochran, chi-squared", cochran.P, err)
	c.p("Cochran, exact", cochran.ExactP, err)
	people, err := stat.MannWhitney(groups, "a", "b")
	c.p("Mann-Whitney", people.P, err)
	shares, err := stat.Pairs(good, conditions[0], conditions[3])
	if err != nil {
		c.t.Fatal(err)
	}
	mcnemar, err := stat.McNemar(shares)
	c.p("McNemar", mcnemar.P, err)
	pairs, err := stat.Pairs(obs, conditions[0], conditions[3])
	if err != nil {
		c.t.Fatal(err)
	}
	sign, err := stat.Sign(pairs)
	c.p("sign", sign.P, err)
	for _, rule := range []stat.ZeroRule{stat.DropZeros, stat.RankZeros} {
		rank, err := stat.SignedRank(pairs, rule)
		c.p("signed rank, "+string(rule), rank.P, err)
	}
	d, err := stat.PairedDifference(pairs)
	c.p("paired t", d.P, err)
	family, err := stat.SignedRankPairs(obs, conditions, stat.DropZeros)
	least := 1.0
	for _, one := range family {
		least = min(least, one.Corrected)
	}
	c.p("any of six signed rank tests, Holm", least, err)
	for i := range pairs.Differences { // a difference of just the bound is not equivalence
		pairs.Differences[i]++
	}
	same, err := stat.Equivalent(pairs, 1)
	c.p("equivalence at the bound", same.P, err)
}

// Where people mind a method to different degrees, tests of one value for each person and method keep their level. Models with one
// random intercept do not, which docs/statistics.md says, and Taste tells.
func TestPeopleWhoMindDifferently(t *testing.T) {
	runs := max(400, studytest.Times(t, "STUDYCTL_TEST_NULL", 25)) // fewer would not show it
	a := nothing
	a.Taste, a.Cells = 1, []string{"near", "far", "moon", "sun"}
	c := newTally(t)
	for run := range runs {
		rows := a.Rows(rand.New(rand.NewPCG(25, uint64(run))))
		for _, test := range model.PlannedTests() {
			if test != model.PlannedOrdinal && test != model.PlannedART && test != model.PlannedMannWhitney { // which are as PlannedLinear, and take longer; or of groups
				p, err := test.P(rows, a.Spec())
				c.p(string(test), p, err)
			}
		}
		repeated, err := model.Repeated(rows, a.Spec().Factors)
		if err != nil {
			t.Fatal(err)
		}
		c.p("repeated measures", repeated.Effects[0].P, nil)
		c.p("taste", repeated.Effects[0].Taste, nil)
	}
	c.all("positives where people mind differently", func(name string, hits, n int) {
		switch keeps := hits <= most(n); name {
		case "linear", "taste":
			if keeps {
				t.Errorf("%s: %d of %d; want more, or the documentation is wrong", name, hits, n)
			}
		default:
			if !keeps {
				t.Errorf("%s: %d false positives of %d, more than %d", name, hits, n, most(n))
			}
		}
	})
}

// modelled counts what models find.
func modelled(c *tally, rows []model.Row) {
	spec := nothing.Spec()
	linear, err := model.FitLinear(rows, spec)
	repeated, err2 := model.Repeated(rows, spec.Factors)
	art, err3 := model.ART(rows, spec.Factors)
	if err != nil || err2 != nil || err3 != nil {
		c.t.Fatal(err, err2, err3)
	}
	for i, e := range linear.Effects {
		c.p("linear model, "+e.Term.String(), e.P, nil)
		c.p("repeated measures, "+e.Term.String(), repeated.Effects[i].P, nil)
		c.p("ART, linear model, "+e.Term.String(), art.Effects[i].P, nil)
		c.p("ART, repeated measures, "+e.Term.String(), art.Effects[i].Repeated.P, nil)
	}
	contrasts, err := model.ARTContrasts(rows, spec.Factors, model.Term{"method", "cell"})
	least := 1.0
	for _, one := range contrasts {
		least = min(least, one.Corrected)
	}
	c.p("any of six ART-C contrasts, Holm", least, err)
	tests, err := model.OrdinalEffects(rows, spec, model.Laplace)
	for _, e := range tests {
		c.p("ordinal model, likelihood ratio, "+e.Term.String(), e.P, err)
	}
	ordinal, err := model.FitOrdinal(rows, spec, model.Laplace)
	if err != nil {
		c.t.Fatal(err)
	}
	one, err := ordinal.Contrast(model.At{"method": "vnc"}, model.At{"method": "stream"})
	c.p("ordinal model, Wald, method", one.P, err)
	good := slices.Clone(rows)
	for i, r := range good {
		good[i].Value = math.Min(1, math.Floor(r.Value/5))
	}
	happened, err := model.FitLogistic(good, model.Spec{Factors: spec.Factors, Terms: model.Main(spec.Factors)}, model.Laplace)
	if err == nil {
		c.p("logistic model, Wald, method", happened.Coefficients[1].P, nil)
	}
}

// Intervals include what they should: the true value is known, since the studies are made up. The shares are printed.
func TestIntervalsCover(t *testing.T) {
	runs := studytest.Times(t, "STUDYCTL_TEST_NULL", 25)
	for _, people := range []int{12, 24} {
		c := newTally(t)
		a := nothing
		a.People, a.Difference, a.Scale = people, []float64{0.8}, model.Scale{}
		for run := range runs {
			covered(c, a, a.Rows(rand.New(rand.NewPCG(uint64(people), uint64(run)))), uint64(run))
		}
		c.all(fmt.Sprintf("coverage at n = %d", people), func(name string, hits, n int) {
			missed, allowed := n-hits, most(n)
			if narrow := name == "bootstrap, percentile" || name == "bootstrap, BCa"; narrow {
				allowed = n / 4 // they are known to be narrow, and say so; see stat.Bootstrapped
			}
			if missed > allowed {
				t.Errorf("n = %d, %s: %d of %d intervals miss the truth, more than %d", people, name, missed, n, allowed)
			}
		})
	}
}

func covered(c *tally, a model.Assumptions, rows []model.Row, seed uint64) {
	truth := a.Difference[0]
	holds := func(name string, in stat.Interval, err error) {
		if err != nil {
			c.t.Fatal(name, err)
		}
		c.count(name, in.Low <= truth && truth <= in.High)
	}
	var obs []stat.Observation
	for _, r := range rows {
		obs = append(obs, stat.Observation{Participant: r.Participant, Condition: r.Levels[0], Value: r.Value})
	}
	pairs, err := stat.Pairs(stat.Reduced(obs, stat.Mean), "vnc", "stream")
	if err != nil {
		c.t.Fatal(err)
	}
	d, err := stat.PairedDifference(pairs)
	holds("paired t", d.Interval, err)
	shift, err := stat.HodgesLehmann(pairs.Differences)
	if err != nil || shift.Interval == nil {
		c.t.Fatal(shift, err)
	}
	holds("Hodges-Lehmann", *shift.Interval, nil)
	for i, d := range pairs.Differences { // as ratings have them: ties and zeros, and no shift
		pairs.Differences[i] = math.Round(d - truth)
	}
	rated, err := stat.HodgesLehmann(pairs.Differences)
	if err != nil || rated.Interval == nil {
		c.t.Fatal(rated, err)
	}
	c.count("Hodges-Lehmann, whole numbers", rated.Interval.Low <= 0 && 0 <= rated.Interval.High)
	for i := range pairs.Differences {
		pairs.Differences[i] = pairs.First[i] - pairs.Second[i]
	}
	for _, m := range []stat.BootstrapMethod{stat.Percentile, stat.BCa} {
		b, err := stat.BootstrapMean(pairs.Differences, stat.Resampling{Method: m, Resamples: 1000, Seed: seed})
		holds("bootstrap, "+string(m), b.Interval, err)
	}
	linear, err := model.FitLinear(rows, a.Spec())
	if err != nil {
		c.t.Fatal(err)
	}
	contrast, err := linear.Contrast(model.At{"method": "vnc"}, model.At{"method": "stream"})
	holds("linear model, contrast", contrast.Interval, err)
}
