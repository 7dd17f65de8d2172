package lab_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/analysis/power"
	"vmstudy/internal/webtest"
	"vmstudy/web"
)

// assumed is the query of a simulation of the first planned comparison.
func assumed(change ...string) string {
	q := url.Values{
		"comparison": {"H1"}, "difference": {"0.3"}, "level": {"4"}, "between": {"1"}, "taste": {"0.5"}, "within": {"1"}, "runs": {"20"}, "seed": {"18446744073709551615"},
	}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return "?" + q.Encode()
}

// TestPowerIsShownWithWhatItAssumes simulates in a process of its own, as the program does, once for a page and once for a part of one.
func TestPowerIsShownWithWhatItAssumes(t *testing.T) {
	l := webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Simulate = power.Aside })
	id := l.Study(planned(), false)
	path := webtest.StudyPage(id) + "/power"
	form := l.One(l.Get(webtest.DesignPage(id)).Page, "form", "data-power")
	if action := webtest.Attr(form, "action"); action != path {
		t.Errorf("the form of the design's page asks %s", action)
	}
	a := l.Get(path + assumed())
	l.Wants(a, 200, "seed 18446744073709551615")
	rows := tableRows(l, a.Page, "twin-power")
	if len(rows) != 16 || rows[0][0] != "6" || rows[15][0] != "60" || rows[0][1] != "20" {
		t.Errorf("the numbers are %v", rows)
	}
	if link := webtest.All(l.One(a.Page, "div", "id=figure-power"), "a", ""); len(link) > 0 {
		t.Error("a figure that is not kept has a file")
	}
	part := l.Get(path + assumed("part", "1"))
	if kind := part.Header.Get("Content-Type"); kind != "application/x-ndjson" {
		t.Errorf("the part has type %s", kind)
	}
	lines := strings.Split(strings.TrimSpace(part.Body), "\n")
	var last struct{ HTML string }
	l.Must(json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	if !strings.Contains(last.HTML, "twin-power") || strings.Contains(last.HTML, "<html") {
		t.Errorf("the part ends with %.200s", last.HTML)
	}
	if again := tableRows(l, l.Get(path+assumed()).Page, "twin-power"); strings.Join(again[3], " ") != strings.Join(rows[3], " ") {
		t.Errorf("the same seed gives %v, and gave %v", again[3], rows[3])
	}
}

func TestWhatCannotBeSimulatedIsSaid(t *testing.T) {
	l := webtest.NewLab(t)
	path := webtest.StudyPage(l.Study(planned(), false)) + "/power"
	for say, query := range map[string]string{
		"Choose one of the planned comparisons":   assumed("comparison", "H9"),
		"Difference: “much” is no number":         assumed("difference", "much"),
		"Studies: “a few” is no whole number":     assumed("runs", "a few"),
		"Seed: “-1” is no whole number":           assumed("seed", "-1"),
		"simulated studies for each number":       assumed("runs", "1000000"),
		"more than 0 within them":                 assumed("within", "0"),
		"is NaN, which is not a number of points": assumed("level", "NaN"),
		"which is not a number of points.":        assumed("difference", "1e99"),
	} {
		l.Wants(l.Get(path+query), http.StatusUnprocessableEntity, say)
		l.Wants(l.Get(path+query+"&part=1"), http.StatusUnprocessableEntity, say)
	}
}

// A simulation ends with the request that asked for it, and the next one can begin.
func TestASimulationEndsWhenNobodyAsks(t *testing.T) {
	l := webtest.NewLab(t)
	began, ended := make(chan bool, 2), make(chan error, 2)
	l.Serve(func(c *web.Config) {
		c.Simulate = func(ctx context.Context, plan model.PowerPlan, progress func(done, all int)) ([]model.Powered, error) {
			began <- true
			if plan.Seed == 1 {
				return []model.Powered{{People: 6, Runs: 20}}, nil
			}
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, context.Cause(ctx)
		}
	})
	path := webtest.StudyPage(l.Study(planned(), false)) + "/power"
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan bool)
	go func() {
		r := httptest.NewRequestWithContext(ctx, "GET", path+assumed("part", "1"), nil)
		r.AddCookie(l.Login)
		l.Handler.ServeHTTP(httptest.NewRecorder(), r)
		close(over)
	}()
	<-began
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	<-over
	l.Wants(l.Get(path+assumed("seed", "1")), 200, "Power")
}

// TestPowerIsSimulatedOnThePageOfTheDesign presses the button in a browser, cancels, and presses it again.
func TestPowerIsSimulatedOnThePageOfTheDesign(t *testing.T) {
	l := webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Simulate = power.Aside })
	id := l.Study(planned(), false)
	ctx := l.Browse(webtest.DesignPage(id))
	fill := func(field, value string) string {
		return `document.querySelector("form[data-power] [name=` + field + `]").value = "` + value + `";`
	}
	l.Act(ctx, fill("difference", "0.3")+fill("runs", "10000")+`document.querySelector("form[data-power] [type=submit]").click()`)
	l.Eventually(ctx, `/of 160000 studies/.test(document.querySelector("[data-status]").textContent)`)
	l.Act(ctx, `document.querySelector("[data-cancel]").click()`)
	l.Eventually(ctx, `document.querySelector("[data-status]").textContent === "Cancelled." && document.querySelector("form[data-power] progress").hidden`)
	l.Act(ctx, fill("runs", "10")+`document.querySelector("form[data-power] [type=submit]").click()`)
	l.Eventually(ctx, `document.querySelector("[data-powered] svg") !== null && document.querySelector("[data-status]").textContent === "Done."`)
	l.Act(ctx, fill("within", "0")+`document.querySelector("form[data-power] [type=submit]").click()`)
	l.Eventually(ctx, `/more than 0 within/.test(document.querySelector("[data-status]").textContent)`)
}
