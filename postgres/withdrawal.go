package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
)

const (
	studyOfParticipant = `SELECT study FROM participant WHERE id = $1`

	lockSessionOf = `SELECT id FROM session WHERE participant = $1 FOR UPDATE`

	askToErase = `
	INSERT INTO tombstone (participant, asked_at, experimenter)
	VALUES ($1, $2, nullif($3::bigint, 0))
	ON CONFLICT DO NOTHING`
)

// Withdraw records that a participant takes no part any more, and whether what they gave is to be erased; Erase does that.
// The place in the plan is given back, and so is an appointment that has not begun. What was recorded before stays as it is,
// and a second call can only add the wish to erase.
func (db *DB) Withdraw(ctx context.Context, p study.ParticipantID, w study.Withdrawal) error {
	if err := w.Admits(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		a, err := lockPerson(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := forgetAddress(ctx, tx, p, w.At); err != nil { // first of all
			return err
		}
		if !a.Ruling.Says(study.PlaceWithdrawn) {
			if _, err := tx.Exec(ctx, addRuling, p, study.PlaceWithdrawn, "", w.Why, w.By, w.At); err != nil {
				return err
			}
			diary, err := queryDiary(ctx, tx, p)
			if err != nil {
				return err
			}
			if err := leaves(ctx, tx, diary, w.By, w.At); err != nil {
				return err
			}
		}
		if w.Erase {
			_, err = tx.Exec(ctx, askToErase, p, w.At, w.By)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("withdraw participant %d: %w", p, err)
	}
	return nil
}

// leaves gives back the appointment of somebody who takes no part any more, as study.Diary.Leaves says.
func leaves(ctx context.Context, tx pgx.Tx, diary study.Diary, by study.ExperimenterID, at time.Time) error {
	if fact, ok := diary.Leaves(by, at); ok {
		return insertBooking(ctx, tx, fact)
	}
	return nil
}

// lockPerson returns the place that a participant has, if any, with what was said about them. Until the transaction ends,
// nobody else can change places of the study, rule on them, or open an attempt of theirs.
func lockPerson(ctx context.Context, tx pgx.Tx, p study.ParticipantID) (study.Assignment, error) {
	in, err := queryValue[study.StudyID](ctx, tx, studyOfParticipant, p)
	if err != nil {
		return study.Assignment{}, err
	}
	if _, err := queryValue[study.StudyID](ctx, tx, lockPlaces, in); err != nil {
		return study.Assignment{}, err
	}
	if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, p); err != nil {
		return study.Assignment{}, err
	}
	if _, err := tx.Exec(ctx, lockSessionOf, p); err != nil {
		return study.Assignment{}, err
	}
	row, err := queryOne[assignmentRow](ctx, tx, assignmentOf, p)
	return row.assignment(), err
}

// theirs are the sessions of a participant.
const theirs = `(SELECT id FROM session WHERE participant = $1)`

// theirTrials and theirAttempts are what is in these sessions.
const (
	theirTrials   = `(SELECT id FROM trial WHERE session IN ` + theirs + `)`
	theirAttempts = `(SELECT id FROM attempt WHERE trial IN ` + theirTrials + `)`
)

// erasures remove everything that a participant gave, children before parents. A table that is missing here makes the removal of
// its parent fail, so that nothing is forgotten; a test plants values in every table.
var erasures = []struct{ kind, sql string }{
	{"address", `DELETE FROM address WHERE participant = $1`},         // what leads to them goes first
	{"external_id", `DELETE FROM external_id WHERE participant = $1`}, // then what names them elsewhere
	{"mail", `DELETE FROM mail WHERE participant = $1`},
	{"answer", `DELETE FROM answer WHERE rating IN (SELECT id FROM rating WHERE session IN ` + theirs + `)`},
	{"rating", `DELETE FROM rating WHERE session IN ` + theirs},
	{"interaction", `DELETE FROM interaction WHERE attempt IN ` + theirAttempts},
	{"event", `DELETE FROM event WHERE session IN ` + theirs},
	{"batch", `DELETE FROM batch WHERE attempt IN ` + theirAttempts},
	{"note", `DELETE FROM note WHERE session IN ` + theirs},
	{"network_second", `DELETE FROM network_second WHERE attempt IN ` + theirAttempts},
	{"recording", `DELETE FROM recording WHERE attempt IN ` + theirAttempts},
	{"transition", `DELETE FROM transition WHERE attempt IN ` + theirAttempts},
	{"input_summary", `DELETE FROM input_summary WHERE attempt IN ` + theirAttempts},
	{"traffic_summary", `DELETE FROM traffic_summary WHERE attempt IN ` + theirAttempts},
	{"preflight", `DELETE FROM preflight WHERE session IN ` + theirs},
	{"attempt", `DELETE FROM attempt WHERE trial IN ` + theirTrials},
	{"trial_ruling", `DELETE FROM trial_ruling WHERE trial IN ` + theirTrials},
	{"trial", `DELETE FROM trial WHERE session IN ` + theirs},
	{"session", `DELETE FROM session WHERE participant = $1`},
	{"chosen_group", `DELETE FROM chosen_group WHERE participant = $1`},
	{"compensation", `DELETE FROM compensation WHERE participant = $1`},
	{"booking", `DELETE FROM booking WHERE participant = $1`},
}

// forgetSummaries removes what was computed of the inputs and the traffic: it goes with them, and nobody gave it.
const forgetSummaries = `
	WITH traffic AS (DELETE FROM traffic_summary WHERE attempt IN ` + theirAttempts + `)
	DELETE FROM input_summary WHERE attempt IN ` + theirAttempts

const (
	lockTheirTrials   = `SELECT id FROM trial WHERE session IN ` + theirs + ` ORDER BY id FOR UPDATE`
	lockTheirAttempts = `SELECT id FROM attempt WHERE trial IN ` + theirTrials + ` ORDER BY id FOR UPDATE`

	// A tombstone with a date of this transaction opens the door of the append-only tables; see the migration.
	dateTombstone = `
	UPDATE tombstone SET erased_at = $2, attempts = $3, session = (SELECT id FROM session WHERE participant = $1)
	WHERE participant = $1`
	openDoor     = `SELECT set_config('vmstudy.erasing', $1, true)`
	countRemoved = `UPDATE tombstone SET removed = $2 WHERE participant = $1`

	// What experimenters wrote about the person goes, too. That they withdrew stays.
	lastRuling    = `SELECT coalesce(experimenter, 0) FROM ruling WHERE participant = $1 ORDER BY id DESC LIMIT 1`
	deleteRulings = `DELETE FROM ruling WHERE participant = $1`
)

// Erase removes everything that a participant gave, in one transaction, and returns the tombstone, which says whose files
// are to be removed. Withdraw must have recorded that they want it: else the error is study.ErrConflict. If the rows are gone already, nothing changes.
func (db *DB) Erase(ctx context.Context, p study.ParticipantID, at time.Time) (study.Tombstone, error) {
	var stone study.Tombstone
	err := db.write(ctx, func(tx pgx.Tx) (err error) {
		if _, err = lockPerson(ctx, tx, p); err != nil {
			return err
		}
		if stone, err = queryTombstone(ctx, tx, p); errors.Is(err, pgx.ErrNoRows) {
			return study.Refuse(study.ErrConflict, "Nobody has asked to erase what this person gave.")
		}
		if err != nil || !stone.ErasedAt.IsZero() {
			return err
		}
		if err := erase(ctx, tx, p, at); err != nil {
			return err
		}
		stone, err = queryTombstone(ctx, tx, p)
		return err
	})
	if err != nil {
		return study.Tombstone{}, fmt.Errorf("erase what participant %d gave: %w", p, err)
	}
	return stone, nil
}

// erase does the work of Erase for a participant who is locked.
func erase(ctx context.Context, tx pgx.Tx, p study.ParticipantID, at time.Time) error {
	// With these locks nobody can add a row to what is about to go.
	if _, err := tx.Exec(ctx, lockTheirTrials, p); err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, lockTheirAttempts, p)
	attempts, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	if err := mustChange(tx.Exec(ctx, dateTombstone, p, at, attempts)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, openDoor, fmt.Sprint(p)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, forgetSummaries, p); err != nil {
		return err
	}
	removed := []removedDoc{}
	for _, e := range erasures {
		done, err := tx.Exec(ctx, e.sql, p)
		if err != nil {
			return fmt.Errorf("%s: %w", e.kind, err)
		}
		if n := int(done.RowsAffected()); n > 0 {
			removed = append(removed, removedDoc{e.kind, n})
		}
	}
	by, err := queryValue[study.ExperimenterID](ctx, tx, lastRuling, p)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteRulings, p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, addRuling, p, study.PlaceWithdrawn, "", "", by, at); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, countRemoved, p, removed); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, openDoor, ""); err != nil { // closes it
		return err
	}
	return tellErased(ctx, tx, p, at)
}

