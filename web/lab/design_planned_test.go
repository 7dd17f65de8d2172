package lab_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// planned is a design with a plan: that the stream is liked no less than the screen in one network, and that they differ in both.
func planned() study.Design {
	d := studytest.Design()
	d.Preregistration = study.Preregistration{
		Participants: 2, Stopping: "When two have finished.", Exclusions: "Who has written such a letter.", Comparisons: []study.Comparison{
			{
				Name: "H1", Hypothesis: "Where nothing is far, nobody minds the stream.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "stream-cluster", Second: "vnc",
				Only: study.Crossing{Networks: []string{"LAN"}}, Claim: study.NotLower, Margin: 0.5, Test: study.SignedRank, Family: "liking",
			},
			{
				Name: "H2", Hypothesis: "They differ & that <matters>.", Outcome: "tlx.tlx_raw", Factor: study.MethodFactor, First: "stream-cluster", Second: "vnc",
				Claim: study.Differs, Test: study.PairedT, Family: "liking",
			},
		},
	}
	return d
}

// Whoever saves the page of a design as it is changes nothing of its plan.
func TestThePageOfADesignKeepsItsPlan(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(planned(), false)
	in := asShown(l.Get(webtest.DesignPage(id)).Page)
	in.Set("do", "save")
	if a := l.Post(webtest.DesignPage(id), in); a.StatusCode >= 400 {
		t.Fatalf("status %d: %s", a.StatusCode, webtest.Text(a.Page))
	}
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	if diff := cmp.Diff(planned().Preregistration, st.Draft.Preregistration); diff != "" {
		t.Errorf("the plan (-want +got):\n%s", diff)
	}
}

func TestAPlanIsLaidOutOnThePage(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	in := lab.DesignFields(studytest.Design())
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	in.Set("revision", st.Revision)
	in.Set("do", "add preregistration.comparisons")
	page := l.Post(webtest.DesignPage(id), in).Page
	for _, offered := range []string{"satisfaction.satisfaction", "tlx.tlx_raw", "time_on_task", "completion", "not_lower", "signed_rank", "3G", "stream-cluster"} {
		if len(webtest.All(l.One(page, "div", "id=preregistration.comparisons[0]"), "option", "value="+offered)) == 0 {
			t.Errorf("the new row does not offer %s", offered)
		}
	}
	in = asShown(page)
	for field, value := range map[string]string{
		"do": "save", "preregistration.participants": "12", "preregistration.comparisons[0].name": "H1", "preregistration.comparisons[0].outcome": "completion",
		"preregistration.comparisons[0].only.networks[]": "LAN", "preregistration.comparisons[0].margin": "0.5",
	} {
		in.Set(field, value)
	}
	l.Post(webtest.DesignPage(id), in)
	st, err = l.Store.Study(t.Context(), id)
	l.Must(err)
	want := study.Preregistration{Participants: 12, Comparisons: []study.Comparison{{Name: "H1", Outcome: "completion", Only: study.Crossing{Networks: []string{"LAN"}}, Margin: 0.5}}}
	if diff := cmp.Diff(want, st.Draft.Preregistration); diff != "" {
		t.Errorf("the plan (-want +got):\n%s", diff)
	}
	// A half of a plan is a draft, and what it lacks stands beside its fields.
	a := l.Get(webtest.DesignPage(id))
	for _, field := range []string{"hypothesis", "factor", "claim", "test"} {
		l.One(a.Page, "p", "id=preregistration.comparisons[0]."+field+"-error")
	}
	if text := webtest.Text(a.Page); !strings.Contains(text, "Preregistration, comparison 1, hypothesis: Write what you expect, in words.") {
		t.Errorf("the preview does not say what the plan lacks")
	}
}
