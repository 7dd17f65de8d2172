package model

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"vmstudy/analysis/stat"
	"vmstudy/internal/reference"
	"vmstudy/study"
)

// grouped has the first six people in group a, the others in b.
func grouped(rows []Row) ([]Row, []Factor) {
	rows = slices.Clone(rows)
	for i, r := range rows {
		group := "a"
		if r.Participant > "P06" {
			group = "b"
		}
		rows[i].Levels = []string{group, r.Levels[0]}
	}
	return rows, []Factor{{"group", []string{"a", "b"}}, method}
}

// A factor between people is judged by people, so it has their degrees of freedom: 10 of 12.
func TestGroupsAgreeWithR(t *testing.T) {
	r := reference.Said(t)
	rows, factors := grouped(rowsOf(t, "workload"))
	m, err := FitLinear(rows, Spec{Factors: factors})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range m.Effects {
		name := fmt.Sprintf("groups lmm %d ", i+1)
		r.Check(t, name+"df2", e.DF2, 1e-6)
		r.Check(t, name+"F", e.F, 1e-6)
		r.Check(t, name+"p", e.P, 1e-6)
	}
	c, err := m.Contrast(At{"group": "b"}, At{"group": "a"})
	if err != nil {
		t.Fatal(err)
	}
	checkCoefficient(t, r, "groups lmm contrast", c.Coefficient, 1e-6, "estimate", "SE", "df")

	rows, _ = grouped(rowsOf(t, "rating"))
	o, err := FitOrdinal(rows, Spec{Factors: factors, Terms: Main(factors)}, Laplace)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range o.Coefficients {
		checkCoefficient(t, r, fmt.Sprintf("groups clmm %d", i+1), c, 1e-4, "estimate", "SE")
	}
}

// tripped has the round trip, in doublings, as a covariate: 1 near and 5 far.
func tripped(rows []Row, lighter float64) ([]Row, Spec) {
	rows = slices.Clone(rows)
	for i, r := range rows {
		trip := 1.0
		if r.Levels[1] == "far" {
			trip = 5
		}
		if r.Levels[0] == "vnc" {
			rows[i].Value -= lighter
		}
		rows[i].Levels, rows[i].Covariates = r.Levels[:1], []float64{trip}
	}
	return rows, Spec{Factors: both[:1], Covariates: []string{"trip"}, Terms: []Term{{"method"}, {"trip"}, {"method", "trip"}}}
}

func TestCrossingAgreesWithFiellersTheoremInR(t *testing.T) {
	r := reference.Said(t)
	vnc, stream := At{"method": "vnc"}, At{"method": "stream"}
	rows, spec := tripped(rowsOf(t, "workload"), 8)
	m, err := FitLinear(rows, spec)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.Crossing(vnc, stream, "trip")
	if err != nil {
		t.Fatal(err)
	}
	r.Check(t, "crossing lmm where", c.Where, 1e-6)
	r.Check(t, "crossing lmm low", c.Interval.Low, 1e-5)
	r.Check(t, "crossing lmm high", c.Interval.High, 1e-5)
	here, err := m.Contrast(vnc, stream, c.Where)
	if err != nil || math.Abs(here.Estimate) > 1e-9 || !(c.Slope > 0) {
		t.Errorf("at the crossing the difference is %g, %v, with slope %g; want 0, growing", here.Estimate, err, c.Slope)
	}
	back, err := m.Crossing(stream, vnc, "trip")
	if err != nil || math.Abs(back.Where-c.Where) > 1e-9 || math.Abs(back.Slope+c.Slope) > 1e-9 {
		t.Errorf("the other way round: %+v, %v; want the same place and the opposite slope", back, err)
	}
}

func TestNoCrossingWhereTheDataCarryNone(t *testing.T) {
	vnc, stream := At{"method": "vnc"}, At{"method": "stream"}
	says := func(what string, err error, say string) {
		t.Helper()
		if !strings.Contains(study.Sentence(err), say) {
			t.Errorf("%s: err %v, want a sentence with %q", what, err, say)
		}
	}
	rows, spec := tripped(rowsOf(t, "workload"), 0)
	m, err := FitLinear(rows, spec)
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Crossing(vnc, stream, "trip")
	says("beyond what was tried", err, "was not tried: it went from 1 to 5")
	_, err = m.Crossing(vnc, stream, "depth")
	says("an unknown covariate", err, "no covariate depth")
	m, err = FitLinear(rows, Spec{Factors: spec.Factors, Covariates: spec.Covariates})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Crossing(vnc, stream, "trip")
	says("no interaction", err, "needs their interaction")

	rows, spec = tripped(rowsOf(t, "rating"), 0)
	o, err := FitOrdinal(rows, spec, Laplace)
	if err != nil {
		t.Fatal(err)
	}
	r := reference.Said(t) // where Fieller's quadratic opens downwards
	if !(r["crossing clmm quadratic 1"] < 0) {
		t.Fatal("R says that there is a crossing")
	}
	r.Check(t, "crossing slope", o.Coefficients[2].Estimate, 1e-4)
	_, err = o.Crossing(vnc, stream, "trip")
	says("an unsure slope", err, "does not clearly change")
}

func TestRowsOfObservations(t *testing.T) {
	got := Rows([]stat.Observation{{Participant: "P1", Condition: "vnc/3G", Value: 4}, {Participant: "P1", Condition: "local", Value: 7}}, map[string][]string{"vnc/3G": {"vnc", "3G"}})
	if len(got) != 1 || got[0].Participant != "P1" || !slices.Equal(got[0].Levels, []string{"vnc", "3G"}) || got[0].Value != 4 {
		t.Errorf("%+v, want the one of vnc/3G", got)
	}
}