// tellErased appends to the audit that what a participant gave is erased.
func tellErased(ctx context.Context, tx pgx.Tx, p study.ParticipantID, at time.Time) error {
	stone, err := queryTombstone(ctx, tx, p)
	if err != nil {
		return err
	}
	act, _ := audit.From(ctx)
	_, err = appendAudit(ctx, tx, audit.Entry{
		At: at, Who: cmp.Or(act.Who, "the program"), Action: "erase what somebody gave", About: "participant " + stone.Code, Why: fmt.Sprintf("%d rows", stone.Total()),
	})
	return err
}

type removedDoc struct {
	Kind string `json:"kind"`
	Rows int    `json:"rows"`
}

type tombstoneRow struct {
	Participant study.ParticipantID
	Code        string
	AskedAt     time.Time
	By          study.ExperimenterID
	Name        string
	ErasedAt    *time.Time
	Session     study.SessionID
	Removed     []removedDoc
	Attempts    []int64
	FilesGoneAt *time.Time
}

func (r tombstoneRow) tombstone() study.Tombstone {
	return study.Tombstone{
		Participant: r.Participant, Code: r.Code, AskedAt: r.AskedAt, By: r.By, Name: r.Name, Session: r.Session,
		ErasedAt: orZero(r.ErasedAt), FilesGoneAt: orZero(r.FilesGoneAt),
		Removed:  column(r.Removed, func(d removedDoc) study.Removed { return study.Removed(d) }),
		Attempts: column(r.Attempts, func(id int64) study.AttemptID { return study.AttemptID(id) }),
	}
}

