package analysis_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestAScoreReadsWhatWasAnsweredAboutATrialThatDoesNotCount has weights of NASA-TLX that were given once for a task, in a trial that was then excluded.
// The page must find the weighted workload of the other trial, as the files do.
func TestAScoreReadsWhatWasAnsweredAboutATrialThatDoesNotCount(t *testing.T) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	d := studytest.Design()
	d.Practice, d.About = nil, ""
	d.Methods, d.Tasks = study.PlainLevels(study.VNC), d.Tasks[:1]
	d.Instruments = []string{"tlx_pairs", "tlx_weighted"}
	id, err := r.store.CreateStudy(t.Context(), 0, d, r.now)
	r.must(err)
	v, err := r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"link"}, r.now)
	r.must(err)
	visit, err := r.store.StartSession(t.Context(), people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), visit, false, r.now))
	x, err := r.store.Session(t.Context(), visit)
	r.must(err)
	for i, trial := range x.Trials {
		a, err := r.store.OpenAttempt(t.Context(), study.Attempt{Trial: trial.ID, State: study.Preparing, AskedAt: r.now})
		r.must(err)
		a.State, a.StartedAt = study.Running, r.now
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, r.now.Add(time.Minute)
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		for n, name := range d.Instruments {
			if n == 0 && i > 0 {
				continue // the weights of a task are given once
			}
			in, err := questionnaire.Of(study.Design{}, name)
			r.must(err)
			rating := study.Rating{Instrument: name, At: r.now}
			for j, q := range in.Questions() {
				value := strconv.Itoa(10 * j)
				if len(q.Options) > 0 {
					value = q.Options[0].Value
				}
				rating.Answers = append(rating.Answers, study.Answer{Item: q.ID, Value: value})
			}
			r.must(r.store.RecordRating(t.Context(), visit, trial.ID, rating))
		}
	}
	r.must(r.store.RuleOnTrial(t.Context(), visit, x.Trials[0].ID, study.TrialRuling{Excluded: true, Ground: study.GroundTechnical, At: r.now}))

	src, f := r.store.Source(), analysis.Filter{Study: v.Study}
	found, err := analysis.Find(t.Context(), src, f, v, questionnaire.Named())
	r.must(err)
	if n := len(found.Data.Trials); n != len(x.Trials)-1 {
		t.Fatalf("%d trials count, want %d", n, len(x.Trials)-1)
	}
	scores := rowsBy(t, read(t, unpacked(t, src, f), analysis.DataFile("scores")), "measure", "position")
	for _, trial := range found.Data.Trials {
		want := scores[fmt.Sprint("tlx_weighted ", trial.Position)]["score"]
		got, has := trial.Values[report.Asked{Instrument: "tlx_weighted", ID: "tlx_weighted"}]
		if !has {
			t.Fatalf("trial %d has no weighted workload on the page, and %q in the files", trial.Position, want)
		}
		sameNumber(t, "weighted workload", want, got)
	}
}
