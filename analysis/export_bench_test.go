package analysis_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url)
		return err
	})
}

// BenchmarkExport exports a study of 300,000 interactions. It compares that with the time in which
// PostgreSQL returns their bare rows in order: an export, which joins, converts and compresses, may
// take at most five times as long.
func BenchmarkExport(b *testing.B) {
	const people, inputs = 20, 3_000 // in each of five trials
	url := pgtest.DB(b)
	db, err := postgres.Open(b.Context(), url)
	check(b, err)
	b.Cleanup(db.Close)
	f := analysis.Filter{Study: populate(b, db, people, inputs)}
	conn, err := pgx.Connect(b.Context(), url)
	check(b, err)
	b.Cleanup(func() { conn.Close(context.WithoutCancel(b.Context())) })
	_, err = conn.Exec(b.Context(), "VACUUM ANALYZE") // as autovacuum would have done by the time of an export
	check(b, err)

	rows := float64(people * 5 * inputs)
	b.Run("zip", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			check(b, analysis.Export(b.Context(), db.Source(), f, questionnaire.Named(), io.Discard))
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("rows", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, err := range db.Source().Interactions(b.Context(), f) {
				check(b, err)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("copy", func(b *testing.B) {
		const bare = "COPY (SELECT * FROM interaction ORDER BY attempt, number) TO STDOUT (FORMAT csv)"
		for b.Loop() {
			tag, err := conn.PgConn().CopyTo(b.Context(), io.Discard, bare)
			check(b, err)
			if float64(tag.RowsAffected()) != rows {
				b.Fatalf("%d rows, want %v", tag.RowsAffected(), rows)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// BenchmarkResults describes a study of 200 people who each made 600 inputs in each of 18 trials, and answered all questions: 2.2 million
// inputs. Cold is the first time after the database has started to keep summaries.
func BenchmarkResults(b *testing.B) {
	url := pgtest.DB(b)
	db, err := postgres.Open(b.Context(), url)
	check(b, err)
	b.Cleanup(db.Close)
	design := studytest.Design()
	design.Networks = append(design.Networks, study.NamedNetwork{Name: "slow", Network: study.Network{RTT: time.Second}}, study.NamedNetwork{Name: "slower", Network: study.Network{RTT: 2 * time.Second}})
	design.Tasks = append(design.Tasks, study.Task{ID: "draw", Title: study.Plain("Draw"), Instruction: study.Plain("Draw.")})
	id := populateWith(b, db, design, 200, 600)
	f := analysis.Filter{Study: id}
	st, err := db.Study(b.Context(), id)
	check(b, err)
	conn, err := pgx.Connect(b.Context(), url)
	check(b, err)
	b.Cleanup(func() { conn.Close(context.WithoutCancel(b.Context())) })
	_, err = conn.Exec(b.Context(), "VACUUM ANALYZE")
	check(b, err)
	find := func() {
		check(b, db.SummarizeInputs(b.Context(), id))
		r, err := analysis.Find(b.Context(), db.Source(), f, *st.Published, questionnaire.Named())
		check(b, err)
		inputs := 0
		for _, c := range r.Conditions {
			inputs += c.Responses.N
		}
		if inputs != 200*18*600 {
			b.Fatalf("%d inputs", inputs)
		}
	}
	b.Run("none", func(b *testing.B) {
		for b.Loop() {
			_, err = conn.Exec(b.Context(), "TRUNCATE input_summary")
			check(b, err)
			find()
		}
	})
	b.Run("warm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			find()
		}
	})
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// populate stores a study in which each of people participants made inputs inputs in each of five trials.
func populate(b *testing.B, db *postgres.DB, people, inputs int) study.StudyID {
	b.Helper()
	return populateWith(b, db, studytest.Design(), people, inputs)
}

// populateWith does the same with a design of its own.
func populateWith(b *testing.B, db *postgres.DB, design study.Design, people, inputs int) study.StudyID {
	b.Helper()
	ctx := b.Context()
	id, err := db.CreateStudy(ctx, 0, design, studytest.Noon)
	check(b, err)
	_, err = db.Publish(ctx, id, 0, studytest.Noon)
	check(b, err)
	links := make([]string, people)
	for i := range links {
		links[i] = fmt.Sprint("link", i)
	}
	added, err := db.AddParticipants(ctx, id, false, links, studytest.Noon)
	check(b, err)
	for _, p := range added {
		visit, err := db.StartSession(ctx, p.ID, studytest.Noon)
		check(b, err)
		check(b, db.RecordConsent(ctx, visit, false, studytest.Noon))
		x, err := db.Session(ctx, visit)
		check(b, err)
		for _, t := range x.Trials {
			if t.Practice() {
				continue
			}
			a, err := db.OpenAttempt(ctx, study.Attempt{Trial: t.ID, AskedAt: studytest.Noon})
			check(b, err)
			check(b, db.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, inputsOf(inputs))))
			a.State, a.StartedAt = study.Running, studytest.Noon
			check(b, db.RecordAttempt(ctx, a, studytest.Noon, 0))
			a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, studytest.Noon.Add(time.Minute)
			check(b, db.RecordAttempt(ctx, a, studytest.Noon, 0))
			for _, instrument := range design.Instruments {
				check(b, db.RecordRating(ctx, visit, t.ID, answered(b, instrument)))
			}
		}
	}
	return id
}

// inputsOf returns n interactions whose times have as many digits as a browser's.
func inputsOf(n int) []study.Interaction {
	rows := make([]study.Interaction, n)
	for i := range rows {
		late := time.Duration(i*7919%300_000) * time.Microsecond
		rows[i] = study.Interaction{
			Number: int64(i + 1), Kind: study.Key, At: studytest.Noon.Add(time.Duration(i) * 211 * time.Millisecond),
			Sent: 400*time.Microsecond + late/500, Arrived: 20*time.Millisecond + late, Drawn: 31*time.Millisecond + late,
			Machine: 9*time.Millisecond + late/10, Bytes: int64(300 + i%5000), Area: int64(64 + i%9000),
		}
	}
	return rows
}

// answered returns an instrument of the library, with the middle of every scale.
func answered(b *testing.B, id string) study.Rating {
	b.Helper()
	in, err := questionnaire.Of(study.Design{}, id)
	check(b, err)
	r := study.Rating{Instrument: id, At: studytest.Noon}
	for _, q := range in.Questions() {
		from, _, _ := q.Ends()
		r.Answers = append(r.Answers, study.Answer{Item: q.ID, Value: from.String()})
	}
	return r
}
