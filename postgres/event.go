package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type eventRow struct {
	Session      study.SessionID
	Attempt      study.AttemptID
	Page         int
	Batch        int64
	Number       int64
	Kind         study.EventKind
	At           time.Time
	Detail       string
	Experimenter study.ExperimenterID
	Name         string
}

func (r eventRow) event() study.Event {
	return study.Event{
		Session: r.Session, Attempt: r.Attempt, Page: r.Page, Batch: r.Batch, Number: r.Number,
		Kind: r.Kind, At: r.At, Detail: r.Detail, By: r.Experimenter, Name: r.Name,
	}
}

const (
	recordEvent = `
	INSERT INTO event (session, attempt, page, kind, at, detail, experimenter)
	VALUES ($1, nullif($2::bigint, 0), $3, $4, $5, $6, nullif($7::bigint, 0))`

	// selectEvent is the first part of every statement that reads events.
	selectEvent = `
	SELECT e.session, coalesce(e.attempt, 0) AS attempt, e.page, e.batch, e.number, e.kind, e.at, e.detail,
	       coalesce(e.experimenter, 0) AS experimenter, coalesce(x.name, '') AS name
	FROM event e LEFT JOIN experimenter x ON x.id = e.experimenter`

	eventsOfSession = selectEvent + `
	WHERE e.session = $1
	ORDER BY e.at, e.id`
)

// RecordEvent records an event that the server saw or an experimenter caused. The event must name
// its session.
func (db *DB) RecordEvent(ctx context.Context, e study.Event) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, recordEvent, e.Session, e.Attempt, e.Page, e.Kind, e.At, e.Detail, e.By)
		return err
	})
	if err != nil {
		return fmt.Errorf("record event %s of session %d: %w", e.Kind, e.Session, err)
	}
	return nil
}

// Events returns the events of a session, ordered by time.
func (db *DB) Events(ctx context.Context, id study.SessionID) ([]study.Event, error) {
	var rows []eventRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		rows, err = queryAll[eventRow](ctx, tx, eventsOfSession, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("events of session %d: %w", id, err)
	}
	return column(rows, eventRow.event), nil
}
