package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// Each document has the same fields as the type of that name in study (see design.go).
type (
	machineDoc struct {
		CPU    string  `json:"cpu"`
		Cores  int     `json:"cores"`
		Kernel string  `json:"kernel"`
		Go     string  `json:"go"`
		Memory int64   `json:"memory_bytes"`
		Load   float64 `json:"load_before"`
		Others float64 `json:"others_cores"`
	}
	calibratedNetworkDoc struct {
		Name string `json:"name"`
		Says string `json:"says"`
	}
	findingDoc struct {
		Network   string        `json:"network"`
		During    string        `json:"during,omitempty"`
		Way       study.LinkWay `json:"way"`
		Name      string        `json:"name"`
		What      string        `json:"what"`
		Set       string        `json:"set"`
		Unit      string        `json:"unit"`
		Known     bool          `json:"known"`
		Expected  float64       `json:"expected"`
		How       string        `json:"how"`
		Measured  float64       `json:"measured"`
		Low       float64       `json:"low"`
		High      float64       `json:"high"`
		Promised  bool          `json:"promised"`
		Error     float64       `json:"error"`
		Bar       float64       `json:"bar"`
		ErrorUnit string        `json:"error_unit"`
		OK        bool          `json:"ok"`
	}
	unmeasuredDoc struct {
		Network string `json:"network"`
		During  string `json:"during,omitempty"`
		What    string `json:"what"`
		Why     string `json:"why"`
	}
)

type calibrationRow struct {
	ID         study.CalibrationID
	Study      study.StudyID
	Design     string
	Networks   []calibratedNetworkDoc
	Who        string
	Way        study.LinkWay
	Program    string
	Machine    machineDoc
	StartedAt  time.Time
	EndedAt    *time.Time
	State      study.CalibrationState
	Cause      string
	Findings   []findingDoc
	Unmeasured []unmeasuredDoc
}

func (r calibrationRow) calibration() study.Calibration {
	return study.Calibration{
		ID: r.ID, Study: r.Study, Of: r.Design, By: r.Who, Way: r.Way, Program: r.Program, Machine: study.Machine(r.Machine),
		StartedAt: r.StartedAt, EndedAt: orZero(r.EndedAt), State: r.State, Cause: r.Cause,
		Networks:   each(r.Networks, func(d calibratedNetworkDoc) study.CalibratedNetwork { return study.CalibratedNetwork(d) }),
		Findings:   each(r.Findings, func(d findingDoc) study.Finding { return study.Finding(d) }),
		Unmeasured: each(r.Unmeasured, func(d unmeasuredDoc) study.Unmeasured { return study.Unmeasured(d) }),
	}
}

// each applies f to every element. The result is never nil, so that an empty list becomes [] in the
// JSON document, not null.
func each[From, To any](from []From, f func(From) To) []To {
	to := make([]To, len(from))
	for i := range from {
		to[i] = f(from[i])
	}
	return to
}

const openCalibration = `
	INSERT INTO calibration (study, design, networks, who, way, program, machine, started_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	RETURNING id`

// OpenCalibration records that a calibration has begun. It returns study.ErrNotFound if the study
// does not exist.
func (db *DB) OpenCalibration(ctx context.Context, c study.Calibration) (id study.CalibrationID, err error) {
	networks := each(c.Networks, func(n study.CalibratedNetwork) calibratedNetworkDoc { return calibratedNetworkDoc(n) })
	err = db.write(ctx, func(tx pgx.Tx) (err error) {
		id, err = queryValue[study.CalibrationID](ctx, tx, openCalibration,
			c.Study, c.Of, networks, c.By, c.Way, c.Program, machineDoc(c.Machine), c.StartedAt)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("open calibration of study %d: %w", c.Study, err)
	}
	return id, nil
}

const (
	lockCalibration = `SELECT state FROM calibration WHERE id = $1 FOR NO KEY UPDATE`

	closeCalibration = `
	UPDATE calibration
	SET state = $2, cause = $3, ended_at = $4, machine = $5, findings = $6, unmeasured = $7
	WHERE id = $1`
)

// CloseCalibration records how a calibration ended and what it found. It returns study.ErrConflict
// if the calibration had ended before.
func (db *DB) CloseCalibration(ctx context.Context, c study.Calibration) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		state, err := queryValue[study.CalibrationState](ctx, tx, lockCalibration, c.ID)
		switch {
		case err != nil:
			return err
		case state.Ended():
			return study.ErrConflict
		case !c.State.Ended():
			return study.ErrInvalid
		}
		return mustChange(tx.Exec(ctx, closeCalibration, c.ID, c.State, c.Cause, c.EndedAt, machineDoc(c.Machine),
			each(c.Findings, func(f study.Finding) findingDoc { return findingDoc(f) }),
			each(c.Unmeasured, func(u study.Unmeasured) unmeasuredDoc { return unmeasuredDoc(u) })))
	})
	if err != nil {
		return fmt.Errorf("close calibration %d: %w", c.ID, err)
	}
	return nil
}

const interruptCalibrations = `
	UPDATE calibration SET state = 'interrupted', ended_at = $1, cause = $2 WHERE state = 'running'`

// InterruptCalibrations marks every running calibration as interrupted and returns how many there
// were.
func (db *DB) InterruptCalibrations(ctx context.Context, at time.Time, cause string) (n int, err error) {
	err = db.write(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, interruptCalibrations, at, cause)
		n = int(done.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("interrupt calibrations: %w", err)
	}
	return n, nil
}

const selectCalibration = `
	SELECT id, study, design, networks, who, way, program, machine, started_at, ended_at, state, cause, findings, unmeasured
	FROM calibration `

// Calibration returns one calibration.
func (db *DB) Calibration(ctx context.Context, id study.CalibrationID) (c study.Calibration, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[calibrationRow](ctx, tx, selectCalibration+`WHERE id = $1`, id)
		c = row.calibration()
		return err
	})
	if err != nil {
		return study.Calibration{}, fmt.Errorf("calibration %d: %w", id, err)
	}
	return c, nil
}

// Calibrations returns the calibrations of a study, the newest first.
func (db *DB) Calibrations(ctx context.Context, s study.StudyID) (all []study.Calibration, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[calibrationRow](ctx, tx, selectCalibration+`WHERE study = $1 ORDER BY id DESC`, s)
		all = each(rows, calibrationRow.calibration)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("calibrations of study %d: %w", s, err)
	}
	return all, nil
}
