package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type bookingRow struct {
	Participant study.ParticipantID
	Kind        study.BookingKind
	Visit       int
	Slot        study.SlotID
	Station     string
	StartsAt    time.Time
	EndsAt      time.Time
	Reason      study.BookingReason
	Why         string
	By          study.ExperimenterID
	Name        string
	At          time.Time
	From        study.SlotID `db:"-"` // is in no fact
}

const (
	selectBooking = `
	SELECT b.participant, b.kind, b.visit, b.slot, b.station, b.starts_at, b.ends_at, b.reason, b.why,
	       coalesce(b.experimenter, 0) AS by, coalesce(e.name, '') AS name, b.at
	FROM booking b JOIN participant p ON p.id = b.participant LEFT JOIN experimenter e ON e.id = b.experimenter`

	bookingsOf = selectBooking + `
	WHERE b.participant = $1
	ORDER BY b.id`

	bookingsOfStudy = selectBooking + `
	WHERE p.study = $1
	ORDER BY b.id`

	bookingsOfPeople = selectBooking + `
	WHERE b.participant = ANY($1)
	ORDER BY b.id`

	addBooking = `
	INSERT INTO booking (participant, kind, visit, slot, station, starts_at, ends_at, reason, why, experimenter, at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10::bigint, 0), $11)`
)

func insertBooking(ctx context.Context, tx pgx.Tx, b study.Booking) error {
	_, err := tx.Exec(ctx, addBooking, b.Participant, b.Kind, b.Visit, b.Slot, b.Station, b.StartsAt, b.EndsAt, b.Reason, b.Why, b.By, b.At)
	return err
}

const (
	slotByID = selectSlot + `
	WHERE s.id = $1`

	// The condition on the study makes a participant of another study find no slot.
	participantForSlot = `
	SELECT p.code
	FROM participant p JOIN slot s ON s.study = p.study
	WHERE s.id = $1 AND p.id = $2`

	isPublished = `SELECT EXISTS (SELECT FROM version WHERE study = (SELECT study FROM participant WHERE id = $1))`
)

// errNotOpen refuses appointments in a study that nobody can begin in. A study without a version can be deleted, and what is on record of
// appointments cannot.
var errNotOpen = study.Refuse(study.ErrConflict, "This study is not open yet. Please come back later.")

// lockDiary returns the diary of a participant who may have appointments. Until the transaction ends, nobody else can change it.
func lockDiary(ctx context.Context, tx pgx.Tx, p study.ParticipantID) (study.Diary, error) {
	if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, p); err != nil {
		return study.Diary{}, err
	}
	who, err := queryOne[assignmentRow](ctx, tx, assignmentOf, p)
	if err != nil {
		return study.Diary{}, err
	}
	if who.Ruled == study.PlaceWithdrawn {
		return study.Diary{}, study.ErrWithdrawn
	}
	published, err := queryValue[bool](ctx, tx, isPublished, p)
	if err != nil {
		return study.Diary{}, err
	}
	if !published {
		return study.Diary{}, errNotOpen
	}
	return queryDiary(ctx, tx, p)
}

// BookSlot gives the slot b.Slot to b.Participant, as study.Diary.Book says; a slot that they had before becomes free. It returns
// study.ErrNotFound if the slot belongs to another study.
func (db *DB) BookSlot(ctx context.Context, b study.Booking) (study.Slot, error) {
	var booked study.Slot
	err := db.write(ctx, func(tx pgx.Tx) (err error) {
		booked, err = book(ctx, tx, b)
		return err
	})
	if err != nil {
		return study.Slot{}, fmt.Errorf("book slot %d for participant %d: %w", b.Slot, b.Participant, err)
	}
	return booked, nil
}

func book(ctx context.Context, tx pgx.Tx, b study.Booking) (study.Slot, error) {
	code, err := queryValue[string](ctx, tx, participantForSlot, b.Slot, b.Participant)
	if err != nil {
		return study.Slot{}, err
	}
	diary, err := lockDiary(ctx, tx, b.Participant)
	if err != nil {
		return study.Slot{}, err
	}
	if _, err := tx.Exec(ctx, lockSlots); err != nil {
		return study.Slot{}, err
	}
	row, err := queryOne[slotRow](ctx, tx, slotByID, b.Slot)
	if err != nil {
		return study.Slot{}, err
	}
	fact, err := diary.Book(study.Slot(row), b)
	if err != nil {
		return study.Slot{}, err
	}
	row.Participant, row.Code = b.Participant, code
	if fact.Kind == "" {
		return study.Slot(row), nil
	}
	return study.Slot(row), insertBooking(ctx, tx, fact)
}

