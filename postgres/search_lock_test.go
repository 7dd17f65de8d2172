package postgres_test

import (
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studytest"
)

// Who erases locks the session first, and then its attempts. A trial of a search that ends must wait for the session before it locks the attempt, or
// each would wait for the other.
func TestATrialOfASearchEndsInTheOrderInWhichOthersLock(t *testing.T) {
	db, conn := openBeside(t)
	ctx, at := t.Context(), studytest.Noon
	s, err := db.CreateStudy(ctx, 0, studytest.Searching(), at)
	must(t, err)
	_, err = db.Publish(ctx, s, 0, at)
	must(t, err)
	people, err := db.AddParticipants(ctx, s, false, []string{"link"}, at)
	must(t, err)
	id, err := db.StartSession(ctx, people[0].ID, at)
	must(t, err)
	must(t, db.RecordConsent(ctx, id, false, at))
	x, err := db.Session(ctx, id)
	must(t, err)
	a, err := db.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[1].ID, AskedAt: at})
	must(t, err)
	a.State, a.StartedAt = study.Running, at
	must(t, db.RecordAttempt(ctx, a, at, time.Second))

	other, err := conn.Begin(ctx)
	must(t, err)
	_, err = other.Exec(ctx, `SELECT id FROM session WHERE id = $1 FOR UPDATE`, id)
	must(t, err)
	ended := make(chan error)
	go func() {
		a.State, a.Outcome, a.EndedAt = study.Finished, study.SaidDone, at
		ended <- db.RecordAttempt(ctx, a, at, 2*time.Second)
	}()
	for waits := 0; waits == 0; { // until it waits for the session
		select {
		case err := <-ended:
			t.Fatalf("the attempt has ended without waiting for the session: %v", err)
		default:
		}
		must(t, conn.QueryRow(ctx, `SELECT count(*) FROM pg_locks WHERE NOT granted`).Scan(&waits))
	}
	if _, err := other.Exec(ctx, `SELECT id FROM attempt WHERE id = $1 FOR UPDATE NOWAIT`, a.ID); err != nil {
		t.Errorf("the attempt is locked already: %v", err)
	}
	must(t, other.Rollback(ctx))
	must(t, <-ended)
}
