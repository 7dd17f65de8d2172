package postgres_test

import (
	"errors"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A password is being changed, in a transaction that has not ended, while somebody who has proved to know the old one is let in: their login must
// not be there afterwards, as it is one of those that the change is to end.
func TestALoginWaitsForAPasswordThatIsBeingChanged(t *testing.T) {
	url := pgtest.DB(t)
	db, err := postgres.Open(t.Context(), url)
	must(t, err)
	t.Cleanup(db.Close)
	must(t, db.SetPassword(t.Context(), "ada", "first"))
	ada, _, err := db.Experimenter(t.Context(), "ada")
	must(t, err)

	change, err := connectTo(t, url).Begin(t.Context())
	must(t, err)
	_, err = change.Exec(t.Context(), "UPDATE experimenter SET password_hash = 'second' WHERE id = $1", ada.ID)
	must(t, err)
	opened := make(chan error, 1)
	go func() {
		opened <- db.OpenLogin(t.Context(), ada.ID, "first", make([]byte, 32), studytest.Noon.Add(time.Hour))
	}()
	beside := connectTo(t, url)
	for waits := false; !waits; {
		must(t, beside.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waits))
		select {
		case err := <-opened:
			t.Fatalf("a login was opened, or refused, before the change was made: %v", err)
		default:
		}
	}
	must(t, change.Commit(t.Context()))
	if err := <-opened; !errors.Is(err, study.ErrDenied) {
		t.Errorf("a login with the old password: %v, want it to be denied", err)
	}
}
