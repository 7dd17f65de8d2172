package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
)

// TestEveryPageTellsStrategiesApart looks at the pages that show conditions, for a study in which
// only the strategies differ.
func TestEveryPageTellsStrategiesApart(t *testing.T) {
	l := newLab(t)
	d := studytest.OneTrial()
	d.Methods, d.Networks = []study.AccessMethod{study.Stream}, studytest.Design().Networks[:1]
	d.Strategies = []study.Strategy{study.NoStrategy, study.ClusterStrategy}
	d.Instruments = []string{"satisfaction"}
	st := l.study(d, true)
	people, err := l.store.AddParticipants(t.Context(), st, false, []string{"first"}, l.now)
	l.must(err)
	id, err := l.store.StartSession(t.Context(), people[0].ID, l.now)
	l.must(err)
	l.must(l.store.RecordConsent(t.Context(), id, true, l.now))
	x, err := l.store.Session(t.Context(), id)
	l.must(err)
	var last study.Attempt
	for i, trial := range x.Trials {
		if i == 0 {
			l.conductTrial(id, trial.ID, done{outcome: study.Completed, seconds: 20, rating: 2, responses: []int{400}})
			continue
		}
		last, err = l.store.OpenAttempt(t.Context(), study.Attempt{Trial: trial.ID, AskedAt: l.now})
		l.must(err)
		l.must(l.store.BeginRecording(t.Context(), last.ID, l.now))
	}
	both := []string{"stream-none", "stream-cluster"}
	now := []string{x.Trials[1].Condition.Access.Level()}
	if !slices.Contains(both, now[0]) {
		t.Fatalf("the trial at hand is reached by %s, want one of %q", now[0], both)
	}
	for path, want := range map[string][]string{
		designPath(st):                           both,
		studyPath(st) + "/publish":               both,
		resultsPath(st):                          both,
		fmt.Sprintf("/lab/sessions/%d", id):      both,
		"/lab/live":                              now,
		fmt.Sprintf("/lab/sessions/%d/card", id): now,
		attemptPath(id, last.ID) + "/recording":  now,
	} {
		a := l.get(path)
		l.wants(a, 200, "")
		for _, access := range want {
			if !strings.Contains(text(a.page), access) {
				t.Errorf("%s does not say %s:\n%s", path, access, text(a.page))
			}
		}
	}
}
