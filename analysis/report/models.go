package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
)

// models fits what suits the outcome.
func (t *tested) models() {
	rows, s, within := t.modelled()
	if within == 0 {
		t.note("Nothing varies among the conditions with a network, so there is nothing that a model could explain.")
		return
	}
	if len(rows) < len(t.data.Trials) {
		say := ""
		if slices.ContainsFunc(t.data.Trials, func(x *Trial) bool { return !x.Condition.Method.Networked() }) {
			say = " A baseline without a network has no level of the network, so it is in no model."
		}
		t.note("Models are of the %d trials with a network that have a value, of %d that count.%s", len(rows), len(t.data.Trials), say)
	}
	s.Terms = terms(s.Factors)
	factors, own := s.Factors[:within], rows
	if within < len(s.Factors) {
		own = slices.Clone(rows)
		for i := range own {
			own[i].Levels = own[i].Levels[:within]
		}
		t.note("The last factor of the mixed models is the group, between people. Tables of people who have all combinations leave it out.")
	}
	switch t.outcome.kind {
	case ratedOutcome:
		t.ordinal(rows, s)
		t.art(own, factors)
	case completedOutcome:
		t.logistic(rows, s)
	default:
		t.linear(rows, s)
		t.repeated(own, factors)
	}
}

// terms are the factors, and the interaction of the first two: that of all would need more of the data than people give.
func terms(factors []model.Factor) []model.Term {
	all := model.Main(factors)
	if len(factors) > 1 {
		all = append(all, model.Term{factors[0].Name, factors[1].Name})
	}
	return all
}

func formula(s model.Spec) string {
	var all []string
	for _, term := range s.Terms {
		all = append(all, term.String())
	}
	return strings.Join(all, " + ") + " + (1 | participant)"
}

func (t *tested) ordinal(rows []model.Row, s model.Spec) {
	const what = "Cumulative link mixed model"
	fit, err := model.FitOrdinal(rows, s, model.Quadrature)
	if err != nil {
		t.refused(what, err)
		return
	}
	t.coefficients(what+", logit: "+formula(s), "clmm", slices.Concat(fit.Coefficients, fit.Thresholds))
	laplace := "none"
	if l, err := model.FitOrdinal(rows, s, model.Laplace); err == nil {
		laplace = fmt.Sprintf("%.4f", l.LogLik)
	}
	t.note("%s: %d values of %d people; adaptive Gauss-Hermite quadrature at %d points, log likelihood %.4f (by Laplace’s approximation %s); variance between people %.3f%s. Coefficients are log odds of a higher rating against the first level; tests are Wald’s.", what, fit.Rows, fit.N, fit.Points, fit.LogLik, laplace, fit.Participant, singular(fit.Singular))
	t.ratios("clmm-contrasts", "Odds of a higher rating", s, fit.Contrast)
	effects, err := model.OrdinalEffects(rows, s, model.Laplace)
	if err != nil {
		t.refused("Likelihood ratio tests", err)
		return
	}
	table := Table{ID: t.section.ID + "-clmm-effects", Title: "Cumulative link mixed model: likelihood ratio tests of each term (type II, Laplace)", Columns: slices.Concat(texts("Term"), numbers("χ²", "df", "p"))}
	for _, e := range effects {
		table.Rows = append(table.Rows, []Cell{text(e.Term.String()), number(e.Chi2, 3), number(e.DF, 0), pValue(e.P)})
	}
	t.add(table)
}

func singular(is bool) string {
	if is {
		return " (people differ no more than chance makes them)"
	}
	return ""
}

func (t *tested) logistic(rows []model.Row, s model.Spec) {
	const what = "Logistic mixed model"
	fit, err := model.FitLogistic(rows, s, model.Quadrature)
	if err != nil {
		t.refused(what, err)
		return
	}
	t.coefficients(what+": "+formula(s), "logistic", fit.Coefficients)
	t.note("%s: %d trials of %d people; adaptive Gauss-Hermite quadrature at %d points, log likelihood %.4f; variance between people %.3f%s. Tests are Wald’s.", what, fit.Rows, fit.N, fit.Points, fit.LogLik, fit.Participant, singular(fit.Singular))
	t.ratios("logistic-contrasts", "Odds of completion", s, fit.Contrast)
}

