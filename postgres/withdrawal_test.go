package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/studytest"
)

// planted is in everything that the person of TestNothingOfWhatWasErasedIsLeft gives, and in what is written about them.
const planted = "planted-9f3c51"

// gave lets somebody give one of everything, with a text in it, and returns whose it is.
func gave(t *testing.T, db *postgres.DB, s study.StudyID, link, text string) study.Participant {
	t.Helper()
	ctx, at := t.Context(), studytest.Noon
	people, err := db.AddParticipants(ctx, s, false, []string{link}, at)
	must(t, err)
	p := people[0]
	must(t, db.PutIntoGroup(ctx, p.ID, "", 0, at))
	must(t, db.RecordExternalIDs(ctx, p.ID, []study.ExternalID{{Name: "PROLIFIC_PID", Value: text}}))
	must(t, db.SetAddress(ctx, study.Address{Participant: p.ID, Mail: strings.ReplaceAll(text, " ", ".") + "@example.org", At: at}))
	must(t, db.QueueMail(ctx, study.Mail{Participant: p.ID, Kind: study.MailConfirms, Fact: 1, QueuedAt: at, DueAt: at, State: study.MailWaits, Cause: study.MailCause(text), At: at}))
	must(t, db.OfferSlots(ctx, []study.Slot{{Study: s, Station: link, StartsAt: at.Add(time.Hour), EndsAt: at.Add(2 * time.Hour)}}, 9))
	slots, err := db.Slots(ctx, s)
	must(t, err)
	for _, slot := range slots {
		if slot.Participant == 0 {
			_, err = db.BookSlot(ctx, study.Booking{Slot: slot.ID, Participant: p.ID, At: at})
			must(t, err)
			must(t, db.EndBooking(ctx, study.Booking{Slot: slot.ID, Participant: p.ID, Kind: study.BookingCancelled, Why: text, At: at}))
		}
	}
	id, err := db.StartSession(ctx, p.ID, at)
	must(t, err)
	must(t, db.RecordConsentWith(ctx, id, true, study.Found{Browser: text}, at))
	x, err := db.Session(ctx, id)
	must(t, err)
	a, err := db.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: at})
	must(t, err)
	_, err = db.TakeSeat(ctx, id, at)
	must(t, err)
	b := batchFrom(a.ID, 1)
	b.Events = []study.Event{{Number: int64(b.Given) + 1, Kind: study.PageOpened, At: at, Detail: text}}
	b.Count, b.Given = b.Count+1, b.Given+1
	must(t, db.SaveBatch(ctx, b))
	must(t, db.RecordEvent(ctx, study.Event{Session: id, Attempt: a.ID, Kind: study.NoteSent, At: at, Detail: text}))
	must(t, db.RecordTraffic(ctx, a.ID, []study.LinkSecond{{At: at, Span: 1}}))
	must(t, db.BeginRecording(ctx, a.ID, at))
	a.State, a.Cause = study.Failed, text
	must(t, db.RecordAttempt(ctx, a, at, 0))
	must(t, db.RecordRating(ctx, id, x.Trials[0].ID, study.Rating{Instrument: "remarks", At: at, Answers: []study.Answer{
		{Item: "short", Value: text}, {Item: "long", Value: strings.Repeat(text+" ", 2000)}, // the long one lies in a table apart
	}}))
	must(t, db.RuleOnTrial(ctx, id, x.Trials[0].ID, study.TrialRuling{Excluded: true, Why: text, At: at}))
	for _, state := range []study.PlaceState{study.PlaceExcluded, study.PlaceActive} {
		must(t, db.Rule(ctx, id, study.Ruling{State: state, Why: text, At: at}))
	}
	_, err = db.AddNote(ctx, study.Note{Session: id, Attempt: a.ID, At: at, WrittenAt: at, Text: text, Tags: []string{"seen"}})
	must(t, err)
	must(t, db.RecordCompensations(ctx, s, []study.Compensation{{Participant: p.ID, Amount: text, At: at}}))
	p.Session = id
	return p
}

