package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// attemptRow is a row of the table attempt. Four of its columns are JSON documents, because they
// are only written and read whole: network, measured, link and desktop.
type attemptRow struct {
	ID        study.AttemptID
	Trial     study.TrialID
	Number    int
	State     study.AttemptState
	Outcome   study.Outcome
	Cause     string
	AskedAt   time.Time
	StartedAt *time.Time
	EndedAt   *time.Time
	Seed      int64
	Network   networkDoc
	Measured  roundTripsDoc
	Link      linkDoc
	Desktop   desktopDoc
}

// Each document has the same fields as the type of that name in study, so that Go converts one into
// the other (see design.go).
type (
	roundTripsDoc struct {
		Count  int           `json:"count"`
		Min    time.Duration `json:"min_ns"`
		Median time.Duration `json:"median_ns"`
		P95    time.Duration `json:"p95_ns"`
	}
	linkDoc struct {
		BytesDown   int64         `json:"bytes_down"`
		BytesUp     int64         `json:"bytes_up"`
		PacketsDown int64         `json:"packets_down"`
		PacketsUp   int64         `json:"packets_up"`
		DropsDown   int64         `json:"drops_down"`
		DropsUp     int64         `json:"drops_up"`
		CausesDown  dropsDoc      `json:"causes_down,omitzero"`
		CausesUp    dropsDoc      `json:"causes_up,omitzero"`
		Way         study.LinkWay `json:"way,omitempty"`
	}
	dropsDoc struct {
		Lost    int64 `json:"lost"`
		Full    int64 `json:"full"`
		Managed int64 `json:"managed"`
		Cut     int64 `json:"cut"`
	}
	desktopDoc struct {
		Accelerator string         `json:"accelerator"`
		QEMU        string         `json:"qemu"`
		Display     string         `json:"display,omitempty"`
		Keyboard    string         `json:"keyboard,omitempty"`
		Appliance   string         `json:"appliance"`
		Strategy    study.Strategy `json:"strategy,omitempty"`
		Repertoire  string         `json:"repertoire,omitempty"`
		Warm        bool           `json:"warm,omitempty"`
		Kept        int64          `json:"kept,omitempty"`
		Restored    int64          `json:"restored,omitempty"`
		Saved       int64          `json:"saved_bytes,omitempty"`
		BytesMoved  int64          `json:"bytes_moved"`
		Pages       int64          `json:"pages"`
		Accessed    int64          `json:"accessed,omitempty"`
		Missed      int64          `json:"missed,omitempty"`
		Misses      int64          `json:"misses"`
		Waited      time.Duration  `json:"waited_ns"`
		Longest     time.Duration  `json:"longest_ns,omitempty"`
		Pauses      int64          `json:"pauses,omitempty"`
		Paused      time.Duration  `json:"paused_ns,omitempty"`
		Ready       time.Duration  `json:"ready_ns"`
		Loaded      time.Duration  `json:"loaded_ns"`
		Unseen      bool           `json:"unseen,omitempty"`

		Updates      int64 `json:"updates,omitempty"`
		UpdateBytes  int64 `json:"update_bytes,omitempty"`
		Refreshes    int64 `json:"refreshes,omitempty"`
		RefreshBytes int64 `json:"refresh_bytes,omitempty"`
		Films        int64 `json:"films,omitempty"`

		InputsBrought   int64         `json:"inputs_brought,omitempty"`
		InputsDelivered int64         `json:"inputs_delivered,omitempty"`
		InputsPassed    int64         `json:"inputs_passed,omitempty"`
		InputsLost      int64         `json:"inputs_lost,omitempty"`
		InputsForeign   int64         `json:"inputs_foreign,omitempty"`
		InputsDelayed   int64         `json:"inputs_delayed,omitempty"`
		InputDelay      time.Duration `json:"input_delay_ns,omitempty"`
		LongestDelay    time.Duration `json:"longest_delay_ns,omitempty"`

		Moved       int64         `json:"moved,omitempty"`
		MoveStood   time.Duration `json:"move_stood_ns,omitempty"`
		MoveWhole   time.Duration `json:"move_whole_ns,omitempty"`
		MoveBytes   int64         `json:"move_bytes,omitempty"`
		MoveMissed  int64         `json:"move_missed,omitempty"`
		MoveLongest time.Duration `json:"move_longest_ns,omitempty"`
	}
)

func (r attemptRow) attempt() study.Attempt {
	return study.Attempt{
		ID: r.ID, Trial: r.Trial, Number: r.Number, State: r.State, Outcome: r.Outcome, Cause: r.Cause,
		AskedAt: r.AskedAt, StartedAt: orZero(r.StartedAt), EndedAt: orZero(r.EndedAt),
		Set: study.Network(r.Network), Seed: uint64(r.Seed), Measured: study.RoundTrips(r.Measured),
		Link: r.Link.report(), Desktop: study.DesktopReport(r.Desktop),
	}
}

func toLinkDoc(r study.LinkReport) linkDoc {
	return linkDoc{
		BytesDown: r.BytesDown, BytesUp: r.BytesUp, PacketsDown: r.PacketsDown, PacketsUp: r.PacketsUp,
		DropsDown: r.DropsDown, DropsUp: r.DropsUp, Way: r.Way,
		CausesDown: dropsDoc(r.CausesDown), CausesUp: dropsDoc(r.CausesUp),
	}
}