func (t *tested) linear(rows []model.Row, s model.Spec) {
	const what = "Linear mixed model"
	fit, err := model.FitLinear(rows, s)
	if err != nil {
		t.refused(what, err)
		return
	}
	table := Table{ID: t.section.ID + "-lmm", Title: what + ", REML: " + formula(s), Columns: slices.Concat(texts("Term"), numbers("F", "df1", "df2 (Satterthwaite)", "p", "partial η²"))}
	for _, e := range fit.Effects {
		table.Rows = append(table.Rows, []Cell{text(e.Term.String()), number(e.F, 3), number(e.DF1, 0), number(e.DF2, 2), pValue(e.P), number(e.Eta2, 3)})
	}
	t.add(table)
	t.note("%s: %d values of %d people; variance between people %.4g, residual %.4g, REML criterion %.4f%s. Tests are of type III.", what, fit.Rows, fit.N, fit.Participant, fit.Residual, fit.Criterion, singular(fit.Singular))
	if t.outcome.kind == timedOutcome {
		t.note("Times are of tasks that were done: %d trials that ran out of time or were given up are not in the model, which makes hard conditions look faster. See the curves of the section Tasks.", t.cutOff())
		t.ratios("lmm-contrasts", "Ratio of times", s, fit.Contrast)
		return
	}
	t.contrasts(s, fit)
}

// cutOff counts trials with a network whose task was not done.
func (t *tested) cutOff() (n int) {
	for _, x := range t.data.Trials {
		if _, has := t.outcome.of(x); !has && x.Condition.Method.Networked() {
			n++
		}
	}
	return n
}

// places are the pairs of levels of the first factor at each level of the second.
func places(s model.Spec) (all [][2]model.At, names [][2]string) {
	first := s.Factors[0]
	outer := []string{""}
	if len(s.Factors) > 1 {
		outer = s.Factors[1].Levels
	}
	for _, o := range outer {
		for i, a := range first.Levels {
			for _, b := range first.Levels[i+1:] {
				x, y := model.At{first.Name: a}, model.At{first.Name: b}
				if o != "" {
					x[s.Factors[1].Name], y[s.Factors[1].Name] = o, o
				}
				all, names = append(all, [2]model.At{x, y}), append(names, [2]string{o, a + " − " + b})
			}
		}
	}
	return all, names
}

// contrastFamily makes the contrasts of all places and corrects them.
func (t *tested) contrastFamily(s model.Spec, contrast func(a, b model.At, covariates ...float64) (model.Contrast, error)) ([]model.Compared, [][2]string) {
	pairs, names := places(s)
	var family []model.Contrast
	for _, p := range pairs {
		c, err := contrast(p[0], p[1])
		if err != nil {
			t.refused("Contrasts", err)
			return nil, nil
		}
		family = append(family, c)
	}
	all, err := model.Corrected(family)
	if err != nil {
		t.refused("Contrasts", err)
		return nil, nil
	}
	t.familyNote(len(all), fmt.Sprintf("the levels of the %s within each of the %s, by the model", s.Factors[0].Name, second(s)))
	return all, names
}

func second(s model.Spec) string {
	if len(s.Factors) > 1 {
		return s.Factors[1].Name
	}
	return "study"
}

func (t *tested) ratios(id, what string, s model.Spec, contrast func(a, b model.At, covariates ...float64) (model.Contrast, error)) {
	all, names := t.contrastFamily(s, contrast)
	table := Table{ID: t.section.ID + "-" + id, Title: what + ": ratios of the first to the second, by the model", Columns: slices.Concat(texts("Condition", "Compared"), numbers("Ratio", "Low", "High", "z or t", "p", "p, Holm"))}
	for i, c := range all {
		r := c.Ratio()
		table.Rows = append(table.Rows, []Cell{text(names[i][0]), text(names[i][1]), number(r.Estimate, 3), number(r.Interval.Low, 3), number(r.Interval.High, 3), number(c.T, 3), pValue(c.P), pValue(c.Corrected)})
	}
	t.add(table)
}

func (t *tested) contrasts(s model.Spec, fit *model.Linear) {
	all, names := t.contrastFamily(s, fit.Contrast)
	table := Table{ID: t.section.ID + "-lmm-contrasts", Title: "Differences by the linear model", Columns: slices.Concat(texts("Condition", "Compared"), numbers("Difference ("+t.outcome.unit+")", "SE", "df", "Low", "High", "t", "p", "p, Holm"))}
	for i, c := range all {
		table.Rows = append(table.Rows, []Cell{text(names[i][0]), text(names[i][1]), number(c.Estimate, 3), number(c.SE, 3), number(c.DF, 1), number(c.Interval.Low, 3), number(c.Interval.High, 3), number(c.T, 3), pValue(c.P), pValue(c.Corrected)})
	}
	t.add(table)
}

