package stat

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"vmstudy/internal/reference"
)

// observed returns one variable of the reference study.
func observed(t *testing.T, variable string) []Observation {
	t.Helper()
	var obs []Observation
	for _, r := range reference.Data(t) {
		obs = append(obs, Observation{r.Participant, r.Condition(), r.Values[variable]})
	}
	return obs
}

// pairsOf returns the six pairs of conditions in the order of R's combn.
func pairsOf(conditions []string) [][2]string {
	var all [][2]string
	for i, a := range conditions {
		for _, b := range conditions[i+1:] {
			all = append(all, [2]string{a, b})
		}
	}
	return all
}

// many is x[i] = (7919 i mod m) + plus for i from 1 to n, as reference.R makes it.
func many(n, m, plus int) []float64 {
	var xs []float64
	for i := 1; i <= n; i++ {
		xs = append(xs, float64(i*7919%m+plus))
	}
	return xs
}

func TestFriedmanAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	without := slices.DeleteFunc(observed(t, "rating"), func(o Observation) bool { return o.Participant == "P05" && o.Condition == "vnc/far" })
	for name, obs := range map[string][]Observation{
		"rating": observed(t, "rating"), "workload": observed(t, "workload"), "response_ms": observed(t, "response_ms"), "missing": without,
	} {
		got, err := Friedman(obs, reference.Conditions)
		if err != nil {
			t.Fatal(err)
		}
		for what, x := range map[string]float64{"n": float64(got.N), "chi2": got.Chi2, "p": got.P, "W": got.W, "F": got.F, "FP": got.FP} {
			r.Check(t, "friedman "+name+" "+what, x, 1e-11)
		}
		if name == "missing" && !slices.Equal(got.Dropped, []Dropped{{"P05", "no value in vnc/far"}}) {
			t.Errorf("dropped %v, want P05 and why", got.Dropped)
		}
	}
}

// Hollander and Wolfe (1999), table 7.1: rounding first base. R's ?friedman.test has it, too, and says
// Friedman chi-squared = 11.143, df = 2, p-value = 0.003805.
func TestFriedmanOfAPublishedTable(t *testing.T) {
	rows := [][3]float64{
		{5.40, 5.50, 5.55},
		{5.85, 5.70, 5.75},
		{5.20, 5.60, 5.50},
		{5.55, 5.50, 5.40},
		{5.90, 5.85, 5.70},
		{5.45, 5.55, 5.60},
		{5.40, 5.40, 5.35},
		{5.45, 5.50, 5.35},
		{5.25, 5.15, 5.00},
		{5.85, 5.80, 5.70},
		{5.25, 5.20, 5.10},
		{5.65, 5.55, 5.45},
		{5.60, 5.35, 5.45},
		{5.05, 5.00, 4.95},
		{5.50, 5.50, 5.40},
		{5.45, 5.55, 5.50},
		{5.55, 5.55, 5.35},
		{5.45, 5.50, 5.55},
		{5.50, 5.45, 5.25},
		{5.65, 5.60, 5.40},
		{5.70, 5.65, 5.55},
		{6.30, 6.30, 6.25},
	}
	var obs []Observation
	for i, row := range rows {
		for j, v := range row {
			obs = append(obs, Observation{string(rune('a' + i)), []string{"out", "narrow", "wide"}[j], v})
		}
	}
	got, err := Friedman(obs, []string{"out", "narrow", "wide"})
	if err != nil || !slices.Equal(got.RankSums, []float64{53, 47, 32}) || !near(got.Chi2, 11.142857, 6) || !near(got.P, 0.00380504, 8) || !near(got.W, 0.253247, 6) {
		t.Errorf("%+v, %v; want rank sums 53, 47, 32, chi2 11.142857, p 0.00380504, W 0.253247", got, err)
	}
}

func TestSignedRankAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	for _, v := range []string{"rating", "workload", "response_ms"} {
		for _, ab := range pairsOf(reference.Conditions) {
			p, err := Pairs(observed(t, v), ab[0], ab[1])
			if err != nil {
				t.Fatal(err)
			}
			name := "signed " + v + " " + ab[0] + " " + ab[1]
			for _, rule := range []ZeroRule{DropZeros, RankZeros} {
				got, err := SignedRank(p, rule)
				if err != nil || !got.Exact || got.N != 12 {
					t.Fatalf("%+v, %v; want an exact test of 12", got, err)
				}
				r.Check(t, name+" "+string(rule)+" Z", got.Z, 1e-11)
				r.Check(t, name+" "+string(rule)+" p", got.P, 1e-12)
				if rule == DropZeros {
					r.Check(t, name+" V", got.V, 0)
				}
			}
			if v == "response_ms" {
				agreesWithoutRounding(t, r, name, p)
			}
		}
		family, err := SignedRankPairs(observed(t, v), reference.Conditions, DropZeros)
		if err != nil || len(family) != 6 {
			t.Fatalf("%d pairs, %v; want 6", len(family), err)
		}
		for _, c := range family {
			r.Check(t, "signed "+v+" "+c.A+" "+c.B+" holm", c.Corrected, 1e-12)
		}
	}
	got, err := SignedRank(Paired{Differences: many(250, 251, -100)}, DropZeros)
	if err != nil || got.Exact {
		t.Fatalf("%+v, %v; want the normal distribution for 250", got, err)
	}
	r.Check(t, "signed many V", got.V, 0)
	r.Check(t, "signed many p", got.P, 1e-10)
}

// agreesWithoutRounding compares with what R says of differences that have rounding errors, and so no ties. One
// pair of conditions has a tie that R breaks: there V is 22 in R and 21.5 in fact.
func agreesWithoutRounding(t *testing.T, r reference.R, name string, p Paired) {
	t.Helper()
	for i := range p.Differences {
		p.Differences[i] = p.First[i] - p.Second[i]
	}
	got, err := SignedRank(p, DropZeros)
	if err != nil || got.Ties != 0 || got.Zeros != 0 {
		t.Fatalf("%+v, %v; want neither ties nor zeros", got, err)
	}
	for what, x := range map[string]float64{
		"V": got.V, "p": got.P, "estimate": got.Shift.Estimate, "low": got.Shift.Interval.Low, "high": got.Shift.Interval.High,
	} {
		r.Check(t, name+" raw "+what, x, 1e-12)
	}
}

// R's ?wilcox.test, depression scale of 9 patients (Hollander and Wolfe 1973, 29f): V = 40, one-sided p-value 0.01953.
func TestSignedRankOfAPublishedTable(t *testing.T) {
	x := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	y := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	var obs []Observation
	for i := range x {
		obs = append(obs, Observation{string(rune('a' + i)), "first", x[i]}, Observation{string(rune('a' + i)), "second", y[i]})
	}
	p, err := Pairs(obs, "first", "second")
	if err != nil {
		t.Fatal(err)
	}
	got, err := SignedRank(p, DropZeros)
	if err != nil || got.V != 40 || !near(got.P, 2*0.01953125, 14) || !near(got.RankBiserial, 0.777777777, 8) {
		t.Errorf("%+v, %v; want V 40, p 0.0390625, r 0.7778", got, err)
	}
}

func TestMannWhitneyAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	halves := func(variable, first, second string) []Observation {
		var obs []Observation
		for _, o := range observed(t, variable) {
			early := o.Participant <= "P06"
			if early && o.Condition == first {
				obs = append(obs, Observation{o.Participant, "a", o.Value})
			}
			if !early && o.Condition == second {
				obs = append(obs, Observation{o.Participant, "b", o.Value})
			}
		}
		return obs
	}
	tied, err := MannWhitney(halves("rating", "stream/near", "vnc/far"), "a", "b")
	if err != nil || !tied.Exact || tied.Ties == 0 || tied.NA != 6 || tied.NB != 6 {
		t.Fatalf("%+v, %v; want an exact test of 6 and 6 with ties", tied, err)
	}
	r.Check(t, "mann rating U", tied.U, 0)
	r.Check(t, "mann rating p", tied.P, 1e-12)
	plain, err := MannWhitney(halves("response_ms", "stream/near", "vnc/near"), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]float64{
		"U": plain.U, "p": plain.P, "estimate": plain.Shift.Estimate, "low": plain.Shift.Interval.Low, "high": plain.Shift.Interval.High,
	} {
		r.Check(t, "mann response_ms "+name, x, 1e-10)
	}
	var obs []Observation
	for i, x := range many(120, 97, 0) {
		obs = append(obs, Observation{string(rune(i)), string(rune('a' + i/60)), x})
	}
	large, err := MannWhitney(obs, "a", "b")
	if err != nil || large.Exact {
		t.Fatalf("%+v, %v; want the normal distribution for 120", large, err)
	}
	r.Check(t, "mann many U", large.U, 0)
	r.Check(t, "mann many p", large.P, 1e-10)
}

