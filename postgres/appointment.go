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

// selectSlot is the first part of every statement that reads slots. Who has one is said by the last fact about the appointments of each participant for each visit; see
// study.Diary.
const selectSlot = `
	SELECT s.id, s.study, s.station, s.starts_at, s.ends_at,
	       coalesce(p.id, 0) AS participant, coalesce(p.code, '') AS code
	FROM slot s
	     LEFT JOIN LATERAL (SELECT b.participant FROM booking b
	                        WHERE b.slot = s.id AND b.kind IN ('booked', 'moved', 'walked_in')
	                          AND NOT EXISTS (SELECT FROM booking later WHERE later.participant = b.participant AND later.visit = b.visit AND later.id > b.id)) has ON true
	     LEFT JOIN participant p ON p.id = has.participant`

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
		offers := make([]*study.Slot, len(slots))
		for i, s := range slots {
			offers[i] = &s
		}
		return offer(ctx, tx, offers, machines)
	})
	if err != nil {
		return fmt.Errorf("offer %d slots: %w", len(slots), err)
	}
	return nil
}

// offer does the work of OfferSlots while the slots are locked, and sets the ids of slots.
func offer(ctx context.Context, tx pgx.Tx, slots []*study.Slot, machines int) (err error) {
	ids := make([]study.SlotID, len(slots))
	for i, s := range slots {
		if s.ID, err = queryValue[study.SlotID](ctx, tx, offerSlot, s.Study, s.Station, s.StartsAt, s.EndsAt); err != nil {
			return err
		}
		ids[i] = s.ID
	}
	crowded, err := queryValue[int](ctx, tx, crowdedTime, ids, machines)
	if err == nil && crowded > 0 {
		err = study.Refuse(study.ErrConflict, "only %s can run at the same time", study.Count(machines, "machine"))
	}
	return err
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

const removeSlot = `DELETE FROM slot WHERE id = $1`

// RemoveSlot deletes a free slot. It returns study.ErrConflict if the slot is booked.
func (db *DB) RemoveSlot(ctx context.Context, id study.SlotID) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockSlots); err != nil {
			return err
		}
		row, err := queryOne[slotRow](ctx, tx, slotByID, id)
		if err != nil {
			return err
		}
		if row.Participant != 0 {
			return study.Refuse(study.ErrConflict, "that time is booked: it cannot be withdrawn")
		}
		_, err = tx.Exec(ctx, removeSlot, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove slot %d: %w", id, err)
	}
	return nil
}