// EndBooking records that an appointment is cancelled or was missed, as study.Diary.End says.
func (db *DB) EndBooking(ctx context.Context, b study.Booking) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		diary, err := lockDiary(ctx, tx, b.Participant)
		if err != nil {
			return err
		}
		fact, err := diary.End(b)
		if err != nil || fact.Kind == "" {
			return err
		}
		return insertBooking(ctx, tx, fact)
	})
	if err != nil {
		return fmt.Errorf("end the appointment %d of participant %d: %w", b.Slot, b.Participant, err)
	}
	return nil
}

// A time that is on offer and free at the moment is taken before another one is made.
const (
	slotNow = selectSlot + `
	WHERE s.study = $1 AND s.station = $2 AND s.starts_at <= $3 AND s.ends_at > $3`

	offersTimes = `SELECT EXISTS (SELECT FROM slot WHERE study = $1)`
)

// WalkIn gives b.Participant a time that begins now at a station, as study.Diary.WalkIn says: one that is on offer there, or s, which is made for
// it. machines is how many can run at once. It returns study.ErrConflict if the station or all machines are taken, and study.ErrNoTimes if the study
// offers none.
func (db *DB) WalkIn(ctx context.Context, b study.Booking, s study.Slot, machines int) (study.Slot, error) {
	var taken study.Slot
	err := db.write(ctx, func(tx pgx.Tx) error {
		s := s // write may run this again, after a slot that it made was rolled back
		if in, err := queryValue[study.StudyID](ctx, tx, studyOfParticipant, b.Participant); err != nil || in != s.Study {
			return cmp.Or(err, study.ErrNotFound)
		}
		diary, err := lockDiary(ctx, tx, b.Participant)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lockSlots); err != nil {
			return err
		}
		if any, err := queryValue[bool](ctx, tx, offersTimes, s.Study); err != nil || !any {
			return cmp.Or(err, study.ErrNoTimes)
		}
		row, err := queryOne[slotRow](ctx, tx, slotNow, s.Study, s.Station, s.StartsAt)
		if err == nil {
			s = study.Slot(row)
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		fact, err := diary.WalkIn(s, b)
		taken = s
		if err != nil || fact.Kind == "" {
			return err
		}
		if s.ID == 0 {
			if err := offer(ctx, tx, []*study.Slot{&s}, machines); err != nil {
				return err
			}
			fact.Slot, taken = s.ID, s
		}
		return insertBooking(ctx, tx, fact)
	})
	if err != nil {
		return study.Slot{}, fmt.Errorf("participant %d walks in: %w", b.Participant, err)
	}
	taken.Participant = b.Participant
	return taken, nil
}

type appointingRow struct {
	NoticeS int
	Contact string
	Mail    string
	RemindS int
	By      study.ExperimenterID
	At      time.Time
}

const (
	appointingOf = `
	SELECT notice_s, contact, mail, remind_s, coalesce(experimenter, 0) AS by, at
	FROM appointing
	WHERE study = $1
	ORDER BY id DESC LIMIT 1`

	setAppointing = `
	INSERT INTO appointing (study, notice_s, contact, mail, remind_s, experimenter, at)
	VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7)`
)

// Appointing returns how the participants of a study deal with appointments; the zero Appointing if nobody has said anything.
func (db *DB) Appointing(ctx context.Context, s study.StudyID) (a study.Appointing, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[appointingRow](ctx, tx, appointingOf, s)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		a = study.Appointing{Notice: time.Duration(row.NoticeS) * time.Second, Contact: row.Contact, Mail: row.Mail, Remind: time.Duration(row.RemindS) * time.Second, By: row.By, At: row.At}
		return err
	})
	if err != nil {
		return study.Appointing{}, fmt.Errorf("how study %d deals with appointments: %w", s, err)
	}
	return a, nil
}

// SetAppointing says how the participants of a study deal with appointments from now on. It returns what study.Appointing.Check does.
func (db *DB) SetAppointing(ctx context.Context, s study.StudyID, a study.Appointing) error {
	if err := a.Check(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, setAppointing, s, int(a.Notice.Seconds()), a.Contact, a.Mail, int(a.Remind.Seconds()), a.By, a.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("set how study %d deals with appointments: %w", s, err)
	}
	return nil
}