func (d linkDoc) report() study.LinkReport {
	return study.LinkReport{
		BytesDown: d.BytesDown, BytesUp: d.BytesUp, PacketsDown: d.PacketsDown, PacketsUp: d.PacketsUp,
		DropsDown: d.DropsDown, DropsUp: d.DropsUp, Way: d.Way,
		CausesDown: study.Drops(d.CausesDown), CausesUp: study.Drops(d.CausesUp),
	}
}

// selectAttempt is the first part of every statement that reads attempts.
const selectAttempt = `
	SELECT id, trial, number, state, coalesce(outcome, '') AS outcome, cause,
	       asked_at, started_at, ended_at, seed, network, measured, link, desktop
	FROM attempt`

const (
	lockTrial = `SELECT id FROM trial WHERE id = $1 FOR NO KEY UPDATE`

	openAttempt = `
	INSERT INTO attempt (trial, number, state, asked_at, seed, network, measured, link, desktop)
	SELECT $1, coalesce(max(number), 0) + 1, 'preparing', $2, $3, $4, $5, $6, $7
	FROM attempt
	WHERE trial = $1
	RETURNING id, number`

	recordTransition = `
	INSERT INTO transition (attempt, state, at, monotonic_ns)
	VALUES ($1, $2, $3, $4)`
)

// OpenAttempt records that a participant pressed Start: it stores a new attempt in state Preparing,
// with the next number of the trial. It returns study.ErrConflict if an attempt at the trial is in
// flight or finished, or if the participant cannot go on.
func (db *DB) OpenAttempt(ctx context.Context, a study.Attempt) (study.Attempt, error) {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if err := mayOpen(ctx, tx, a.Trial); err != nil {
			return err
		}
		if _, err := queryValue[study.TrialID](ctx, tx, lockTrial, a.Trial); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, openAttempt, a.Trial, a.AskedAt, int64(a.Seed),
			networkDoc(a.Set), roundTripsDoc(a.Measured), toLinkDoc(a.Link), desktopDoc(a.Desktop)).Scan(&a.ID, &a.Number)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, recordTransition, a.ID, study.Preparing, a.AskedAt, time.Duration(0).Nanoseconds())
		return err
	})
	if err != nil {
		return study.Attempt{}, fmt.Errorf("open attempt at trial %d: %w", a.Trial, err)
	}
	a.State, a.Outcome, a.Cause = study.Preparing, "", ""
	a.StartedAt, a.EndedAt = time.Time{}, time.Time{}
	return a, nil
}

const (
	lockAttempt = `SELECT state FROM attempt WHERE id = $1 FOR NO KEY UPDATE`

	recordState = `
	UPDATE attempt
	SET state = $2, outcome = nullif($3::text, ''), cause = $4, started_at = $5, ended_at = $6
	WHERE id = $1`

	recordMeasures = `
	UPDATE attempt
	SET seed = $2, network = $3, measured = $4, link = $5, desktop = $6
	WHERE id = $1`
)

// RecordAttempt records the new state of an attempt and everything measured so far. It returns
// study.ErrConflict if study.AttemptState.MayBecome forbids the transition. If the state is the
// same as before, only the measurements change; times, outcome and cause stay as first recorded.
func (db *DB) RecordAttempt(ctx context.Context, a study.Attempt, at time.Time, monotonic time.Duration) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		var searching study.SessionID
		if a.State == study.Finished {
			var err error
			if searching, err = lockSearch(ctx, tx, sessionSearchingByAttempt, int64(a.ID)); err != nil {
				return err
			}
		}
		was, err := queryValue[study.AttemptState](ctx, tx, lockAttempt, a.ID)
		if err != nil {
			return err
		}
		if was != a.State {
			if err := changeState(ctx, tx, was, a, at, monotonic); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, recordMeasures, a.ID, int64(a.Seed),
			networkDoc(a.Set), roundTripsDoc(a.Measured), toLinkDoc(a.Link), desktopDoc(a.Desktop))
		if err != nil || was == a.State || a.State.Live() {
			return err
		}
		if err := summarizeEnded(ctx, tx, a.ID); err != nil {
			return err
		}
		return layOutNext(ctx, tx, searching) // nobody rates a trial that an experimenter has ended
	})
	if err != nil {
		return fmt.Errorf("record attempt %d as %s: %w", a.ID, a.State, err)
	}
	return nil
}

func changeState(ctx context.Context, tx pgx.Tx, was study.AttemptState, a study.Attempt, at time.Time, monotonic time.Duration) error {
	if !was.MayBecome(a.State) {
		return fmt.Errorf("%w: it is %s", study.ErrConflict, was)
	}
	_, err := tx.Exec(ctx, recordState, a.ID, a.State, a.Outcome, a.Cause, orNull(a.StartedAt), orNull(a.EndedAt))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, recordTransition, a.ID, a.State, at, monotonic.Nanoseconds())
	return err
}

const interruptAttempts = `
	WITH interrupted AS (
		UPDATE attempt
		SET state = 'interrupted', cause = $2
		WHERE state IN ('preparing', 'running')
		RETURNING id
	)
	INSERT INTO transition (attempt, state, at)
	SELECT id, 'interrupted', $1 FROM interrupted`

// InterruptAttempts marks every attempt in flight as interrupted and returns how many there were.
// They get no end time, because no server was there to see when they ended.
func (db *DB) InterruptAttempts(ctx context.Context, at time.Time, cause string) (int, error) {
	n := 0
	err := db.write(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, interruptAttempts, at, cause)
		n = int(done.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("interrupt attempts: %w", err)
	}
	return n, nil
}
