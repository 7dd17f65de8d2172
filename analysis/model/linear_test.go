package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"vmstudy/internal/reference"
	"vmstudy/study"
)

var (
	method  = Factor{"method", []string{"stream", "vnc"}}
	network = Factor{"network", []string{"near", "far"}}
	both    = []Factor{method, network}
)

// rowsOf returns one variable of the reference study.
func rowsOf(t testing.TB, variable string) []Row {
	t.Helper()
	var rows []Row
	for _, r := range reference.Data(t) {
		rows = append(rows, Row{Participant: r.Participant, Levels: []string{r.Method, r.Network}, Value: r.Values[variable]})
	}
	return rows
}

// changed returns rows with other values.
func changed(rows []Row, value func(Row) float64) []Row {
	rows = slices.Clone(rows)
	for i, r := range rows {
		rows[i].Value = value(r)
	}
	return rows
}

// withGaps leaves out what reference.R leaves out under the name "gaps".
func withGaps(rows []Row) []Row {
	var left []Row
	for i, r := range rows {
		if !slices.Contains([]int{2, 7, 8, 21, 40}, i+1) {
			left = append(left, r)
		}
	}
	return left
}

// asOneFactor makes one factor of method and network.
func asOneFactor(rows []Row) ([]Row, Spec) {
	rows = slices.Clone(rows)
	for i, r := range rows {
		rows[i].Levels = []string{r.Levels[0] + "/" + r.Levels[1]}
	}
	return rows, Spec{Factors: []Factor{{"condition", reference.Conditions}}}
}

func checkCoefficient(t *testing.T, r reference.R, name string, c Coefficient, tolerance float64, what ...string) {
	t.Helper()
	all := map[string]float64{"estimate": c.Estimate, "SE": c.SE, "df": c.DF, "t": c.T, "p": c.P, "low": c.Interval.Low, "high": c.Interval.High}
	for _, w := range what {
		r.Check(t, name+" "+w, all[w], tolerance)
	}
}

// lme4 stops where its optimiser sees no more gain, so that six digits or more agree; of balanced data eight.
func TestLinearAgreesWithLmerTest(t *testing.T) {
	r := reference.Said(t)
	for v, rows := range map[string][]Row{
		"workload": rowsOf(t, "workload"),
		"log":      changed(rowsOf(t, "response_ms"), func(r Row) float64 { return math.Log(r.Value) }),
		"gaps":     withGaps(rowsOf(t, "workload")),
	} {
		m, err := FitLinear(rows, Spec{Factors: both})
		if err != nil {
			t.Fatal(err)
		}
		if m.N != 12 || m.Rows != len(rows) || m.Singular {
			t.Errorf("%s: N %d, %d rows, singular %v", v, m.N, m.Rows, m.Singular)
		}
		const digits = 1e-6
		for i, c := range m.Coefficients {
			checkCoefficient(t, r, fmt.Sprintf("lmm %s coefficient %d", v, i+1), c, digits, "estimate", "SE", "df", "t", "p")
		}
		for i, e := range m.Effects {
			name := fmt.Sprintf("lmm %s effect %d ", v, i+1)
			r.Check(t, name+"df2", e.DF2, digits)
			r.Check(t, name+"F", e.F, digits)
			r.Check(t, name+"p", e.P, digits)
		}
		r.Check(t, "lmm "+v+" participant", m.Participant, digits)
		r.Check(t, "lmm "+v+" residual", m.Residual, digits)
		r.Check(t, "lmm "+v+" criterion", m.Criterion, 1e-9)
		for i, n := range network.Levels {
			c, err := m.Contrast(At{"method": "vnc", "network": n}, At{"method": "stream", "network": n})
			if err != nil {
				t.Fatal(err)
			}
			checkCoefficient(t, r, fmt.Sprintf("lmm %s contrast %d", v, i+1), c.Coefficient, digits, "estimate", "SE", "df", "low", "high", "p")
		}
		c, err := m.Contrast(At{"method": "vnc"}, At{"method": "stream"})
		if err != nil {
			t.Fatal(err)
		}
		checkCoefficient(t, r, "lmm "+v+" method", c.Coefficient, digits, "estimate", "SE")
	}
}

// Balanced data have a closed form of REML by the mean squares of people and of the residuals, P and R: (P - R)/4 and R, here 74.97474747 and
// 53.50252525 (R, mean squares by hand).
func TestLinearIsTheClosedFormOfBalancedData(t *testing.T) {
	m, err := FitLinear(rowsOf(t, "workload"), Spec{Factors: both})
	if err != nil || math.Abs(m.Participant-74.9747474747) > 1e-9 || math.Abs(m.Residual-53.5025252525) > 1e-9 || math.Abs(m.Coefficients[1].DF-33) > 1e-9 {
		t.Errorf("variances %.12g and %.12g, df %.12g, %v; want 74.9747474747 and 53.5025252525, 33", m.Participant, m.Residual, m.Coefficients[1].DF, err)
	}
}

