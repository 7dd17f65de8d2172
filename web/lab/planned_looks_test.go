package lab_test

import (
	"testing"

	"vmstudy/analysis/power"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web"
)

// TestEverybodyCanReadThePlan checks the pages that show a plan, in each look: that of the design, of its power, and of the results.
func TestEverybodyCanReadThePlan(t *testing.T) {
	t.Parallel()
	axe := webtest.Axe(t)
	l := webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Simulate = power.Aside })
	d := twoByTwo()
	of := func(name, family string, claim study.Claim, margin float64, networks ...string) study.Comparison {
		return study.Comparison{
			Name: name, Hypothesis: "The stream is liked as much as the screen that is sent, since nothing has to be waited for that was there before.", Outcome: "satisfaction.satisfaction",
			Factor: study.MethodFactor, First: "stream", Second: "vnc", Only: study.Crossing{Networks: networks}, Claim: claim, Margin: margin, Test: study.SignedRank, Family: family,
		}
	}
	d.Preregistration = study.Preregistration{Participants: 24, Stopping: "When 24 have finished.", Comparisons: []study.Comparison{
		of("H1", "liking", study.Differs, 0, "near"), of("H2", "liking", study.NotLower, 1, "far"), of("H3", "", study.Equivalent, 1),
	}}
	id := referredIn(l, d)
	for name, path := range map[string]string{
		"plan-design": webtest.DesignPage(id), "plan-power": webtest.StudyPage(id) + "/power" + assumed("difference", "0.8", "runs", "100"), "plan-results": resultsPath(id), "plan-study": webtest.StudyPage(id),
	} {
		ctx := l.Browse(path)
		webtest.EachLook(t, ctx, name, func(look webtest.PageLook) {
			l.Eventually(ctx, webtest.NoWider)
			rules := webtest.Contrast
			if (look == webtest.PageLook{}) { // names and roles are the same in all looks
				rules = webtest.EveryRule
			}
			for _, v := range webtest.Violations(t, ctx, axe, rules) {
				t.Errorf("%s, %s: %s", name, look, v)
			}
		})
	}
}
