package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

// Source yields the data of a study for export; it is an analysis.Source. It is not DB itself,
// because DB has methods of the same names that serve the pages.
type Source struct {
	db *DB
	tx pgx.Tx // of the one snapshot that everything is read from; nil if each sequence takes one of its own
}

// Source returns a Source for callers who read as fast as the database can deliver.
func (db *DB) Source() Source { return Source{db: db} }

// Exports returns a Source for callers who pass the data on to slow readers, such as downloads. It
// uses connections of its own. If none of them becomes free within acquireLimit, the error is
// ErrUnavailable.
func (db *DB) Exports() Source { return Source{db: &DB{pool: db.exports}} }

// Snapshot runs do with a Source whose sequences all read one state of the data, over one connection: at most one of them may be
// in progress at a time.
func (s Source) Snapshot(ctx context.Context, do func(analysis.Source) error) error {
	if s.tx != nil {
		return do(s)
	}
	var done error
	err := s.db.snapshot(ctx, func(tx pgx.Tx) error {
		done = do(Source{s.db, tx})
		return done
	})
	if done != nil {
		return done // it says already what failed
	}
	return explain(err)
}

// snapshot runs do on the snapshot of s or, if s has none, on one of its own.
func (s Source) snapshot(ctx context.Context, do func(tx pgx.Tx) error) error {
	if s.tx != nil {
		return do(s.tx)
	}
	return s.db.snapshot(ctx, do)
}

// stream yields what do produces from one snapshot of the data, and at the end do's error, if any.
// do must stop when yield returns false. One connection is in use until the caller has read
// everything. If the server goes away meanwhile, the sequence ends with ErrUnavailable and is not
// repeated, because the caller already has its first part.
func stream[T any](ctx context.Context, s Source, what string, do func(tx pgx.Tx, yield func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		going := true
		err := s.snapshot(ctx, func(tx pgx.Tx) error {
			return do(tx, func(x T) bool {
				going = yield(x, nil)
				return going
			})
		})
		if err != nil && going {
			var none T
			yield(none, fmt.Errorf("export %s: %w", what, explain(err)))
		}
	}
}

// yieldRows yields each row that sql selects, converted by convert.
func yieldRows[Row, T any](ctx context.Context, tx pgx.Tx, yield func(T) bool, convert func(Row) (T, error), sql string, args ...any) error {
	rows, _ := tx.Query(ctx, sql, args...)
	defer rows.Close()
	for rows.Next() {
		row, err := pgx.RowToStructByName[Row](rows)
		if err != nil {
			return err
		}
		x, err := convert(row)
		if err != nil {
			return err
		}
		if !yield(x) {
			return nil
		}
	}
	return rows.Err()
}

const exportParticipants = selectParticipant + `
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number`

// Participants yields the participants of a study ordered by code, pilots last.
func (s Source) Participants(ctx context.Context, f analysis.Filter) iter.Seq2[study.Participant, error] {
	return stream(ctx, s, "participants", func(tx pgx.Tx, yield func(study.Participant) bool) error {
		convert := func(r participantRow) (study.Participant, error) { return r.participant(), nil }
		return yieldRows(ctx, tx, yield, convert, exportParticipants, f.Study, f.Pilots, f.Simulated)
	})
}

const exportSessions = `
	SELECT s.id
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number`

// sessionsAtOnce is how many sessions an export loads into memory at a time.
const sessionsAtOnce = 50

// Sessions yields whole sessions, with their trials and attempts, ordered by participant.
func (s Source) Sessions(ctx context.Context, f analysis.Filter) iter.Seq2[study.Session, error] {
	return stream(ctx, s, "sessions", func(tx pgx.Tx, yield func(study.Session) bool) error {
		ids, err := querySessionIDs(ctx, tx, exportSessions, f.Study, f.Pilots, f.Simulated)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, sessionsAtOnce) {
			sessions, err := loadSessions(ctx, tx, some)
			if err != nil {
				return err
			}
			for _, x := range sessions {
				if !yield(x) {
					return nil
				}
			}
		}
		return nil
	})
}

const exportVisits = `
	SELECT s.version, count(*) AS visits
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3 AND s.consented_at IS NOT NULL
	GROUP BY s.version`

type visitsRow struct {
	Version study.VersionID
	Visits  int
}

// Versions returns the published versions of a study, the oldest first.
func (s Source) Versions(ctx context.Context, f analysis.Filter) (all []analysis.Published, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		versions, err := queryVersions(ctx, tx, versionsOfStudy, f.Study)
		if err != nil {
			return err
		}
		visits, err := queryAll[visitsRow](ctx, tx, exportVisits, f.Study, f.Pilots, f.Simulated)
		for _, v := range slices.Backward(versions) {
			here, _ := find(visits, func(r visitsRow) bool { return r.Version == v.ID }) // none: nobody has come
			all = append(all, analysis.Published{Version: v, Visits: here.Visits})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export versions: %w", explain(err))
	}
	return all, nil
}

// Calibrations returns the calibrations of a study, the oldest first.
func (s Source) Calibrations(ctx context.Context, f analysis.Filter) (all []study.Calibration, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[calibrationRow](ctx, tx, selectCalibration+`WHERE study = $1 ORDER BY id`, f.Study)
		all = each(rows, calibrationRow.calibration)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export calibrations: %w", explain(err))
	}
	return all, nil
}

const exportVersions = `
	SELECT ` + versionFields + `
	FROM version
	WHERE study = $1`

// queryDesigns returns the versions of a study by their ids.
func queryDesigns(ctx context.Context, tx pgx.Tx, s study.StudyID) (map[study.VersionID]study.Version, error) {
	rows, err := queryAll[versionRow](ctx, tx, exportVersions, s)
	if err != nil {
		return nil, err
	}
	return versionsByID(rows)
}

const blindKey = `SELECT blind_key FROM study WHERE id = $1`

// BlindKey returns the key of the codes that a study's conditions have for who is not to know which is which.
func (s Source) BlindKey(ctx context.Context, id study.StudyID) (key []byte, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) (err error) {
		key, err = queryValue[[]byte](ctx, tx, blindKey, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("blind key of study %d: %w", id, explain(err))
	}
	return key, nil
}
