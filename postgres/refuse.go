package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

// PostgreSQL's error codes for values that a constraint or a type refuses.
const (
	foreignKey    = "23503"
	unique        = "23505"
	check         = "23514"
	exclusion     = "23P01"
	notInText     = "22021" // a NUL in text
	notInDocument = "22P05" // a NUL in jsonb
	diskFull      = "53100"
)

// fullDisk is what people read when the database's disk is full. Data that was acknowledged is
// safe, because PostgreSQL rolls back only the transaction that it could not write.
const fullDisk = "The disk of the server is full, so this could not be saved. What was saved before is safe. Please tell the experimenter."

// sentences has, for a violated constraint, the sentence that the person at the screen reads.
var sentences = map[string]string{
	"experimenter_has_name":  "an account needs a name",
	"experimenter_name_once": "somebody else has this name",
	"study_has_title":        "a title of 1 to 200 characters is needed",
	"link_once":              "that link is taken already",
	"attempt_counts_once":    "this trial has been started already",
	"slot_station_free":      "that time overlaps another one at the same station",
	"slot_has_station":       "a station is needed",
	"slot_ends_later":        "an appointment must end after it begins",
}

// explain turns an error of the database into one of study's errors, or into ErrUnavailable.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return study.ErrNotFound
	case away(err):
		return &unavailable{err}
	}
	var reply *pgconn.PgError
	if !errors.As(err, &reply) {
		return err
	}
	kind := kindOf(reply.Code)
	if reply.ConstraintName == "external_id_once" {
		return study.ErrKnownAlready
	}
	if say, ok := sentences[reply.ConstraintName]; ok && kind != nil {
		return study.Refuse(kind, "%s", say)
	}
	switch {
	case reply.Code == diskFull:
		return &unavailable{errors.Join(study.Refuse(ErrUnavailable, fullDisk), err)}
	case reply.Code == notInText || reply.Code == notInDocument:
		return study.Refuse(study.ErrInvalid, "a text holds a character that cannot be stored")
	case kind != nil:
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

// kindOf returns study's kind of error for an error code of PostgreSQL, or nil if the code tells of
// no mistake of the caller.
func kindOf(code string) error {
	switch code {
	case foreignKey:
		return study.ErrNotFound
	case unique, exclusion:
		return study.ErrConflict
	case check, notInText, notInDocument:
		return study.ErrInvalid
	}
	return nil
}