const (
	selectTombstone = `
	SELECT t.participant, p.code, t.asked_at, coalesce(t.experimenter, 0) AS by, coalesce(e.name, '') AS name,
	       t.erased_at, coalesce(t.session, 0) AS session, t.removed, t.attempts, t.files_gone_at
	FROM tombstone t JOIN participant p ON p.id = t.participant LEFT JOIN experimenter e ON e.id = t.experimenter`

	tombstoneOf = selectTombstone + `
	WHERE t.participant = $1`

	allTombstones = selectTombstone + `
	ORDER BY t.asked_at, t.participant`

	unfinishedTombstones = selectTombstone + `
	WHERE t.files_gone_at IS NULL
	ORDER BY t.asked_at, t.participant`
)

func queryTombstone(ctx context.Context, tx pgx.Tx, p study.ParticipantID) (study.Tombstone, error) {
	row, err := queryOne[tombstoneRow](ctx, tx, tombstoneOf, p)
	return row.tombstone(), err
}

// Tombstone returns what is left of what a participant gave, or study.ErrNotFound if nobody asked to erase it.
func (db *DB) Tombstone(ctx context.Context, p study.ParticipantID) (stone study.Tombstone, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		stone, err = queryTombstone(ctx, tx, p)
		return err
	})
	if err != nil {
		return study.Tombstone{}, fmt.Errorf("tombstone of participant %d: %w", p, err)
	}
	return stone, nil
}

// Unerased returns the tombstones of everybody whose rows or files are still to be removed, the oldest first.
func (db *DB) Unerased(ctx context.Context) ([]study.Tombstone, error) {
	return db.tombstones(ctx, unfinishedTombstones)
}

// Tombstones returns the tombstones of everybody who asked to have what they gave erased, the oldest first.
func (db *DB) Tombstones(ctx context.Context) ([]study.Tombstone, error) {
	return db.tombstones(ctx, allTombstones)
}

func (db *DB) tombstones(ctx context.Context, sql string) (all []study.Tombstone, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[tombstoneRow](ctx, tx, sql)
		all = slices.Clip(column(rows, tombstoneRow.tombstone))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("whose data are erased: %w", err)
	}
	return all, nil
}

type namedRow struct {
	Code    string
	AddedAt time.Time
}

const codeOf = `SELECT code, added_at FROM participant WHERE id = $1`

// CodeOf returns the code of a participant and when they were added, or study.ErrNotFound.
func (db *DB) CodeOf(ctx context.Context, p study.ParticipantID) (code string, added time.Time, err error) {
	var row namedRow
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[namedRow](ctx, tx, codeOf, p)
		return err
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("code of participant %d: %w", p, err)
	}
	return row.Code, row.AddedAt, nil
}

const recordFilesGone = `
	UPDATE tombstone SET files_gone_at = $2
	WHERE participant = $1 AND erased_at IS NOT NULL AND files_gone_at IS NULL`

// FilesErased records that the files of a participant are removed. If that is on record already, nothing changes.
func (db *DB) FilesErased(ctx context.Context, p study.ParticipantID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, recordFilesGone, p, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("record that the files of participant %d are gone: %w", p, err)
	}
	return nil
}