func (t *tested) coefficients(title, id string, all []model.Coefficient) {
	table := Table{ID: t.section.ID + "-" + id, Title: title, Columns: slices.Concat(texts("Coefficient"), numbers("Estimate", "SE", "z", "p", "Low", "High"))}
	for _, c := range all {
		table.Rows = append(table.Rows, []Cell{text(c.Name), number(c.Estimate, 3), number(c.SE, 3), number(c.T, 3), pValue(c.P), number(c.Interval.Low, 3), number(c.Interval.High, 3)})
	}
	t.add(table)
}

// reduced has one value of each person in each combination of levels.
func reduced(rows []model.Row) []model.Row {
	levels := map[string][]string{}
	var obs []stat.Observation
	for _, r := range rows {
		key := strings.Join(r.Levels, "\x00")
		levels[key] = r.Levels
		obs = append(obs, stat.Observation{Participant: r.Participant, Condition: key, Value: r.Value})
	}
	return model.Rows(stat.Reduced(obs, stat.Mean), levels)
}

func (t *tested) art(rows []model.Row, factors []model.Factor) {
	const what = "Aligned rank transform"
	a, err := model.ART(reduced(rows), factors)
	if err != nil {
		t.refused(what, err)
		return
	}
	table := Table{
		ID: t.section.ID + "-art", Title: what + " (ART)",
		Columns: slices.Concat(texts("Term"), numbers("F, mixed model", "df1", "df2", "p", "F, repeated measures", "df2, repeated", "p, repeated", "partial η², repeated", "Ties", "Largest F of what was aligned away")),
	}
	for _, e := range a.Effects {
		table.Rows = append(table.Rows, []Cell{
			text(e.Term.String()), number(e.F, 3), number(e.DF1, 0), number(e.DF2, 1), pValue(e.P), number(e.Repeated.F, 3), number(e.Repeated.DF2, 0), pValue(e.Repeated.P), number(e.Repeated.Eta2, 3), count(e.Ties), number(e.Others, 3),
		})
	}
	t.add(table)
	t.note("%s: %d people who have all combinations; left out: %s. The largest F of effects that were aligned away should be near 0.", what, a.N, nobody(dropped(a.Used)))
	t.artContrasts(reduced(rows), factors)
}

func nobody(names string) string {
	if names == "" {
		return "nobody"
	}
	return names
}

// mostPlaces is up to how many places ART-C compares: each with each.
const mostPlaces = 6

func (t *tested) artContrasts(rows []model.Row, factors []model.Factor) {
	of := model.Term{factors[0].Name}
	if len(factors) > 1 && len(factors[0].Levels)*len(factors[1].Levels) <= mostPlaces {
		of = append(of, factors[1].Name)
	}
	all, err := model.ARTContrasts(rows, factors, of)
	if err != nil {
		t.refused("ART-C", err)
		return
	}
	table := Table{ID: t.section.ID + "-artc", Title: "Contrasts on aligned ranks (ART-C): " + of.String(), Columns: slices.Concat(texts("Compared"), numbers("Ranks", "SE", "df", "t", "p", "p, Holm"))}
	name := strings.Join(of, "/")
	for _, c := range all {
		table.Rows = append(table.Rows, []Cell{text(c.A[name] + " − " + c.B[name]), number(c.Estimate, 2), number(c.SE, 2), number(c.DF, 1), number(c.T, 3), pValue(c.P), pValue(c.Corrected)})
	}
	t.add(table)
	if len(all) > 0 {
		t.note("ART-C: Holm’s correction is over all %d pairs. Estimates are in ranks: they tell the direction, not the size.", len(all))
	}
}

func (t *tested) repeated(rows []model.Row, factors []model.Factor) {
	const what = "Analysis of variance with repeated measures"
	r, err := model.Repeated(reduced(rows), factors)
	if err != nil {
		t.refused(what, err)
		return
	}
	table := Table{ID: t.section.ID + "-rm", Title: what, Columns: slices.Concat(texts("Term"), numbers("F", "df1", "df2", "p", "Greenhouse-Geisser ε", "p, GG", "p, HF", "partial η²", "p of “people mind alike”"))}
	for _, e := range r.Effects {
		taste := pValue(e.Taste)
		if e.Taste == 1 || math.IsNaN(e.Taste) {
			taste = Cell{Say: none}
		}
		table.Rows = append(table.Rows, []Cell{text(e.Term.String()), number(e.F, 3), number(e.DF1, 0), number(e.DF2, 0), pValue(e.P), number(e.Epsilon, 3), pValue(e.PGG), pValue(e.PHF), number(e.Eta2, 3), taste})
	}
	t.add(table)
	t.note("%s: %d people who have all combinations; left out: %s. Where the last p-value is small, people mind a factor to different degrees: then mixed models with one random intercept find effects too often, and this table is the one to trust.", what, r.N, nobody(dropped(r.Used)))
}
