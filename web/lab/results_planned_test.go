package lab_test

import (
	"strconv"
	"strings"
	"testing"

	"vmstudy/internal/reference"
	"vmstudy/internal/webtest"
	"vmstudy/study"
)

// TestWhatIsPlannedIsConfirmatory expects the p-values that R has for the reference study, and the word only where the plan is.
func TestWhatIsPlannedIsConfirmatory(t *testing.T) {
	l := webtest.NewLab(t)
	d := twoByTwo()
	of := func(name string, claim study.Claim, margin float64) study.Comparison {
		return study.Comparison{
			Name: name, Hypothesis: "Near, the stream is liked as much.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "vnc", Second: "stream",
			Only: study.Crossing{Networks: []string{"near"}}, Claim: claim, Margin: margin, Test: study.SignedRank,
		}
	}
	d.Preregistration = study.Preregistration{Participants: 12, Comparisons: []study.Comparison{of("H1", study.Differs, 0), of("H2", study.NotLower, 1), of("H3", study.Equivalent, 1)}}
	id := referredIn(l, d)
	said := reference.Said(t)
	rows := csvOf(l, id, "planned-1.csv")
	if len(rows) != 3 {
		t.Fatalf("%v, want three comparisons", rows)
	}
	for i, what := range []string{"signed rating stream/near vnc/near Pratt p", "tost rating Pratt below", ""} {
		p, err := strconv.ParseFloat(rows[i]["p"], 64)
		l.Must(err)
		if what == "" {
			if want := max(said["tost rating Pratt below"], said["tost rating Pratt above"]); p != want && (p-want)*(p-want) > 1e-20 {
				t.Errorf("equivalence: p %g, and the larger of R's is %g", p, want)
			}
			continue
		}
		said.Check(t, what, p, 1e-11)
	}
	a := l.Get(resultsPath(id))
	text := webtest.Text(a.Page)
	if n := strings.Count(text, "Confirmatory"); n != 1 {
		t.Errorf("the page says Confirmatory %d times, want once", n)
	}
	l.One(a.Page, "h2", "id=planned-section")
	a = l.Get(resultsPath(id) + "?pilots=1")
	l.Wants(a, 200, "Exploratory: pilots are among these data")
	if strings.Contains(webtest.Text(a.Page), "Confirmatory") {
		t.Error("with pilots something is confirmatory")
	}
	if strings.Contains(webtest.Text(l.Get(resultsPath(id)+"?simulated=1").Page), "Confirmatory") {
		t.Error("of simulated participants something is confirmatory")
	}
	l.Wants(l.Get(resultsPath(id)+"/tests/satisfaction"), 200, "Exploratory: the planned comparisons")
}

// Data that are pooled after the plan was made are not those that it is about, and they would give each planned comparison a second p-value.
func TestPooledVersionsAreNotWhatWasPlanned(t *testing.T) {
	l := webtest.NewLab(t)
	d := webtest.Compared()
	d.Preregistration = study.Preregistration{Participants: 1, Comparisons: []study.Comparison{{
		Name: "H1", Hypothesis: "Where nothing is far, it is liked more.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "vnc", Second: "local", Claim: study.Differs, Test: study.SignedRank,
	}}}
	id := l.Study(d, true)
	one := map[string]webtest.Done{"vnc/LAN/look": {Outcome: study.Completed, Seconds: 10, Rating: 5}}
	l.TakePart(id, false, one)
	d.Consent = study.Plain("In other words.")
	publishNext(l, id, d)
	l.TakePart(id, false, one)
	l.Wants(l.Get(resultsPath(id)+"?version=1"), 200, "Confirmatory")
	pooled := l.Get(resultsPath(id) + "?version=1&pool=1")
	l.Wants(pooled, 200, "Exploratory: the data of other versions are among these")
	if strings.Contains(webtest.Text(pooled.Page), "Confirmatory") {
		t.Error("pooled, something is confirmatory")
	}
}
