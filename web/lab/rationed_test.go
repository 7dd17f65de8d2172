package lab_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/analysis"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// slowFindings are results that the database reads until the test lets it end.
type slowFindings struct {
	lab.Results
	end chan struct{}
}

func (s slowFindings) Find(ctx context.Context, f analysis.Filter, v study.Version) (analysis.Results, error) {
	<-s.end
	return s.Results.Find(ctx, f, v)
}

func TestOnlySoManyPagesOfResultsAreReadAtOnce(t *testing.T) {
	for name, path := range map[string]string{"the page": "/results", "a file": "/results/files/times.csv"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := webtest.NewLab(t)
				slow := slowFindings{end: make(chan struct{})}
				l.Serve(func(c *web.Config) { slow.Results = c.Results; c.Results = slow })
				page := webtest.StudyPage(l.Study(studytest.Design(), true))
				answers := make(chan webtest.Answer, lab.MostFindings+1)
				for range lab.MostFindings {
					go func() { answers <- l.Get(page + "/results") }()
				}
				synctest.Wait() // all are being read
				began := time.Now()
				l.Wants(l.Get(page+path), 409, "4 pages of results are being read already")
				if took := time.Since(began); took != lab.FindingPatience {
					t.Errorf("it was refused after %v, want %v", took, lab.FindingPatience)
				}
				began = time.Now()
				l.Wants(l.Get("/lab"), 200, "")
				l.Wants(l.Get(page+"/participants"), 200, "")
				if took := time.Since(began); took != 0 {
					t.Errorf("other pages took %v beside the results", took)
				}
				go func() { answers <- l.Get(page + "/results") }()
				synctest.Wait() // it waits for a place
				close(slow.end)
				for range lab.MostFindings + 1 {
					l.Wants(<-answers, 200, "")
				}
			})
		})
	}
}
