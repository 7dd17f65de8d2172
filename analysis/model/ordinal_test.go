package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vmstudy/internal/reference"
	"vmstudy/study"
)

// clmm stops where its optimiser sees no more gain: fits that were written without it differ by up to 3e-5, so four digits are compared.
func TestOrdinalAgreesWithClmm(t *testing.T) {
	r := reference.Said(t)
	rows := rowsOf(t, "rating")
	for _, points := range []int{Laplace, Quadrature} {
		for name, spec := range map[string]Spec{"full": {Factors: both}, "add": {Factors: both, Terms: Main(both)}} {
			m, err := FitOrdinal(rows, spec, points)
			if err != nil {
				t.Fatal(err)
			}
			key := fmt.Sprintf("clmm %d %s", points, name)
			for i, c := range slices.Concat(m.Thresholds, m.Coefficients) {
				checkCoefficient(t, r, fmt.Sprintf("%s %d", key, i+1), c, 1e-4, "estimate", "SE")
			}
			r.Check(t, key+" variance", m.Participant, 1e-4)
			r.Check(t, key+" loglik", m.LogLik, 1e-6)
			if m.N != 12 || m.Rows != 48 || m.Singular || len(m.Thresholds) != 6 || m.Thresholds[0].Name != "1|2" {
				t.Errorf("%+v: want 12 people, 48 rows and 6 thresholds", m)
			}
		}
		tests, err := OrdinalEffects(rows, Spec{Factors: both}, points)
		if err != nil {
			t.Fatal(err)
		}
		for _, lr := range tests {
			name := fmt.Sprintf("clmm %d %s ", points, lr.Term)
			r.Check(t, name+"LR", lr.Chi2, 1e-4)
			r.Check(t, name+"p", lr.P, 1e-4)
		}
	}
}

// Fits of ../../internal/reference's data that were written by hand in R, without a package: the same Laplace
// approximation, and the integral by 801 points, to which quadrature comes near.
func TestOrdinalAgreesWithFitsByHand(t *testing.T) {
	rows := rowsOf(t, "rating")
	for points, want := range map[int][]float64{
		Laplace:    {-4.615778332, -3.533211158, -2.118302412, -0.2082194528, 0.6941729667, 1.695581525, -0.3511647703, -1.014322587, -2.085054177, 1.756429782, -78.26211267},
		Quadrature: {-4.625653563, -3.540246155, -2.12160778, -0.2067798699, 0.6957740342, 1.698226034, -0.3482571982, -1.013452257, -2.090773505, 1.818472877, -78.15002956},
		25:         {-4.625653563, -3.540246155, -2.12160778, -0.2067798699, 0.6957740342, 1.698226034, -0.3482571982, -1.013452257, -2.090773505, 1.818472877, -78.15002956},
	} {
		m, err := FitOrdinal(rows, Spec{Factors: both}, points)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, c := range slices.Concat(m.Thresholds, m.Coefficients) {
			got = append(got, c.Estimate)
		}
		got = append(got, m.Participant, m.LogLik)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 3e-5 {
				t.Errorf("%d points, number %d: %.9g, by hand %.9g", points, i, got[i], want[i])
			}
		}
	}
}

func TestOrdinalContrastsAgreeWithEmmeans(t *testing.T) {
	r := reference.Said(t)
	m, err := FitOrdinal(rowsOf(t, "rating"), Spec{Factors: both}, Laplace)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range network.Levels {
		c, err := m.Contrast(At{"method": "vnc", "network": n}, At{"method": "stream", "network": n})
		if err != nil {
			t.Fatal(err)
		}
		checkCoefficient(t, r, fmt.Sprintf("clmm contrast %d", i+1), c.Coefficient, 1e-4, "estimate", "SE", "p", "low", "high")
		if i == 1 && math.Abs(c.Ratio().Estimate-0.08749065788) > 1e-5 {
			t.Errorf("odds ratio %g, R says 0.08749065788", c.Ratio().Estimate)
		}
	}
	rows := rowsOf(t, "rating")
	for i, of := range rowsOf(t, "response_ms") {
		rows[i].Levels, rows[i].Covariates = nil, []float64{math.Log2(of.Value)}
	}
	m, err = FitOrdinal(rows, Spec{Covariates: []string{"doubling"}}, Laplace)
	if err != nil {
		t.Fatal(err)
	}
	checkCoefficient(t, r, "clmm doubling", m.Coefficients[0], 1e-4, "estimate", "SE")
	r.Check(t, "clmm doubling loglik", m.LogLik, 1e-6)
}

