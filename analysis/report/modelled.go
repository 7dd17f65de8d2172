package report

import (
	"slices"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// modelled are the rows of a model: those of conditions with a network, with the levels of each factor that varies among them. The last factor is the
// group, where there are several that have done the same: then a model can tell what is the group's from what its people met. within is how many
// factors are within people.
func (t *tested) modelled() (rows []model.Row, s model.Spec, within int) {
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
	within = len(s.Factors)
	groups := t.alike(conditions)
	if len(groups) > 1 {
		s.Factors = append(s.Factors, model.Factor{Name: "group", Levels: groups})
	}
	for _, x := range t.data.Trials {
		if v, has := t.outcome.of(x); has && x.Condition.Method.Networked() {
			names := x.Condition.Names()
			r := model.Row{Participant: x.Participant, Value: v}
			for _, i := range at {
				r.Levels = append(r.Levels, names[i])
			}
			if len(groups) > 1 {
				r.Levels = append(r.Levels, x.Group)
			}
			rows = append(rows, r)
		}
	}
	return rows, s, within
}

// alike are the groups whose people have values, in the order of the design; none if one of them has none in a condition in which others have some.
func (t *tested) alike(conditions []study.Condition) (groups []string) {
	did, done := map[[2]string]bool{}, map[string]bool{}
	for _, x := range t.data.Trials {
		if _, has := t.outcome.of(x); has && x.Condition.Method.Networked() {
			did[[2]string{x.Group, x.Condition.Code()}], did[[2]string{x.Group, ""}], done[x.Condition.Code()] = true, true, true
		}
	}
	for _, g := range t.data.Design.Groups {
		if did[[2]string{g.Name, ""}] {
			groups = append(groups, g.Name)
		}
	}
	for _, g := range groups {
		for _, c := range conditions {
			if done[c.Code()] && !did[[2]string{g, c.Code()}] {
				t.note("Groups have values in different conditions, so that a model could not tell a group from what it has met: the group is in no model.")
				return nil
			}
		}
	}
	return groups
}

func modelName(d study.Design, at int) string {
	if at == accessAt {
		return "method"
	}
	return factorName(d, at)
}
