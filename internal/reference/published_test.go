package reference

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os/exec"
	"slices"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/studytest"
)

// TestModelsAgreeWithROnPublishedData fits lme4's sleepstudy (Belenky et al. 2003) with a random intercept and ordinal's wine (Randall 1989).
func TestModelsAgreeWithROnPublishedData(t *testing.T) {
	studytest.Need(t, "r")
	data, said := published(t)

	var sleep []model.Row
	for _, line := range data["sleepstudy"] {
		sleep = append(sleep, model.Row{Participant: line[0], Value: number(t, line[1]), Covariates: []float64{number(t, line[2])}})
	}
	linear, err := model.FitLinear(sleep, model.Spec{Covariates: []string{"days"}})
	if err != nil || linear.N != 18 {
		t.Fatalf("%+v, %v; want 18 people", linear, err)
	}
	for i, c := range linear.Coefficients {
		for name, x := range map[string]float64{"estimate": c.Estimate, "SE": c.SE, "df": c.DF, "t": c.T, "p": c.P} {
			said.Check(t, fmt.Sprintf("sleepstudy %d %s", i+1, name), x, 1e-6)
		}
	}
	said.Check(t, "sleepstudy participant", linear.Participant, 1e-6)
	said.Check(t, "sleepstudy residual", linear.Residual, 1e-6)
	said.Check(t, "sleepstudy criterion", linear.Criterion, 1e-9)

	var wine []model.Row
	for _, line := range data["wine"] {
		wine = append(wine, model.Row{Participant: line[0], Value: number(t, line[1]), Levels: line[2:4]})
	}
	factors := []model.Factor{{Name: "temp", Levels: []string{"cold", "warm"}}, {Name: "contact", Levels: []string{"no", "yes"}}}
	for _, points := range []int{model.Laplace, model.Quadrature} {
		m, err := model.FitOrdinal(wine, model.Spec{Factors: factors, Terms: model.Main(factors)}, points)
		if err != nil || m.N != 9 {
			t.Fatalf("%+v, %v; want 9 people", m, err)
		}
		key := fmt.Sprintf("wine %d ", points)
		for i, c := range slices.Concat(m.Thresholds, m.Coefficients) {
			said.Check(t, fmt.Sprintf("%s%d estimate", key, i+1), c.Estimate, 1e-4)
			said.Check(t, fmt.Sprintf("%s%d SE", key, i+1), c.SE, 1e-4)
		}
		said.Check(t, key+"variance", m.Participant, 1e-4)
		said.Check(t, key+"loglik", m.LogLik, 1e-6)
	}
}

// published runs published.R.
func published(t *testing.T) (data map[string][][]string, said R) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "Rscript", "--vanilla", "published.R").Output()
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(out))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	data, said = map[string][][]string{}, R{}
	for _, line := range lines {
		if line[0] == "data" {
			data[line[1]] = append(data[line[1]], line[2:])
		} else {
			said[line[1]] = number(t, line[2])
		}
	}
	return data, said
}
