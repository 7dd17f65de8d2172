package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study/audit"
)

const (
	// Whoever appends has this lock until the transaction ends, so that every entry comes after the last one. It is
	// the last lock that a transaction takes.
	lockAudit = `SELECT pg_advisory_xact_lock(hashtext('vmstudy audit'))`

	// mine says that this very transaction has written the entry.
	lastAudit = `SELECT number, sum, xmin = pg_current_xact_id()::xid AS mine FROM audit ORDER BY number DESC LIMIT 1`

	recordAudit = `
	INSERT INTO audit (number, at, who, action, about, why, sum)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// last returns the head of the list, and whether this transaction has appended to it.
func last(ctx context.Context, tx pgx.Tx) (audit.Head, bool, error) {
	var head audit.Head
	var sum []byte
	var mine bool
	err := tx.QueryRow(ctx, lastAudit).Scan(&head.Number, &sum, &mine)
	if errors.Is(err, pgx.ErrNoRows) {
		return head, false, nil
	}
	copy(head.Sum[:], sum)
	return head, mine, err
}

// appendAudit appends an entry in the transaction of the change that it tells of, and returns the new head.
func appendAudit(ctx context.Context, tx pgx.Tx, e audit.Entry) (audit.Head, error) {
	if _, err := tx.Exec(ctx, lockAudit); err != nil {
		return audit.Head{}, err
	}
	head, _, err := last(ctx, tx)
	if err != nil {
		return audit.Head{}, err
	}
	e = head.Next(e)
	_, err = tx.Exec(ctx, recordAudit, e.Number, e.At, e.Who, e.Action, e.About, e.Why, e.Sum[:])
	return e.Head(), err
}

// appendAct appends what somebody is doing, if anybody is, and if the transaction has not told of it in words of its own.
func appendAct(ctx context.Context, tx pgx.Tx) error {
	act, ok := audit.From(ctx)
	if !ok {
		return nil
	}
	if _, mine, err := last(ctx, tx); err != nil || mine {
		return err
	}
	_, err := appendAudit(ctx, tx, act.Entry())
	return err
}

// Record appends an entry about something that changes no data, such as a view or a refusal, and returns the new head.
func (db *DB) Record(ctx context.Context, e audit.Entry) (audit.Head, error) {
	var head audit.Head
	err := db.write(audit.Silent(ctx), func(tx pgx.Tx) (err error) {
		head, err = appendAudit(ctx, tx, e)
		return err
	})
	if err != nil {
		return audit.Head{}, fmt.Errorf("record that %s did %q: %w", e.Who, e.Action, err)
	}
	return head, nil
}

type auditRow struct {
	Number                  int64
	At                      time.Time
	Who, Action, About, Why string
	Sum                     []byte
}

func (r auditRow) entry() audit.Entry {
	e := audit.Entry{Number: r.Number, At: r.At, Who: r.Who, Action: r.Action, About: r.About, Why: r.Why}
	copy(e.Sum[:], r.Sum)
	return e
}

const (
	selectAudit = `SELECT number, at, who, action, about, why, sum FROM audit`

	allAudits = selectAudit + ` ORDER BY number`

	someAudits = selectAudit + `
	WHERE ($1 = '' OR who = $1) AND ($2 = '' OR action = $2) AND ($3 = '' OR strpos(about, $3) > 0)
	  AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
	  AND ($6::bigint = 0 OR number < $6)
	ORDER BY number DESC
	LIMIT $7`
)

// Trail yields all entries of the audit in their order, from one snapshot.
func (db *DB) Trail(ctx context.Context) iter.Seq2[audit.Entry, error] {
	return stream(ctx, db.Exports(), "audit", func(tx pgx.Tx, yield func(audit.Entry) bool) error {
		return yieldRows(ctx, tx, yield, func(r auditRow) (audit.Entry, error) { return r.entry(), nil }, allAudits)
	})
}

// Entries returns the newest entries that f chooses, the newest first.
func (db *DB) Entries(ctx context.Context, f audit.Filter) (all []audit.Entry, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[auditRow](ctx, tx, someAudits, f.Who, f.Action, f.About, orNull(f.From), orNull(f.To), f.Before, f.Most)
		all = column(rows, auditRow.entry)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("entries of the audit: %w", err)
	}
	return all, nil
}