func TestPairedTAndEquivalenceAgreeWithR(t *testing.T) {
	r := reference.Said(t)
	p, err := Pairs(observed(t, "workload"), "vnc/near", "stream/near")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Equivalent(p, 10)
	if err != nil || !got.Confirmed {
		t.Fatalf("%+v, %v; want equivalence within 10 points", got, err)
	}
	for name, x := range map[string]float64{
		"mean": got.Mean, "t": got.T, "p": got.PairedT.P, "low": got.Interval.Low, "high": got.Interval.High, "dz": got.DZ,
		"below": got.NotBelow, "above": got.NotAbove, "low90": got.Within.Low, "high90": got.Within.High,
	} {
		r.Check(t, "t "+name, x, 1e-9)
	}
	if got.P != got.NotAbove {
		t.Errorf("p %g, want the larger of %g and %g", got.P, got.NotBelow, got.NotAbove)
	}
}

// The two one-sided tests are R's with mu at the bounds: t.test(mu = -10, alternative = "greater") and t.test(mu = 10, alternative =
// "less"), and the same of wilcox.test; where there are ties and zeros, coin's exact test of the moved differences.
func TestEquivalenceAgreesWithRsTestsAtTheBounds(t *testing.T) {
	r := reference.Said(t)
	pairs := func(variable string) Paired {
		p, err := Pairs(observed(t, variable), "vnc/near", "stream/near")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	e, err := Equivalent(pairs("workload"), 10)
	if err != nil {
		t.Fatal(err)
	}
	r.Check(t, "tost t below", e.NotBelow, 1e-9)
	r.Check(t, "tost t above", e.NotAbove, 1e-9)
	for variable, bound := range map[string]float64{"rating": 1, "workload": 10} {
		for _, rule := range []ZeroRule{DropZeros, RankZeros} {
			got, err := EquivalentRanks(pairs(variable), bound, rule)
			if err != nil || !got.Exact || got.N != 12 || got.P != max(got.NotBelow, got.NotAbove) || got.Confirmed != (got.P < 0.05) {
				t.Fatalf("%s by %s: %+v, %v", variable, rule, got, err)
			}
			r.Check(t, "tost "+variable+" "+string(rule)+" below", got.NotBelow, 1e-11)
			r.Check(t, "tost "+variable+" "+string(rule)+" above", got.NotAbove, 1e-11)
		}
	}
	got, err := EquivalentRanks(pairs("response_ms"), 20, DropZeros)
	if err != nil {
		t.Fatal(err)
	}
	for what, x := range map[string]float64{
		"below": got.NotBelow, "above": got.NotAbove, "estimate": got.Within.Estimate, "low90": got.Within.Interval.Low, "high90": got.Within.Interval.High,
	} {
		r.Check(t, "tost response_ms "+what, x, 1e-9)
	}
	var differences []float64
	for i := 1; i <= 250; i++ {
		differences = append(differences, float64(i*7919%251-100))
	}
	below, err := EquivalentRanks(Paired{Differences: differences}, 20, DropZeros)
	if err != nil || below.Exact {
		t.Fatalf("%+v, %v; want the normal distribution for 250", below, err)
	}
	above, err := EquivalentRanks(Paired{Differences: differences}, 40, DropZeros)
	if err != nil {
		t.Fatal(err)
	}
	r.Check(t, "tost many below", below.NotBelow, 1e-9)
	r.Check(t, "tost many above", above.NotAbove, 1e-9)
}

func TestCompletionAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	obs := observed(t, "completed")
	var ps []float64
	for _, ab := range pairsOf(reference.Conditions) {
		p, err := Pairs(obs, ab[0], ab[1])
		if err != nil {
			t.Fatal(err)
		}
		got, err := McNemar(p)
		if err != nil || got.Both+got.OnlyA+got.OnlyB+got.Neither != 12 || !within(got.Approximate, got.Difference) {
			t.Errorf("%+v, %v; want 12 people and the difference within its interval", got, err)
		}
		r.Check(t, "mcnemar "+ab[0]+" "+ab[1], got.P, 1e-12)
		ps = append(ps, got.P)
	}
	corrected, err := Holm(ps)
	if err != nil {
		t.Fatal(err)
	}
	for i, ab := range pairsOf(reference.Conditions) {
		r.Check(t, "mcnemar "+ab[0]+" "+ab[1]+" holm", corrected[i], 1e-12)
	}
	q, err := CochranQ(obs, reference.Conditions)
	if err != nil || !q.Exact || !slices.Equal(q.Totals, []int{10, 9, 11, 4}) {
		t.Fatalf("%+v, %v; want an exact test of 10, 9, 11 and 4", q, err)
	}
	r.Check(t, "cochran Q", q.Q, 1e-11)
	r.Check(t, "cochran p", q.P, 1e-11)
	r.Check(t, "cochran exact", q.ExactP, 1e-12)
}