func TestLogisticAgreesWithGlmer(t *testing.T) {
	r := reference.Said(t)
	for _, points := range []int{Laplace, 25} {
		m, err := FitLogistic(rowsOf(t, "completed"), Spec{Factors: both, Terms: Main(both)}, points)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range m.Coefficients {
			checkCoefficient(t, r, fmt.Sprintf("glmm %d %d", points, i+1), c, 1e-4, "estimate", "SE", "p")
		}
		r.Check(t, fmt.Sprintf("glmm %d variance", points), m.Participant, 1e-4)
		r.Check(t, fmt.Sprintf("glmm %d loglik", points), m.LogLik, 1e-6)
		share, err := m.Share(At{"method": "stream", "network": "near"})
		if want := logistic(m.Coefficients[0].Estimate); err != nil || math.Abs(share.Estimate-want) > 1e-12 {
			t.Errorf("share %+v, %v; want %g", share, err, want)
		}
	}
}

// The derivatives that the search follows are those of the likelihood.
func TestDerivativesAreThoseOfTheLikelihood(t *testing.T) {
	f, err := newFrame(rowsOf(t, "rating"), Spec{Factors: both}, treatment)
	if err != nil {
		t.Fatal(err)
	}
	var category []int
	for _, y := range f.y {
		category = append(category, int(y)-1)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, points := range []int{1, 2, 5, 10} {
		c := newCumulative(f, category, 6, points)
		for range 20 {
			psi := c.start()
			for j := range psi {
				psi[j] += rng.NormFloat64() * 0.1
			}
			g, none := make([]float64, len(psi)), make([]float64, len(psi))
			c.logLik(psi, g)
			for j := range psi {
				const step = 1e-5
				up, down := slices.Clone(psi), slices.Clone(psi)
				up[j] += step
				down[j] -= step
				want := (c.logLik(up, none) - c.logLik(down, none)) / (2 * step)
				if math.Abs(g[j]-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("%d points, parameter %d: %.9g, by differences %.9g", points, j, g[j], want)
				}
			}
		}
	}
}

func TestPeopleWhoRateAlikeMakeASingularOrdinalFit(t *testing.T) {
	var rows []Row
	for i := range 12 {
		for j := range 4 {
			// Everybody gives each rating once: people differ less than chance would make them.
			rows = append(rows, Row{Participant: fmt.Sprint("P", i), Levels: []string{method.Levels[(i+j)/2%2]}, Value: float64(1 + j)})
		}
	}
	for _, points := range []int{Laplace, Quadrature} {
		m, err := FitOrdinal(rows, Spec{Factors: both[:1]}, points)
		if err != nil || !m.Singular || m.Participant != 0 || !(m.Coefficients[0].SE > 0.3 && m.Coefficients[0].SE < 1) {
			t.Errorf("%d points: %+v, %v; want a singular fit", points, m, err)
		}
	}
}

func TestWhatNoOrdinalModelCanTellIsRefusedWithASentence(t *testing.T) {
	rows := rowsOf(t, "rating")
	far := func(r Row) bool { return r.Levels[0] == "vnc" && r.Levels[1] == "far" }
	pick := func(yes, no float64) func(Row) float64 {
		return func(r Row) float64 {
			if far(r) {
				return yes
			}
			return no
		}
	}
	steps := slices.Clone(rows)
	for i := range steps { // a covariate that says without error who rates how
		steps[i].Levels, steps[i].Covariates, steps[i].Value = nil, []float64{float64(i)}, 1+float64(i/24)
	}
	for name, tc := range map[string]struct {
		rows []Row
		spec Spec
		say  string
	}{
		"one rating":              {changed(rows, func(Row) float64 { return 4 }), Spec{Factors: both}, "All 48 values are 4"},
		"all lowest":              {changed(rows, func(r Row) float64 { return map[bool]float64{true: 1, false: r.Value}[far(r)] }), Spec{Factors: both}, "With method vnc and network far all 12 values are 1, the lowest"},
		"all highest":             {changed(rows, pick(2, 1)), Spec{Factors: both}, "separation"},
		"a baseline":              {slices.DeleteFunc(slices.Clone(rows), far), Spec{Factors: both}, "no value with method vnc and network far"},
		"a perfect forecast":      {steps, Spec{Covariates: []string{"x"}}, "separation"},
		"times":                   {changed(rowsOf(t, "response_ms"), func(r Row) float64 { return r.Value }), Spec{Factors: both}, "too many for ratings"},
		"people who never change": {changed(rows, func(r Row) float64 { return float64(r.Participant[2] % 2) }), Spec{Factors: both}, "model"},
	} {
		_, err := FitOrdinal(tc.rows, tc.spec, Laplace)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), tc.say) {
			t.Errorf("%s: err %v, want a refusal that says %q", name, err, tc.say)
		}
	}
	if _, err := FitLogistic(rows, Spec{Factors: both}, Laplace); !strings.Contains(study.Sentence(err), "what happened is 1") {
		t.Errorf("a logistic model of ratings: err %v", err)
	}
	if _, err := FitOrdinal(rows, Spec{Factors: both}, 0); study.Sentence(err) == "" {
		t.Errorf("no points: err %v", err)
	}
}
