package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/document"
	"vmstudy/study"
)

type studyRow struct {
	ID        study.StudyID
	CreatedAt time.Time
	Draft     string
	State     study.StudyState
	By        study.ExperimenterID
	Name      string
	SaidAt    *time.Time
}

func (r studyRow) study(published *study.Version) (study.Study, error) {
	d, err := readDesign(r.Draft)
	if err != nil {
		return study.Study{}, fmt.Errorf("draft of study %d: %w", r.ID, err)
	}
	return study.Study{
		ID: r.ID, CreatedAt: r.CreatedAt, Draft: d, Revision: document.Hash(d), Published: published,
		Openness: study.Openness{State: r.State, By: r.By, Name: r.Name, At: orZero(r.SaidAt)},
	}, nil
}

const (
	allStudies = selectStudy + `
	ORDER BY s.created_at DESC, s.id DESC`

	newestVersions = `
	SELECT DISTINCT ON (study) ` + versionFields + `
	FROM version
	ORDER BY study, number DESC`
)

// Studies returns every study, the newest first.
func (db *DB) Studies(ctx context.Context) ([]study.Study, error) {
	var all []study.Study
	err := db.read(ctx, func(tx pgx.Tx) error {
		versions, err := queryVersions(ctx, tx, newestVersions)
		if err != nil {
			return err
		}
		published := map[study.StudyID]*study.Version{}
		for _, v := range versions {
			published[v.Study] = &v
		}
		rows, err := queryAll[studyRow](ctx, tx, allStudies)
		if err != nil {
			return err
		}
		all = make([]study.Study, len(rows))
		for i, r := range rows {
			if all[i], err = r.study(published[r.ID]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("studies: %w", err)
	}
	return all, nil
}

const studyByID = selectStudy + `
	WHERE s.id = $1`

// Study returns one study, or study.ErrNotFound.
func (db *DB) Study(ctx context.Context, id study.StudyID) (study.Study, error) {
	var found study.Study
	err := db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[studyRow](ctx, tx, studyByID, id)
		if err != nil {
			return err
		}
		published, err := queryNewest(ctx, tx, id)
		if err != nil {
			return err
		}
		found, err = row.study(published)
		return err
	})
	if err != nil {
		return study.Study{}, fmt.Errorf("study %d: %w", id, err)
	}
	return found, nil
}

const versionsOfStudy = `
	SELECT ` + versionFields + `
	FROM version
	WHERE study = $1
	ORDER BY number DESC`

// Versions returns all versions of a study, the newest first.
func (db *DB) Versions(ctx context.Context, id study.StudyID) (all []study.Version, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		all, err = queryVersions(ctx, tx, versionsOfStudy, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("versions of study %d: %w", id, err)
	}
	return all, nil
}

const createStudy = `
	INSERT INTO study (created_at, created_by, title, draft)
	VALUES ($1, nullif($2::bigint, 0), $3, $4)
	RETURNING id`

// CreateStudy stores a new draft. by is the experimenter who made it, and owns it, or 0 if the program itself
// did. It returns study.ErrInvalid if the draft has no title.
func (db *DB) CreateStudy(ctx context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error) {
	var id study.StudyID
	text, err := writeDesign(d.Thawed())
	if err == nil {
		err = db.write(ctx, func(tx pgx.Tx) (err error) {
			id, err = queryValue[study.StudyID](ctx, tx, createStudy, at, by, d.Name(), text)
			if err == nil && by != 0 {
				_, err = tx.Exec(ctx, addMember, id, by, study.Owner)
			}
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("create study %q: %w", d.Name(), err)
	}
	return id, nil
}

const saveDraft = `
	UPDATE study
	SET title = $2, draft = $3
	WHERE id = $1`

// ReplaceDraft replaces the draft by d if the draft's revision is still seen. Otherwise it changes
// nothing and returns study.ErrConflict, except if the draft equals d already.
func (db *DB) ReplaceDraft(ctx context.Context, id study.StudyID, seen string, d study.Design) error {
	text, err := writeDesign(d.Thawed())
	if err != nil {
		return fmt.Errorf("save draft of study %d: %w", id, err)
	}
	err = db.write(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[studyRow](ctx, tx, lockStudy, id)
		if err != nil {
			return err
		}
		now, err := row.study(nil)
		if err != nil {
			return err
		}
		if document.Hash(d.Thawed()) != now.Revision { // else a second click, or a repeat after a commit whose answer was lost
			if err := now.Unseen(seen); err != nil {
				return err
			}
		}
		return mustChange(tx.Exec(ctx, saveDraft, id, d.Name(), text))
	})
	if err != nil {
		return fmt.Errorf("save draft of study %d: %w", id, err)
	}
	return nil
}

const (
	lockStudy = selectStudy + `
	WHERE s.id = $1
	FOR NO KEY UPDATE OF s`

	publish = `
	INSERT INTO version (study, number, sha256, published_at, published_by, text)
	VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6)
	RETURNING ` + versionFields
)

// Publish freezes the draft as the study's next version without looking at what it is now. It is
// for a program that owns the study; what people publish goes through PublishDraft.
func (db *DB) Publish(ctx context.Context, id study.StudyID, by study.ExperimenterID, at time.Time) (study.Version, error) {
	return db.publish(ctx, id, by, at, func(now study.Study) (study.Design, error) { return now.Draft, nil })
}

// PublishDraft stores frozen, the draft as it is with the machines of now, as the study's next version and as its draft, if the
// draft's revision is still seen. It returns study.ErrConflict if the revision is another one or frozen equals the newest
// version, and study.ErrInvalid if frozen is not valid.
func (db *DB) PublishDraft(ctx context.Context, id study.StudyID, seen string, frozen study.Design, by study.ExperimenterID, at time.Time) (study.Version, error) {
	return db.publish(ctx, id, by, at, func(now study.Study) (study.Design, error) { return frozen, now.Unseen(seen) })
}

// publish stores the design that choose returns for the study as it is now.
func (db *DB) publish(ctx context.Context, id study.StudyID, by study.ExperimenterID, at time.Time, choose func(study.Study) (study.Design, error)) (study.Version, error) {
	var next study.Version
	err := db.write(ctx, func(tx pgx.Tx) error {
		now, err := lockedStudy(ctx, tx, lockStudy, id)
		if err != nil {
			return err
		}
		d, err := choose(now)
		if err != nil {
			return err
		}
		number, err := nextVersion(now, d)
		if err != nil {
			return err
		}
		text, err := writeDesign(d)
		if err != nil {
			return err
		}
		if err := mustChange(tx.Exec(ctx, saveDraft, id, d.Name(), document.Write(d.Thawed()))); err != nil {
			return err
		}
		stored, err := queryVersions(ctx, tx, publish, id, number, document.HashOf(text), at, by, text)
		if err != nil {
			return err
		}
		next = stored[0]
		return storeConditions(ctx, tx, next)
	})
	if err != nil {
		return study.Version{}, fmt.Errorf("publish study %d: %w", id, err)
	}
	return next, nil
}

// nextVersion returns the number that d gets if it is published.
func nextVersion(s study.Study, d study.Design) (int, error) {
	if err := d.Validate(); err != nil {
		return 0, err
	}
	if s.Published == nil {
		return 1, nil
	}
	if document.Hash(s.Published.Design) == document.Hash(d) {
		return 0, study.Refuse(study.ErrConflict, "nothing has changed since version %d", s.Published.Number)
	}
	return s.Published.Number + 1, nil
}

// queryNewest returns a study's newest version. It returns nil for a study without one, which is
// also how study.Study says it.
func queryNewest(ctx context.Context, tx pgx.Tx, id study.StudyID) (*study.Version, error) {
	v, err := queryVersion(ctx, tx, newestVersion, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &v, err
}