func TestIntervalOfADifferenceOfShares(t *testing.T) {
	p, err := Pairs(observed(t, "completed"), "stream/near", "vnc/far")
	if err != nil {
		t.Fatal(err)
	}
	got, err := McNemar(p)
	if err != nil || got.Difference != 0.5 {
		t.Errorf("%+v, %v; want a difference of 0.5", got, err)
	}
	r := reference.Said(t)
	r.Check(t, "mcnemar difference low", got.Approximate.Low, 1e-12)
	r.Check(t, "mcnemar difference high", got.Approximate.High, 1e-12)
}

func TestKaplanMeierAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	for _, c := range reference.Conditions {
		var times []Duration
		for _, row := range reference.Data(t) {
			if row.Condition() == c {
				times = append(times, Duration{row.Participant, row.Values["response_ms"], row.Values["completed"] == 0})
			}
		}
		got, err := KaplanMeier(times)
		if err != nil || got.N != 12 || got.Ended+got.Censored != 12 {
			t.Fatalf("%+v, %v; want 12 people", got, err)
		}
		limit := func(name string, p *float64) {
			switch want := r["km "+c+" "+name]; {
			case p == nil && !math.IsNaN(want):
				t.Errorf("%s %s: none, R says %g", c, name, want)
			case p != nil:
				r.Check(t, "km "+c+" "+name, *p, 1e-12)
			}
		}
		limit("median", got.Median)
		limit("low", got.Low)
		limit("high", got.High)
		for i, s := range got.Steps {
			at := " " + string(rune('1'+i))
			if i == 9 {
				at = " 10"
			}
			if i == 10 {
				at = " 11"
			}
			left := s.Left
			limit("left"+at, &left)
			if s.Limits != nil {
				limit("lower"+at, &s.Limits.Low)
				limit("upper"+at, &s.Limits.High)
			} else {
				limit("lower"+at, nil)
			}
		}
	}
}

// R> p.adjust(c(.01, .02, .03, .04, .05), "holm")
// [1] 0.05 0.08 0.09 0.09 0.09
func TestHolmAgreesWithR(t *testing.T) {
	got, err := Holm([]float64{.05, .01, .03, .02, .04})
	want := []float64{.09, .05, .09, .08, .09}
	for i := range want {
		if err != nil || !near(got[i], want[i], 12) {
			t.Errorf("p %d: %g, %v; R says %g", i, got[i], err, want[i])
		}
	}
}

func TestWhatCannotBeTestedIsAnError(t *testing.T) {
	two := []Observation{{"P1", "a", 1}, {"P1", "b", 1}, {"P2", "a", 3}, {"P2", "b", 3}}
	nan := []Observation{{"P1", "a", math.NaN()}, {"P1", "b", 1}}
	twice := append(slices.Clone(two), Observation{"P2", "b", 4})
	ab := []string{"a", "b"}
	second := func(_ any, err error) error { return err }
	pairs, err := Pairs(two, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ got, want error }{
		"nobody has both":                     {second(Pairs(two, "a", "c")), ErrTooFew},
		"a condition with itself":             {second(Pairs(two, "a", "a")), ErrRepeated},
		"two values in one condition":         {second(Pairs(twice, "a", "b")), ErrRepeated},
		"friedman where all is equal":         {second(Friedman(two, ab)), ErrAllEqual},
		"friedman of one condition":           {second(Friedman(two, ab[:1])), ErrTooFew},
		"friedman with NaN":                   {second(Friedman(nan, ab)), ErrNotFinite},
		"signed rank of nothing":              {second(SignedRank(Paired{}, DropZeros)), ErrTooFew},
		"signed rank by no rule":              {second(SignedRank(pairs, "")), ErrOutOfScale},
		"equal differences have no t":         {second(PairedDifference(pairs)), ErrAllEqual},
		"no bound of equivalence":             {second(Equivalent(pairs, 0)), ErrOutOfScale},
		"no bound of equivalence by ranks":    {second(EquivalentRanks(pairs, -1, RankZeros)), ErrOutOfScale},
		"equivalence by no rule":              {second(EquivalentRanks(pairs, 1, "")), ErrOutOfScale},
		"mcnemar of ratings":                  {second(McNemar(pairs)), ErrOutOfScale},
		"cochran of ratings":                  {second(CochranQ(two, ab)), ErrOutOfScale},
		"cochran where all is equal":          {second(CochranQ(two[:2], ab)), ErrAllEqual},
		"one person in two groups":            {second(MannWhitney(two, "a", "b")), ErrRepeated},
		"an empty group":                      {second(MannWhitney(two, "a", "c")), ErrTooFew},
		"a p-value above 1":                   {second(Holm([]float64{1.5})), ErrOutOfScale},
		"survival of nobody":                  {second(KaplanMeier(nil)), ErrTooFew},
		"a duration of 0":                     {second(KaplanMeier([]Duration{{"P1", 0, false}})), ErrOutOfScale},
		"two durations of one person":         {second(KaplanMeier([]Duration{{"P1", 1, false}, {"P1", 2, false}})), ErrRepeated},
		"bootstrap of four equal answers":     {second(BootstrapMean([]float64{7, 7, 7, 7}, Resampling{})), ErrAllEqual},
		"bootstrap of two":                    {second(BootstrapMean([]float64{1, 2}, Resampling{})), ErrTooFew},
		"bootstrap by an unknown method":      {second(BootstrapMean(mpg, Resampling{Method: "t"})), ErrOutOfScale},
		"bootstrap of a statistic that fails": {second(Bootstrap(3, func([]int) float64 { return math.NaN() }, Resampling{})), ErrNotFinite},
	} {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: err %v, want %v", name, tc.got, tc.want)
		}
	}
}

