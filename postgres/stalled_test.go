package postgres_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/studytest"
)

// TestStalledExportsLeaveThePagesTheirConnections begins as many exports as can begin and reads
// only the first row of each, as when browsers stop taking in a download. The pages must get their
// answers all the same.
func TestStalledExportsLeaveThePagesTheirConnections(t *testing.T) {
	db := open(t)
	id, err := db.CreateStudy(t.Context(), 0, studytest.Design(), studytest.Noon)
	must(t, err)
	_, err = db.AddParticipants(t.Context(), id, false, []string{"a", "b"}, studytest.Noon)
	must(t, err)
	stalled := 0
	for range 18 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		patience := time.AfterFunc(300*time.Millisecond, cancel) // ends an export that cannot begin
		next, stop := iter.Pull2(db.Exports().Participants(ctx, analysis.Filter{Study: id}))
		defer stop()
		if _, err, ok := next(); ok && err == nil {
			stalled++
		}
		patience.Stop()
	}
	if stalled == 0 {
		t.Fatal("no export has begun")
	}
	began := time.Now()
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := db.Study(ctx, id)
		must(t, err)
		must(t, studytest.Redraft(ctx, db, id, studytest.Design()))
		cancel()
	}
	t.Logf("100 accesses of pages took %v beside %d stalled exports", time.Since(began), stalled)
}
