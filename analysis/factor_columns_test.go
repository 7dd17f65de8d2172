package analysis_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// groupedStudy is a study in which two people of two groups have an attempt at every trial.
func groupedStudy(t *testing.T) (*recording, study.Version) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	id, err := r.store.CreateStudy(t.Context(), 0, studytest.Grouped(), r.now)
	r.must(err)
	v, err := r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"one", "two"}, r.now)
	r.must(err)
	for _, p := range people {
		s, err := r.store.StartSession(t.Context(), p.ID, r.now)
		r.must(err)
		r.must(r.store.RecordConsent(t.Context(), s, false, r.now))
		r.must(r.store.RecordRating(t.Context(), s, 0, study.Rating{Instrument: "about", At: r.now, Answers: []study.Answer{{Item: "age", Value: "44"}}}))
		r.must(r.store.RecordVisit(t.Context(), s, study.Step{Kind: study.StepAbout}, r.now))
		x, err := r.store.Session(t.Context(), s)
		r.must(err)
		for _, trial := range x.Trials {
			a := r.attempt(trial.ID)
			for _, a.State = range []study.AttemptState{study.Running, study.Finished} {
				a.StartedAt, a.EndedAt, a.Outcome = r.now, r.now, ""
				if a.State == study.Finished {
					a.Outcome, a.EndedAt = study.Completed, r.now.Add(1e9)
				}
				r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
			}
		}
	}
	return r, v
}

func TestTrialsHaveAColumnForEachFactorOfTheStudy(t *testing.T) {
	r, v := groupedStudy(t)
	var out bytes.Buffer
	r.must(analysis.Export(t.Context(), r.store.Source(), analysis.Filter{Study: v.Study}, questionnaire.Named(), &out))
	files := contents(t, out.Bytes())
	for name, want := range map[string][]string{
		"factor_light": {"", "bright", "dark", "none"}, "form": {"", "A", "B"}, "group": {"invited", "old"},
		"task": {"try", "type", "type@office"}, "appliance_name": {"editor", "office"}, "access_level": {"local", "stream-cluster", "vnc"},
	} {
		got := column(t, files["trials.csv"], name)
		slices.Sort(got)
		if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
			t.Errorf("values of %s (-want +got):\n%s", name, diff)
		}
	}
	const meaning = "Level of the study's factor light; empty for practice. [bright: bright] [dark: Dark room] [none: "
	if !slices.ContainsFunc(files["codebook.csv"], func(row []string) bool { return row[1] == "factor_light" && strings.HasPrefix(row[3], meaning) }) {
		t.Error("the codebook does not explain the factor")
	}
}

func TestResultsCanBeThoseOfOneGroup(t *testing.T) {
	r, v := groupedStudy(t)
	for group, sessions := range map[string]int{"": 2, "old": 1, "invited": 1, "young": 0} {
		found, err := analysis.Find(t.Context(), r.store.Source(), analysis.Filter{Study: v.Study, Group: group}, v, questionnaire.Named())
		r.must(err)
		trials, want := 0, 0
		for _, c := range found.Conditions {
			trials += c.Trials
		}
		for _, g := range []string{"old", "invited"} {
			if group == "" || group == g {
				want += len(v.Design.For(g).Conditions())
			}
		}
		if found.Sessions != sessions || trials != want || len(found.Conditions) != len(v.Design.For(group).Conditions()) {
			t.Errorf("group %q: %d sessions, %d trials in %d conditions, want %d trials", group, found.Sessions, trials, len(found.Conditions), want)
		}
	}
}

func TestVisitsOfAnotherVersionAreThoseOfTheGroup(t *testing.T) {
	r, v := groupedStudy(t)
	d := studytest.Grouped()
	d.Title = study.Plain("In another year")
	r.must(studytest.Redraft(t.Context(), r.store, v.Study, d))
	next, err := r.store.Publish(t.Context(), v.Study, 0, r.now)
	r.must(err)
	for group, elsewhere := range map[string]int{"": 2, "old": 1, "young": 0} {
		found, err := analysis.Find(t.Context(), r.store.Source(), analysis.Filter{Study: v.Study, Group: group}, next, questionnaire.Named())
		r.must(err)
		if found.Elsewhere != elsewhere || len(found.Data.Visits) != elsewhere {
			t.Errorf("group %q: %d visits of another version, and %d in its flow; want %d", group, found.Elsewhere, len(found.Data.Visits), elsewhere)
		}
	}
}
