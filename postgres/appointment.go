package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type slotRow struct {
	ID          study.SlotID
	Study       study.StudyID
	Station     string
	StartsAt    time.Time
	EndsAt      time.Time
	Participant study.ParticipantID
	Code        string
}

// selectSlot is the first part of every statement that reads slots.
const selectSlot = `
	SELECT s.id, s.study, s.station, s.starts_at, s.ends_at,
	       coalesce(s.participant, 0) AS participant, coalesce(p.code, '') AS code
	FROM slot s LEFT JOIN participant p ON p.id = s.participant`

const (
	// Offering and booking read many slots before they change one, so the lock lets only one of
	// them work at a time.
	lockSlots = `LOCK TABLE slot IN SHARE ROW EXCLUSIVE MODE`

	offerSlot = `
	INSERT INTO slot (study, station, starts_at, ends_at)
	VALUES ($1, $2, $3, $4)
	RETURNING id`

	// The number of slots at the same time can only grow when a slot begins. So it is enough to
	// count at the beginning of every slot.
	crowdedTime = `
	SELECT count(*)
	FROM slot s
	WHERE EXISTS (SELECT FROM slot n
	              WHERE n.id = ANY($1) AND n.starts_at <= s.starts_at AND s.starts_at < n.ends_at)
	  AND (SELECT count(*) FROM slot o
	       WHERE o.starts_at <= s.starts_at AND s.starts_at < o.ends_at) > $2`
)

// OfferSlots adds free slots, all or none. It returns study.ErrConflict if a slot overlaps another
// one at its station, or if more slots than machines would be at the same time, over all stations
// and studies.
func (db *DB) OfferSlots(ctx context.Context, slots []study.Slot, machines int) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockSlots); err != nil {
			return err
		}
		ids := make([]study.SlotID, len(slots))
		for i, s := range slots {
			var err error
			if ids[i], err = queryValue[study.SlotID](ctx, tx, offerSlot, s.Study, s.Station, s.StartsAt, s.EndsAt); err != nil {
				return err
			}
		}
		crowded, err := queryValue[int](ctx, tx, crowdedTime, ids, machines)
		if err == nil && crowded > 0 {
			err = study.Refuse(study.ErrConflict, "only %s can run at the same time", study.Count(machines, "machine"))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("offer %d slots: %w", len(slots), err)
	}
	return nil
}

const slotsOfStudy = selectSlot + `
	WHERE s.study = $1
	ORDER BY s.starts_at, s.station`

// Slots returns the slots of a study by time.
func (db *DB) Slots(ctx context.Context, s study.StudyID) ([]study.Slot, error) {
	slots, err := db.slots(ctx, slotsOfStudy, s)
	if err != nil {
		return nil, fmt.Errorf("slots of study %d: %w", s, err)
	}
	return slots, nil
}

const slotsBetween = selectSlot + `
	WHERE s.starts_at >= $1 AND s.starts_at < $2
	ORDER BY s.starts_at, s.station`

// Day returns the slots of all studies that begin at or after from and before to, by time.
func (db *DB) Day(ctx context.Context, from, to time.Time) ([]study.Slot, error) {
	slots, err := db.slots(ctx, slotsBetween, from, to)
	if err != nil {
		return nil, fmt.Errorf("slots from %v to %v: %w", from, to, err)
	}
	return slots, nil
}

func (db *DB) slots(ctx context.Context, sql string, args ...any) ([]study.Slot, error) {
	var slots []study.Slot
	err := db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[slotRow](ctx, tx, sql, args...)
		slots = make([]study.Slot, len(rows))
		for i, r := range rows {
			slots[i] = study.Slot(r)
		}
		return err
	})
	return slots, err
}

const (
	slotByID = selectSlot + `
	WHERE s.id = $1`

	// The condition on the study makes a participant of another study find no slot.
	participantForSlot = `
	SELECT p.code
	FROM participant p JOIN slot s ON s.study = p.study
	WHERE s.id = $1 AND p.id = $2`

	giveBackSlots = `UPDATE slot SET participant = NULL WHERE participant = $1`
	bookSlot      = `UPDATE slot SET participant = $2 WHERE id = $1`
)

// BookSlot gives a free slot to the participant; a slot that they had booked before becomes free.
// It returns study.ErrConflict, with a sentence for people, if the slot is taken or has begun, and
// study.ErrNotFound if it belongs to another study.
func (db *DB) BookSlot(ctx context.Context, id study.SlotID, p study.ParticipantID, now time.Time) (study.Slot, error) {
	var booked study.Slot
	err := db.write(ctx, func(tx pgx.Tx) (err error) {
		booked, err = book(ctx, tx, id, p, now)
		return err
	})
	if err != nil {
		return study.Slot{}, fmt.Errorf("book slot %d for participant %d: %w", id, p, err)
	}
	return booked, nil
}

func book(ctx context.Context, tx pgx.Tx, id study.SlotID, p study.ParticipantID, now time.Time) (study.Slot, error) {
	if _, err := tx.Exec(ctx, lockSlots); err != nil {
		return study.Slot{}, err
	}
	row, err := queryOne[slotRow](ctx, tx, slotByID, id)
	if err != nil {
		return study.Slot{}, err
	}
	code, err := queryValue[string](ctx, tx, participantForSlot, id, p)
	if err != nil {
		return study.Slot{}, err
	}
	who, err := queryOne[assignmentRow](ctx, tx, assignmentOf, p)
	if err != nil {
		return study.Slot{}, err
	}
	switch {
	case who.Ruled == study.PlaceWithdrawn:
		return study.Slot{}, study.ErrWithdrawn
	case row.Participant == p:
		return study.Slot(row), nil
	case row.Participant != 0:
		return study.Slot{}, study.Refuse(study.ErrConflict, "someone else has just taken that time: please choose another one")
	case !now.Before(row.StartsAt):
		return study.Slot{}, study.Refuse(study.ErrConflict, "that time has begun already: please choose a later one")
	}
	if _, err := tx.Exec(ctx, giveBackSlots, p); err != nil {
		return study.Slot{}, err
	}
	row.Participant, row.Code = p, code
	_, err = tx.Exec(ctx, bookSlot, id, p)
	return study.Slot(row), err
}

const removeSlot = `DELETE FROM slot WHERE id = $1 AND participant IS NULL`

// RemoveSlot deletes a free slot. It returns study.ErrConflict if the slot is booked.
func (db *DB) RemoveSlot(ctx context.Context, id study.SlotID) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryOne[slotRow](ctx, tx, slotByID, id); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, removeSlot, id)
		if err == nil && done.RowsAffected() == 0 {
			err = study.Refuse(study.ErrConflict, "that time is booked: it cannot be withdrawn")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove slot %d: %w", id, err)
	}
	return nil
}
