package postgres_test

import (
	"image"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studytest"
)

// batch is the number of interactions in a batch of these tests.
const batch = 1_000

// batchFrom returns the n-th batch of an attempt's first page.
func batchFrom(a study.AttemptID, n int64) study.Batch {
	rows := make([]study.Interaction, batch)
	for i := range rows {
		rows[i] = study.Interaction{
			Number: (n-1)*batch + int64(i) + 1, Kind: study.Key, At: studytest.Noon.Add(time.Duration(i) * time.Millisecond),
			Sent: time.Millisecond, Arrived: 80 * time.Millisecond, Drawn: 96 * time.Millisecond,
			Quiet: 120 * time.Millisecond, Held: 70 * time.Millisecond, Machine: 12 * time.Millisecond,
			Bytes: 4_711, Area: 640, Rect: image.Rect(100, 200, 132, 220),
		}
	}
	return studytest.BatchOf(a, n, rows)
}

// attempt opens an attempt that interactions can belong to.
func attempt(b testing.TB, db *postgres.DB) study.AttemptID {
	b.Helper()
	ctx := b.Context()
	s, err := db.CreateStudy(ctx, 0, studytest.OneTrial(), studytest.Noon)
	must(b, err)
	_, err = db.Publish(ctx, s, 0, studytest.Noon)
	must(b, err)
	people, err := db.AddParticipants(ctx, s, false, []string{"secret"}, studytest.Noon)
	must(b, err)
	id, err := db.StartSession(ctx, people[0].ID, studytest.Noon)
	must(b, err)
	must(b, db.RecordConsent(ctx, id, false, studytest.Noon))
	x, err := db.Session(ctx, id)
	must(b, err)
	a, err := db.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: studytest.Noon})
	must(b, err)
	return a.ID
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkSaveBatch(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	next := int64(1)
	for b.Loop() {
		must(b, db.SaveBatch(b.Context(), batchFrom(a, next)))
		next++
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRepeatedBatch measures the rare case that a browser sends a batch again because the
// answer to it was lost.
func BenchmarkRepeatedBatch(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	for b.Loop() {
		must(b, db.SaveBatch(b.Context(), batchFrom(a, 1)))
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkExportInteractions(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	for n := range int64(20) {
		must(b, db.SaveBatch(b.Context(), batchFrom(a, n+1)))
	}
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		for _, err := range db.Source().Interactions(b.Context(), analysis.Filter{Study: 1}) {
			must(b, err)
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkBareCopy is the baseline of the two benchmarks above: the same rows, by the same driver,
// into the same table, in batches of the same size.
func BenchmarkBareCopy(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	next := int64(1)
	for b.Loop() {
		must(b, db.BareCopy(b.Context(), batchFrom(a, next)))
		next++
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}
