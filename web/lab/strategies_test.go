package lab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestEveryPageTellsStrategiesApart looks at the pages that show conditions, for a study in which
// only the strategies differ.
func TestEveryPageTellsStrategiesApart(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.OneTrial()
	d.Methods = study.StreamedBy(study.PlainLevels(study.Stream), []study.Strategy{study.NoStrategy, study.ClusterStrategy}, false)
	d.Networks = studytest.Design().Networks[:1]
	d.Instruments = []string{"satisfaction"}
	st := l.Study(d, true)
	people, err := l.Store.AddParticipants(t.Context(), st, false, []string{"first"}, l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), id, true, l.Now))
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	var last study.Attempt
	for i, trial := range x.Trials {
		if i == 0 {
			l.ConductTrial(id, trial.ID, webtest.Done{Outcome: study.Completed, Seconds: 20, Rating: 2, Responses: []int{400}})
			continue
		}
		last, err = l.Store.OpenAttempt(t.Context(), study.Attempt{Trial: trial.ID, AskedAt: l.Now})
		l.Must(err)
		l.Must(l.Store.BeginRecording(t.Context(), last.ID, l.Now))
	}
	both := []string{"stream-none", "stream-cluster"}
	now := []string{x.Trials[1].Condition.Access.Level()}
	if !slices.Contains(both, now[0]) {
		t.Fatalf("the trial at hand is reached by %s, want one of %q", now[0], both)
	}
	for path, want := range map[string][]string{
		webtest.DesignPage(st):                          both,
		webtest.StudyPage(st) + "/publish":              both,
		resultsPath(st):                                 both,
		fmt.Sprintf("/lab/sessions/%d", id):             both,
		"/lab/live":                                     now,
		fmt.Sprintf("/lab/sessions/%d/card", id):        now,
		webtest.AttemptPage(id, last.ID) + "/recording": now,
	} {
		a := l.Get(path)
		l.Wants(a, 200, "")
		for _, access := range want {
			if !strings.Contains(webtest.Text(a.Page), access) {
				t.Errorf("%s does not say %s:\n%s", path, access, webtest.Text(a.Page))
			}
		}
	}
}