func TestZerosAloneAreNoDifference(t *testing.T) {
	for _, rule := range []ZeroRule{DropZeros, RankZeros} {
		got, err := SignedRank(Paired{Differences: make([]float64, 8)}, rule)
		if err != nil || got.P != 1 || got.Zeros != 8 || got.Z != 0 || got.RankBiserial != 0 || got.Shift.Estimate != 0 {
			t.Errorf("%s: %+v, %v; want p 1", rule, got, err)
		}
	}
}

// In a family the number of tests must not depend on what the data allow.
func TestAPairWithoutDataStaysInItsFamily(t *testing.T) {
	obs := slices.DeleteFunc(observed(t, "workload"), func(o Observation) bool { return o.Condition == "vnc/far" })
	got, err := SignedRankPairs(obs, reference.Conditions, DropZeros)
	if err != nil || len(got) != 6 {
		t.Fatalf("%d pairs, %v; want 6", len(got), err)
	}
	for _, c := range got {
		if lost := strings.Contains(c.A+c.B, "vnc/far"); lost != errors.Is(c.Err, ErrTooFew) || c.Family != 6 {
			t.Errorf("%s and %s: err %v, family %d", c.A, c.B, c.Err, c.Family)
		}
	}
}

// Differences of decimals are not what they should be in binary: 0.3-0.2 is less than 0.2-0.1.
func TestEqualDifferencesOfDecimalsAreTies(t *testing.T) {
	var obs []Observation
	for i, ab := range [][2]float64{{0.3, 0.2}, {0.2, 0.1}, {0.7, 0.6}, {0.5, 0.6}} {
		obs = append(obs, Observation{string(rune('a' + i)), "a", ab[0]}, Observation{string(rune('a' + i)), "b", ab[1]})
	}
	p, err := Pairs(obs, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := SignedRank(p, DropZeros); err != nil || got.Ties != 3 || got.V != 7.5 {
		t.Errorf("%+v, %v; want 3 ties and V 7.5", got, err)
	}
}

// What is rounded reads as it would be written: a difference of two is 2 and not 1.9999999999999998.
func TestDifferencesOfWholeNumbersAreWhole(t *testing.T) {
	for _, size := range []float64{1, 7, 100, 65536, 1e12, 3e15} {
		p, err := Pairs([]Observation{{"P1", "a", size + 3}, {"P1", "b", size}, {"P2", "a", 0.7}, {"P2", "b", 0.6}}, "a", "b")
		if err != nil || size < 1e12 && p.Differences[0] != 3 || size < 1e9 && !near(p.Differences[1], 0.1, 2) || size == 1 && p.Differences[1] != 0.1 {
			t.Errorf("%g and 3 more: differences %v, %v", size, p.Differences, err)
		}
	}
}

func TestReducedBringsRepeatedValuesToOne(t *testing.T) {
	got := Reduced([]Observation{{"P1", "a", 1}, {"P1", "b", 5}, {"P1", "a", 4}, {"P1", "a", 100}}, Median)
	if want := []Observation{{"P1", "a", 4}, {"P1", "b", 5}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