func TestLinearWithSeveralDegreesOfFreedomAndCovariates(t *testing.T) {
	r := reference.Said(t)
	rows, spec := asOneFactor(withGaps(rowsOf(t, "workload")))
	m, err := FitLinear(rows, spec)
	if err != nil {
		t.Fatal(err)
	}
	r.Check(t, "lmm four df2", m.Effects[0].DF2, 1e-5)
	r.Check(t, "lmm four F", m.Effects[0].F, 1e-6)
	r.Check(t, "lmm four p", m.Effects[0].P, 1e-6)

	rows = rowsOf(t, "workload")
	for i, of := range rowsOf(t, "response_ms") {
		rows[i].Levels, rows[i].Covariates = rows[i].Levels[:1], []float64{math.Log2(of.Value)}
	}
	m, err = FitLinear(rows, Spec{Factors: both[:1], Covariates: []string{"doublings"}, Terms: []Term{{"doublings"}, {"method"}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range m.Coefficients {
		checkCoefficient(t, r, fmt.Sprintf("lmm covariate %d", i+1), c, 1e-5, "estimate", "SE", "df")
	}
	low, err := m.Mean(At{"method": "vnc"}, 5)
	high, err2 := m.Mean(At{"method": "vnc"}, 6)
	if err != nil || err2 != nil || math.Abs(high.Estimate-low.Estimate-m.Coefficients[1].Estimate) > 1e-9 {
		t.Errorf("a doubling changes %g to %g (%v, %v), want by %g", low.Estimate, high.Estimate, err, err2, m.Coefficients[1].Estimate)
	}
}

func TestPeopleWhoDoNotDifferMakeASingularFit(t *testing.T) {
	r := reference.Said(t)
	means := map[string]float64{}
	for _, row := range rowsOf(t, "workload") {
		means[row.Participant] += row.Value / 4
	}
	m, err := FitLinear(changed(rowsOf(t, "workload"), func(r Row) float64 { return r.Value - means[r.Participant] }), Spec{Factors: both})
	if err != nil || !m.Singular || m.Participant != 0 {
		t.Fatalf("%+v, %v; want a singular fit", m, err)
	}
	checkCoefficient(t, r, "lmm singular", m.Coefficients[1], 1e-6, "estimate", "SE", "df")
}

func TestRepeatedAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	for v, rows := range map[string][]Row{"workload": rowsOf(t, "workload"), "log": changed(rowsOf(t, "response_ms"), func(r Row) float64 { return math.Log(r.Value) })} {
		got, err := Repeated(rows, both)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range got.Effects {
			name := fmt.Sprintf("rm %s %d ", v, i+1)
			r.Check(t, name+"squares", e.Squares, 1e-10)
			r.Check(t, name+"error", e.Error, 1e-10)
			r.Check(t, name+"F", e.F, 1e-10)
			r.Check(t, name+"p", e.P, 1e-10)
			if e.Epsilon != 1 || e.PGG != e.P {
				t.Errorf("%s: epsilon %g of two levels", name, e.Epsilon)
			}
		}
		// R: pf((error/11)/(error of the interaction/11), 11, 11, lower.tail = FALSE)
		r.Check(t, "rm "+v+" taste", got.Effects[0].Taste, 1e-10)
		if got.Effects[2].Taste != 1 {
			t.Errorf("%s: taste of the interaction %g, want 1", v, got.Effects[2].Taste)
		}
		four, spec := asOneFactor(rows)
		got, err = Repeated(four, spec.Factors)
		if err != nil {
			t.Fatal(err)
		}
		e := got.Effects[0]
		for what, x := range map[string]float64{"F": e.F, "p": e.P, "PGG": e.PGG, "PHF": e.PHF} {
			r.Check(t, "rm "+v+" four "+what, x, 1e-10)
		}
	}
}

func TestARTAgreesWithR(t *testing.T) {
	r := reference.Said(t)
	for _, v := range []string{"rating", "workload"} {
		got, err := ART(rowsOf(t, v), both)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range got.Effects {
			name := fmt.Sprintf("art %s %d ", v, i+1)
			for what, x := range map[string]float64{"F": e.F, "df2": e.DF2, "p": e.P, "others": e.Others, "F repeated": e.Repeated.F, "p repeated": e.Repeated.P} {
				r.Check(t, name+what, x, 1e-5)
			}
			if math.Abs(e.Remainder) > 1e-9 {
				t.Errorf("%s: aligned values sum to %g, want 0", name, e.Remainder)
			}
		}
		pairs, err := ARTContrasts(rowsOf(t, v), both, Term{"method", "network"})
		if err != nil || len(pairs) != 6 {
			t.Fatalf("%d pairs, %v; want 6", len(pairs), err)
		}
		for _, c := range pairs {
			name := "artc " + v + " " + c.A["method/network"] + " " + c.B["method/network"]
			checkCoefficient(t, r, name, c.Coefficient, 1e-5, "estimate", "SE", "df", "p")
			r.Check(t, name+" holm", c.Corrected, 1e-5)
		}
		one, err := ARTContrasts(rowsOf(t, v), both, Term{"method"})
		if err != nil || len(one) != 1 {
			t.Fatalf("%d pairs, %v; want one", len(one), err)
		}
		checkCoefficient(t, r, "artc "+v+" "+one[0].A["method"]+" "+one[0].B["method"], one[0].Coefficient, 1e-5, "estimate", "SE", "p")
	}
}

// First six ranks, as R gives them: rank(round(aligned, 10)).
func TestAlignedRanksAreThoseOfR(t *testing.T) {
	tab, err := newTable(rowsOf(t, "rating"), both)
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string][]float64{"method": {40, 25.5, 32.5, 6.5, 46.5, 48}, "network": {39, 19.5, 41.5, 3.5, 44.5, 43}} {
		average := tab.average()
		ranks, _ := tab.ranked(tab.align(tab.effect(average, tab.set(Term{term})), average))
		if got := slices.Concat(ranks...)[:6]; !slices.Equal(got, want) {
			t.Errorf("%s: ranks %v, want %v", term, got, want)
		}
	}
}

func TestWhoLacksACellIsDroppedFromART(t *testing.T) {
	got, err := ART(slices.Delete(rowsOf(t, "rating"), 1, 2), both)
	if err != nil || got.N != 11 || len(got.Dropped) != 1 || got.Dropped[0].Why != "no value with method stream and network far" {
		t.Errorf("%+v, %v; want P01 dropped, with why", got.Used, err)
	}
}

func TestWhatNoModelCanTellIsRefusedWithASentence(t *testing.T) {
	rows := rowsOf(t, "workload")
	without := func(out func(Row) bool) []Row { return slices.DeleteFunc(slices.Clone(rows), out) }
	full := Spec{Factors: both}
	same := slices.Clone(rows)
	for i := range same {
		same[i].Covariates = []float64{float64(slices.Index(method.Levels, same[i].Levels[0]))}
	}
	for name, tc := range map[string]struct {
		rows []Row
		spec Spec
		say  string // what the sentence must contain
	}{
		"two people":                        {without(func(r Row) bool { return r.Participant > "P02" }), full, "values of 2 participants"},
		"nobody":                            {nil, full, "0 participants"},
		"one value each":                    {without(func(r Row) bool { return r.Levels[0] != "vnc" || r.Levels[1] != "far" }), Spec{Factors: both}, "one value only"},
		"a baseline":                        {without(func(r Row) bool { return r.Levels[0] == "vnc" && r.Levels[1] == "far" }), full, "no value with method vnc and network far"},
		"an unused level":                   {rows, Spec{Factors: []Factor{method, {"network", []string{"near", "far", "moon"}}}}, "no value with network moon"},
		"an unknown level":                  {rows, Spec{Factors: []Factor{method, {"network", []string{"near", "moon"}}}}, `level "far"`},
		"one level":                         {rows, Spec{Factors: []Factor{method, {"network", []string{"near"}}}}, "one level only"},
		"an unknown term":                   {rows, Spec{Factors: both, Terms: []Term{{"task"}}}, "by task"},
		"the same twice":                    {rows, Spec{Factors: both, Terms: []Term{{"method", "network"}, {"network", "method"}}}, "twice"},
		"a covariate too many":              {same, Spec{Factors: both, Covariates: []string{"copy"}}, "cannot be told apart"},
		"a value that is none":              {changed(rows, func(Row) float64 { return math.NaN() }), full, "not a number"},
		"equal values":                      {changed(rows, func(Row) float64 { return 7 }), full, "nothing is left"},
		"people and conditions explain all": {changed(rows, func(r Row) float64 { return float64(r.Participant[2]) + float64(len(r.Levels[0])) }), full, "nothing is left"},
	} {
		_, err := FitLinear(tc.rows, tc.spec)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), tc.say) {
			t.Errorf("%s: err %v, want a refusal that says %q", name, err, tc.say)
		}
	}
	if _, err := ART(append(rows, rows[0]), both); !strings.Contains(study.Sentence(err), "two values") {
		t.Errorf("two values in a cell: err %v", err)
	}
	if _, err := ARTContrasts(rows, both, Term{"task"}); study.Sentence(err) == "" {
		t.Errorf("contrasts of an unknown factor: err %v", err)
	}
	m, err := FitLinear(rows, full)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []At{{"task": "x"}, {"method": "x"}, {"method": "vnc"}} {
		if _, err := m.Contrast(at, At{"method": "vnc"}); study.Sentence(err) == "" {
			t.Errorf("contrast of %v with vnc: err %v, want a sentence", at, err)
		}
	}
}
