package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// batch is how many interactions the benchmarks store at once.
const batch = 1_000

func batchFrom(first int64) []study.Interaction {
	rows := make([]study.Interaction, batch)
	for i := range rows {
		rows[i] = study.Interaction{
			Number: first + int64(i), Kind: study.Key, At: studytest.Noon.Add(time.Duration(i) * time.Millisecond),
			Sent: time.Millisecond, Arrived: 80 * time.Millisecond, Drawn: 96 * time.Millisecond,
			Machine: 12 * time.Millisecond, Bytes: 4_711, Area: 640,
		}
	}
	return rows
}

// attempt opens an attempt to hang interactions on.
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

func BenchmarkSaveInteractions(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	next := int64(1)
	for b.Loop() {
		must(b, db.SaveInteractions(b.Context(), a, batchFrom(next)))
		next += batch
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRepeatedInteractions is the rare case: a browser that did not hear the answer.
func BenchmarkRepeatedInteractions(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	for b.Loop() {
		must(b, db.SaveInteractions(b.Context(), a, batchFrom(1)))
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkExportInteractions(b *testing.B) {
	db := open(b)
	a := attempt(b, db)
	for n := range int64(20) {
		must(b, db.SaveInteractions(b.Context(), a, batchFrom(n*batch+1)))
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

// BenchmarkBareCopy is what the two above are measured against: the same columns, by the same
// driver, into a table without any rule, in batches of the same size.
func BenchmarkBareCopy(b *testing.B) {
	conn, err := pgx.Connect(b.Context(), pgtest.DB(b))
	must(b, err)
	b.Cleanup(func() { conn.Close(b.Context()) })
	_, err = conn.Exec(b.Context(), `CREATE TABLE bare (attempt bigint, number bigint, kind text, at timestamptz,
		sent_ns bigint, arrived_ns bigint, drawn_ns bigint, machine_ns bigint, bytes bigint, area_px bigint)`)
	must(b, err)
	columns := []string{"attempt", "number", "kind", "at", "sent_ns", "arrived_ns", "drawn_ns", "machine_ns", "bytes", "area_px"}
	next := int64(1)
	for b.Loop() {
		rows := batchFrom(next)
		next += batch
		_, err := conn.CopyFrom(b.Context(), pgx.Identifier{"bare"}, columns, pgx.CopyFromSlice(batch, func(i int) ([]any, error) {
			r := rows[i]
			return []any{int64(1), r.Number, string(r.Kind), r.At, int64(r.Sent), int64(r.Arrived), int64(r.Drawn), int64(r.Machine), r.Bytes, r.Area}, nil
		}))
		must(b, err)
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "rows/s")
}
