package postgres_test

import (
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studytest"
)

// Appointments that were made when there was one for all visits are for the first.
func TestOldAppointmentsAreForTheFirstVisit(t *testing.T) {
	db, conn := openBeside(t)
	s, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	_, err = db.Publish(t.Context(), s, 0, studytest.Noon)
	must(t, err)
	people, err := db.AddParticipants(t.Context(), s, false, []string{"thesecretofthelink"}, studytest.Noon)
	must(t, err)
	from := studytest.Noon.Add(time.Hour)
	must(t, db.OfferSlots(t.Context(), []study.Slot{{Study: s, Station: "A", StartsAt: from, EndsAt: from.Add(time.Hour)}}, 1))
	slots, err := db.Slots(t.Context(), s)
	must(t, err)
	_, err = db.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[0].ID, At: studytest.Noon})
	must(t, err)
	_, err = conn.Exec(t.Context(), "ALTER TABLE booking DROP COLUMN visit; DELETE FROM goose_db_version WHERE version_id = 55")
	must(t, err)
	db.Close()
	_, err = postgres.Migrate(t.Context(), conn.Config().ConnString())
	must(t, err)
	db, err = postgres.Open(t.Context(), conn.Config().ConnString())
	must(t, err)
	t.Cleanup(db.Close)
	d, err := db.Diary(t.Context(), people[0].ID)
	must(t, err)
	if has, ok := d.Current(); !ok || has.Visit != 1 || has.Slot != slots[0].ID {
		t.Errorf("they have %+v", has)
	}
}
