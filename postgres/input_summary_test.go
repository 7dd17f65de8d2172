package postgres_test

import (
	"sync"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestNoSummaryMissesABatchThatCameMeanwhile stores batches of an attempt that has ended while summaries are made again and again.
func TestNoSummaryMissesABatchThatCameMeanwhile(t *testing.T) {
	db := open(t)
	id, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	_, err = db.Publish(t.Context(), id, 0, studytest.Noon)
	must(t, err)
	people, err := db.AddParticipants(t.Context(), id, false, []string{"link"}, studytest.Noon)
	must(t, err)
	visit, err := db.StartSession(t.Context(), people[0].ID, studytest.Noon)
	must(t, err)
	must(t, db.RecordConsent(t.Context(), visit, false, studytest.Noon))
	x, err := db.Session(t.Context(), visit)
	must(t, err)
	a, err := db.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: studytest.Noon})
	must(t, err)
	a.State, a.StartedAt = study.Running, studytest.Noon
	must(t, db.RecordAttempt(t.Context(), a, studytest.Noon, 0))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, studytest.Noon.Add(time.Minute)
	must(t, db.RecordAttempt(t.Context(), a, studytest.Noon, 0))

	const pages, batches = 4, 25
	var all sync.WaitGroup
	for page := 1; page <= pages; page++ {
		all.Go(func() {
			for n := int64(1); n <= batches; n++ {
				b := studytest.BatchOf(a.ID, n, []study.Interaction{{Number: n, Kind: study.Key, At: studytest.Noon, Drawn: time.Duration(page*1000+int(n)) * time.Microsecond}})
				b.Page = page
				if err := db.SaveBatch(t.Context(), b); err != nil {
					t.Error(err)
				}
				if err := db.SummarizeInputs(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for range 2 { // the second time from the summary alone
		n := 0
		for in, err := range db.Source().Inputs(t.Context(), analysis.Filter{Study: id}) {
			must(t, err)
			n += len(in.Kinds[study.Key].Answered)
		}
		if n != pages*batches {
			t.Fatalf("the summary has %d inputs, want %d", n, pages*batches)
		}
		must(t, db.SummarizeInputs(t.Context(), id))
	}
}