// tables returns the text of every table, as a dump would have it.
func tables(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	rows, _ := conn.Query(t.Context(), `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	all := map[string]string{}
	for _, name := range names {
		var b bytes.Buffer
		_, err := conn.PgConn().CopyTo(t.Context(), &b, fmt.Sprintf("COPY %s TO STDOUT", pgx.Identifier{name}.Sanitize()))
		must(t, err)
		all[name] = b.String()
	}
	return all
}

// holding returns the files below dir that have a text.
func holding(t *testing.T, dir, text string) (found []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			found = append(found, strings.TrimPrefix(path, dir))
		}
		return err
	}))
	return found
}

// belongings are the tables whose rows refer to a person, directly or by other tables.
const belongings = `
	WITH RECURSIVE theirs (id) AS (
	    SELECT 'participant'::regclass::oid
	    UNION
	    SELECT c.conrelid FROM pg_constraint c JOIN theirs ON c.confrelid = theirs.id WHERE c.contype = 'f'
	)
	SELECT id::regclass::text FROM theirs`

func TestNothingOfWhatWasErasedIsLeft(t *testing.T) {
	studytest.Need(t, "postgres")
	dir, err := os.MkdirTemp("", "pg") // the path of t.TempDir is too long for a socket
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // if root runs the test, the server runs as another user
	t.Cleanup(func() { os.RemoveAll(dir) })
	log, err := os.Create(filepath.Join(dir, "server.log"))
	must(t, err)
	cluster, err := embedded.Start(t.Context(), embedded.Config{Dir: dir, Throwaway: true, Log: io.Writer(log)})
	must(t, err)
	t.Cleanup(func() { must(t, cluster.Stop(context.WithoutCancel(t.Context()))) })
	url := cluster.URL("postgres")
	_, err = postgres.Migrate(t.Context(), url)
	must(t, err)
	db, err := postgres.Open(t.Context(), url)
	must(t, err)
	t.Cleanup(db.Close)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })

	s, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	_, err = db.Publish(t.Context(), s, 0, studytest.Noon)
	must(t, err)
	p := gave(t, db, s, "secret", planted)
	other := gave(t, db, s, "another", "nothing of note")
	_, err = conn.Exec(t.Context(), "ANALYZE; CHECKPOINT")
	must(t, err)
	before := tables(t, conn)
	rows, _ := conn.Query(t.Context(), belongings)
	theirs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, table := range theirs {
		if before[table] == "" && table != "tombstone" && table != "chosen_group" {
			t.Errorf("nothing was planted in the table %s: gave must put something there, and Erase must remove it", table)
		}
	}
	if found := holding(t, dir, planted); len(found) == 0 {
		t.Fatal("what was planted is in no file: this test would find nothing")
	}

	must(t, db.Withdraw(t.Context(), p.ID, study.Withdrawal{Erase: true, Why: planted, At: studytest.Noon}))
	stone, err := db.Erase(t.Context(), p.ID, studytest.Noon)
	must(t, err)
	if stone.Total() == 0 || stone.Code != p.Code || len(stone.Attempts) != 1 {
		t.Errorf("the tombstone says %+v", stone)
	}
	for table, text := range tables(t, conn) {
		if strings.Contains(text, planted) {
			t.Errorf("the table %s still has it: %s", table, text)
		}
		if before[table] != "" && text == "" {
			t.Errorf("the table %s is empty, and what somebody else gave is gone", table)
		}
	}
	if _, err := db.Session(t.Context(), other.Session); err != nil {
		t.Errorf("the session of somebody else: %v", err)
	}

	must(t, db.Scrub(t.Context()))
	if found := holding(t, dir, planted); len(found) > 0 {
		t.Errorf("after the database was written anew these files still have it: %v", found)
	}
}

func TestTheDoorLetsOnlyRowsOfTheErasedThrough(t *testing.T) {
	db, conn := openBeside(t)
	s, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	_, err = db.Publish(t.Context(), s, 0, studytest.Noon)
	must(t, err)
	p, other := gave(t, db, s, "secret", "x"), gave(t, db, s, "another", "y")
	must(t, db.Withdraw(t.Context(), p.ID, study.Withdrawal{Erase: true, At: studytest.Noon}))
	dated := fmt.Sprintf("UPDATE tombstone SET erased_at = now() WHERE participant = %d", p.ID)
	open := func(id study.ParticipantID) string { return fmt.Sprintf("SET LOCAL vmstudy.erasing = '%d'", id) }
	const theirs = "DELETE FROM answer USING rating r WHERE r.id = rating AND r.session = %d"
	for name, test := range map[string]struct {
		statements []string
		refused    string
	}{
		"with a date and the name of the person": {[]string{dated, open(p.ID), fmt.Sprintf(theirs, p.Session)}, ""},
		"without a date":                         {[]string{open(p.ID), fmt.Sprintf(theirs, p.Session)}, "append-only"},
		"without a name":                         {[]string{dated, fmt.Sprintf(theirs, p.Session)}, "append-only"},
		"with the name of somebody else":         {[]string{dated, open(other.ID), fmt.Sprintf(theirs, other.Session)}, "append-only"},
		"for rows of somebody else":              {[]string{dated, open(p.ID), fmt.Sprintf(theirs, other.Session)}, "somebody whose data are not being erased"},
		"for everything at once":                 {[]string{dated, open(p.ID), "DELETE FROM answer"}, "somebody whose data are not being erased"},
		"for a change":                           {[]string{dated, open(p.ID), "UPDATE answer SET value = ''"}, "append-only"},
		"for a version":                          {[]string{dated, open(p.ID), "DELETE FROM version"}, "append-only"},
		"for a tombstone":                        {[]string{dated, open(p.ID), "DELETE FROM tombstone"}, "append-only"},
		"for the audit":                          {[]string{dated, open(p.ID), "DELETE FROM audit"}, "append-only"},
	} {
		tx, err := conn.Begin(t.Context())
		must(t, err)
		for _, sql := range test.statements {
			if _, err = tx.Exec(t.Context(), sql); err != nil {
				break
			}
		}
		if test.refused == "" && err != nil || test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)) {
			t.Errorf("%s: got %v, want %q", name, err, test.refused)
		}
		must(t, tx.Rollback(t.Context()))
	}
	_, err = db.Erase(t.Context(), p.ID, studytest.Noon)
	must(t, err)
	if _, err := conn.Exec(t.Context(), open(other.ID)+"; DELETE FROM answer"); err == nil {
		t.Error("the door was still open after it had been used")
	}
}
