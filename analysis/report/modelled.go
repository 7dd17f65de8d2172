package report

import (
	"slices"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// modelled are the rows of a model: those of conditions with a network, with the levels of each factor that varies among them.
func (t *tested) modelled() (rows []model.Row, s model.Spec) {
	var conditions []study.Condition
	for _, c := range t.data.Design.Conditions() {
		if c.Method.Networked() {
			conditions = append(conditions, c)
		}
	}
	varies := varying(conditions)
	var at []int
	for i, v := range varies {
		if !v {
			continue
		}
		f := model.Factor{Name: modelName(t.data.Design, i)}
		for _, c := range conditions {
			if l := c.Names()[i]; !slices.Contains(f.Levels, l) {
				f.Levels = append(f.Levels, l)
			}
		}
		at, s.Factors = append(at, i), append(s.Factors, f)
	}
	for _, x := range t.data.Trials {
		if v, has := t.outcome.of(x); has && x.Condition.Method.Networked() {
			names := x.Condition.Names()
			r := model.Row{Participant: x.Participant, Value: v}
			for _, i := range at {
				r.Levels = append(r.Levels, names[i])
			}
			rows = append(rows, r)
		}
	}
	return rows, s
}

func modelName(d study.Design, at int) string {
	if at == accessAt {
		return "method"
	}
	return factorName(d, at)
}
