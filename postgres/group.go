package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const answersOf = `
	SELECT a.item, a.value
	FROM rating r JOIN answer a ON a.rating = r.id
	WHERE r.session = $1 AND r.trial IS NULL AND r.instrument = ANY($2)
	ORDER BY array_position($2, r.instrument)`

// queryAnswers returns what was answered to instruments that are about no trial, by item. Of two items with one name, the later instrument's counts.
func queryAnswers(ctx context.Context, tx pgx.Tx, id study.SessionID, instruments ...string) (map[string]string, error) {
	answers := map[string]string{}
	rows, _ := tx.Query(ctx, answersOf, id, instruments)
	var item, value string
	_, err := pgx.ForEachRow(rows, []any{&item, &value}, func() error {
		answers[item] = value
		return nil
	})
	return answers, err
}

const (
	versionOfParticipant = `
	SELECT ` + versionFields + `
	FROM version
	WHERE id = (SELECT coalesce(s.version, (SELECT max(v.id) FROM version v WHERE v.study = p.study))
	            FROM participant p LEFT JOIN session s ON s.participant = p.id
	            WHERE p.id = $1)`

	groupOfParticipant = `SELECT ` + putInto + ` FROM participant p WHERE p.id = $1`

	hasPlace = `SELECT count(*) > 0 FROM assignment WHERE participant = $1`

	chooseGroup = `
	INSERT INTO chosen_group (participant, group_name, experimenter, at)
	VALUES ($1, $2, nullif($3::bigint, 0), $4)`
)

// PutIntoGroup records that an experimenter puts a participant into a group, or, with the empty name, that they take
// that back. It returns study.ErrConflict if the participant has a place already, and study.ErrNotFound if the study has no
// such group.
func (db *DB) PutIntoGroup(ctx context.Context, p study.ParticipantID, group string, by study.ExperimenterID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		in, err := queryValue[study.StudyID](ctx, tx, lockParticipant, p)
		if err != nil {
			return err
		}
		if _, err := queryValue[study.StudyID](ctx, tx, lockPlaces, in); err != nil {
			return err
		}
		v, err := queryVersion(ctx, tx, versionOfParticipant, p)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		_, known := find(v.Design.Groups, func(g study.Group) bool { return g.Name == group })
		if !known && group != "" {
			return study.ErrNotFound
		}
		placed, err := queryValue[bool](ctx, tx, hasPlace, p)
		if err != nil {
			return err
		}
		if placed {
			return study.Refuse(study.ErrConflict, "This person has a place in the plan already, in the group that they got it in.")
		}
		person, err := queryOne[assignmentRow](ctx, tx, assignmentOf, p)
		if err != nil {
			return err
		}
		if a := person.assignment(); a.Ruling.Says(study.PlaceWithdrawn) {
			return study.Refuse(study.ErrConflict, "This person has withdrawn.")
		}
		if now, err := queryValue[string](ctx, tx, groupOfParticipant, p); err != nil || now == group {
			return err
		}
		_, err = tx.Exec(ctx, chooseGroup, p, group, by, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("put participant %d into group %q: %w", p, group, err)
	}
	return nil
}
