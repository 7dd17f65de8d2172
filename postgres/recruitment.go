package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type recruitmentRow struct {
	Parameters []string
	Export     bool
	Completion string
	By         study.ExperimenterID
	At         time.Time
}

const (
	recruitmentOf = `
	SELECT parameters, export, completion, coalesce(experimenter, 0) AS by, at
	FROM recruitment
	WHERE study = $1
	ORDER BY id DESC LIMIT 1`

	setRecruitment = `
	INSERT INTO recruitment (study, parameters, export, completion, experimenter, at)
	VALUES ($1, coalesce($2, '{}'::text[]), $3, $4, nullif($5::bigint, 0), $6)`
)

// Recruitment returns how people come to a study from elsewhere; the zero Recruitment if nobody has said anything.
func (db *DB) Recruitment(ctx context.Context, s study.StudyID) (r study.Recruitment, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		r, err = queryRecruitment(ctx, tx, s)
		return err
	})
	if err != nil {
		return study.Recruitment{}, fmt.Errorf("recruitment of study %d: %w", s, err)
	}
	return r, nil
}

func queryRecruitment(ctx context.Context, tx pgx.Tx, s study.StudyID) (study.Recruitment, error) {
	row, err := queryOne[recruitmentRow](ctx, tx, recruitmentOf, s)
	if errors.Is(err, pgx.ErrNoRows) {
		return study.Recruitment{}, nil
	}
	return study.Recruitment(row), err
}

// SetRecruitment says how people come to a study from elsewhere from now on. It returns what study.Recruitment.Check does.
func (db *DB) SetRecruitment(ctx context.Context, s study.StudyID, r study.Recruitment) error {
	if err := r.Check(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, setRecruitment, s, r.Parameters, r.Export, r.Completion, r.By, r.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("set recruitment of study %d: %w", s, err)
	}
	return nil
}

const addExternalID = `
	INSERT INTO external_id (participant, study, name, value, names)
	SELECT id, study, $2, $3, $4 FROM participant WHERE id = $1
	ON CONFLICT (participant, name) DO NOTHING`

// RecordExternalIDs keeps what came with the address by which a participant opened their personal link. The first value of a name counts.
// If the first parameter of the study names somebody else of it, the error is study.ErrKnownAlready; if the participant has withdrawn, it is
// study.ErrWithdrawn.
func (db *DB) RecordExternalIDs(ctx context.Context, p study.ParticipantID, ids []study.ExternalID) error {
	err := db.write(ctx, func(tx pgx.Tx) error { return addExternalIDs(ctx, tx, p, ids) })
	if err != nil {
		return fmt.Errorf("record external ids of participant %d: %w", p, err)
	}
	return nil
}

func addExternalIDs(ctx context.Context, tx pgx.Tx, p study.ParticipantID, ids []study.ExternalID) error {
	in, err := lockTakingPart(ctx, tx, p)
	if err != nil {
		return err
	}
	r, err := queryRecruitment(ctx, tx, in)
	if err != nil {
		return err
	}
	for _, id := range ids {
		names := len(r.Parameters) > 0 && id.Name == r.Parameters[0]
		if _, err := tx.Exec(ctx, addExternalID, p, id.Name, id.Value, names); err != nil {
			return err
		}
	}
	return nil
}

const externalIDsOf = `
	SELECT participant, name, value
	FROM external_id
	WHERE participant = $1
	ORDER BY name`

// ExternalIDs returns what came with the address by which a participant opened a link, by name.
func (db *DB) ExternalIDs(ctx context.Context, p study.ParticipantID) (all []study.ExternalID, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[study.ExternalID](ctx, tx, externalIDsOf, p)
		all = rows
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("external ids of participant %d: %w", p, err)
	}
	return all, nil
}
