package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studytest"
)

// Attempts whose traffic was stored before there were summaries got theirs by migration 42, in SQL. It must find what study.Busiest finds for those
// that came later. One bit a second may lie between: SQL divides decimals, Go binary fractions.
func TestOldTrafficHasTheBusiestSecondOfNewTraffic(t *testing.T) {
	db, conn := openBeside(t)
	old := map[string][]study.LinkSecond{
		"no second":                       nil,
		"milliseconds only":               {moved(499*time.Millisecond, 1<<20, 700)},
		"just half a second":              {moved(500*time.Millisecond, 1<<20, 700), moved(499_999_999, 1<<30, 1)},
		"fewer bytes than headers":        {moved(time.Second, 51, 1), moved(time.Second, 0, 0)},
		"a long second beside a busy one": {moved(3*time.Second, 3_000_000, 2000), moved(time.Second+1, 1_500_000, 1000)},
		"more than a gigabit":             {moved(time.Second, 1<<40, 3)},
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		var seconds []study.LinkSecond
		for range 1 + chance.IntN(20) {
			bytes := chance.Int64N(1 << (10 + i))
			seconds = append(seconds, moved(time.Duration(1+chance.Int64N(4e9)), bytes, chance.Int64N(bytes/200+2)))
		}
		old[fmt.Sprint("by chance, ", i)] = seconds
	}
	var attempts [][]study.LinkSecond
	for _, seconds := range old {
		attempts = append(attempts, seconds)
	}
	busiest := map[study.TrialID]study.Bitrate{}
	id, trials := trialsOf(t, db, len(attempts))
	for i, seconds := range attempts {
		a, err := db.OpenAttempt(t.Context(), study.Attempt{Trial: trials[i], AskedAt: studytest.Noon})
		must(t, err)
		must(t, db.RecordTraffic(t.Context(), a.ID, seconds))
		if most := study.Busiest(seconds); most > 0 {
			busiest[trials[i]] = most
		}
	}
	_, err := conn.Exec(t.Context(), "DROP TABLE traffic_summary; DELETE FROM goose_db_version WHERE version_id = 42")
	must(t, err)
	_, err = postgres.Migrate(t.Context(), conn.Config().ConnString())
	must(t, err)
	found := map[study.TrialID]study.Bitrate{}
	for g, err := range db.Source().Goodputs(t.Context(), analysis.Filter{Study: id}) {
		must(t, err)
		found[g.Trial] = g.Down
	}
	for i, trial := range trials {
		if got, most := found[trial], busiest[trial]; max(got, most)-min(got, most) > 1 {
			t.Errorf("the migration finds %d bit/s, Busiest %d, in %+v", got, most, attempts[i])
		}
	}
	if len(found) < 15 {
		t.Errorf("only %d attempts have a busiest second", len(found))
	}
}

func moved(span time.Duration, bytes, packets int64) study.LinkSecond {
	return study.LinkSecond{At: studytest.Noon, Span: span, Moved: study.LinkReport{BytesDown: bytes, PacketsDown: packets}}
}

// trialsOf returns a study, and at least n of its trials.
func trialsOf(t *testing.T, db *postgres.DB, n int) (id study.StudyID, trials []study.TrialID) {
	t.Helper()
	id, err := db.CreateStudy(t.Context(), 0, studytest.Design(), studytest.Noon)
	must(t, err)
	_, err = db.Publish(t.Context(), id, 0, studytest.Noon)
	must(t, err)
	for i := 0; len(trials) < n; i++ {
		people, err := db.AddParticipants(t.Context(), id, false, []string{fmt.Sprint("link", i)}, studytest.Noon)
		must(t, err)
		s, err := db.StartSession(t.Context(), people[0].ID, studytest.Noon)
		must(t, err)
		must(t, db.RecordConsent(t.Context(), s, false, studytest.Noon))
		x, err := db.Session(t.Context(), s)
		must(t, err)
		for _, trial := range x.Trials {
			if !trial.Practice() {
				trials = append(trials, trial.ID)
			}
		}
	}
	return id, trials[:n]
}
