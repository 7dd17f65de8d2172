package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type assignmentRow struct {
	Participant study.ParticipantID
	Pilot       bool
	GroupName   string
	Sequence    int
	Arrival     int
	TakenAt     *time.Time
	LeaseEndsAt *time.Time
	BookedUntil *time.Time
	EndedAt     *time.Time
	Ruled       study.PlaceState
	Ground      study.Ground
	Why         string
	By          study.ExperimenterID
	Name        string
	RuledAt     *time.Time
}

func (r assignmentRow) assignment() study.Assignment {
	if r.TakenAt == nil && r.Ruled == "" {
		return study.Assignment{}
	}
	return study.Assignment{
		Participant: r.Participant, Pilot: r.Pilot, Place: study.Place{Group: r.GroupName, Sequence: r.Sequence},
		Arrival: r.Arrival, TakenAt: orZero(r.TakenAt), LeaseEnds: orZero(r.LeaseEndsAt), Booked: orZero(r.BookedUntil), EndedAt: orZero(r.EndedAt),
		Ruling: study.Ruling{State: r.Ruled, Ground: r.Ground, Why: r.Why, By: r.By, Name: r.Name, At: orZero(r.RuledAt)},
	}
}

// selectAssignment is the first part of every statement that reads places. So pages, exports and the
// rule itself count the same. Who has no place yet has a row without one, since somebody may have ruled on them.
const selectAssignment = `
	SELECT p.id AS participant, p.pilot, coalesce(a.group_name, '') AS group_name, coalesce(a.sequence, 0) AS sequence,
	       coalesce(a.arrival, 0) AS arrival, a.taken_at, a.lease_ends_at,
	       CASE WHEN b.visit > 1 AND b.kind IN ('booked', 'moved', 'walked_in') THEN b.ends_at END AS booked_until,
	       CASE WHEN a.participant IS NOT NULL THEN s.ended_at END AS ended_at,
	       coalesce(r.state, '') AS ruled, coalesce(r.ground, '') AS ground, coalesce(r.why, '') AS why,
	       coalesce(r.experimenter, 0) AS by, coalesce(e.name, '') AS name, r.at AS ruled_at
	FROM participant p
	     LEFT JOIN assignment a ON a.participant = p.id
	     LEFT JOIN session s ON s.participant = p.id
	     LEFT JOIN LATERAL (SELECT visit, kind, ends_at FROM booking WHERE a.participant IS NOT NULL AND participant = p.id ORDER BY id DESC LIMIT 1) b ON true
	     LEFT JOIN LATERAL (SELECT * FROM ruling WHERE participant = p.id ORDER BY id DESC LIMIT 1) r ON true
	     LEFT JOIN experimenter e ON e.id = r.experimenter`

const (
	assignmentsOfSessions = selectAssignment + `
	WHERE s.id = ANY($1)`

	assignmentsOfVersions = selectAssignment + `
	WHERE a.version = ANY($1) AND p.simulated = $2
	ORDER BY a.taken_at, a.participant`

	versionsBeside = `
	SELECT ` + versionFields + `
	FROM version
	WHERE study = (SELECT study FROM version WHERE id = $1)`

	closedPlaces = `
	SELECT group_name, sequence
	FROM (SELECT DISTINCT ON (group_name, sequence) group_name, coalesce(sequence, -1) AS sequence, closed
	      FROM closing
	      WHERE version = ANY($1)
	      ORDER BY group_name, sequence, id DESC) last
	WHERE closed
	ORDER BY group_name, sequence`
)

// queryRoster returns the version and the roster of its plan, in which either people are or simulated participants. It returns
// study.ErrNotFound if there is no such version.
func queryRoster(ctx context.Context, tx pgx.Tx, id study.VersionID, simulated bool) (study.Version, study.Roster, error) {
	versions, err := queryVersions(ctx, tx, versionsBeside, id)
	if err != nil {
		return study.Version{}, study.Roster{}, err
	}
	v, ok := find(versions, func(v study.Version) bool { return v.ID == id })
	if !ok {
		return study.Version{}, study.Roster{}, study.ErrNotFound
	}
	var shared []study.VersionID
	plan := v.Design.PlanHash()
	for _, other := range versions {
		if other.Design.PlanHash() == plan {
			shared = append(shared, other.ID)
		}
	}
	roster := study.RosterOf(v.Design)
	rows, err := queryAll[assignmentRow](ctx, tx, assignmentsOfVersions, shared, simulated)
	if err != nil {
		return v, roster, err
	}
	for _, r := range rows {
		roster.Taken = append(roster.Taken, r.assignment())
	}
	closed, _ := tx.Query(ctx, closedPlaces, shared)
	roster.Closed, err = pgx.CollectRows(closed, func(row pgx.CollectableRow) (p study.Place, err error) {
		return p, row.Scan(&p.Group, &p.Sequence)
	})
	return v, roster, err
}

// Roster returns who has which place of the plan of a version, and which places are closed. Versions
// with the same plan have the same roster.
func (db *DB) Roster(ctx context.Context, id study.VersionID) (study.Roster, error) {
	var roster study.Roster
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		_, roster, err = queryRoster(ctx, tx, id, false)
		return err
	})
	if err != nil {
		return study.Roster{}, fmt.Errorf("roster of version %d: %w", id, err)
	}
	return roster, nil
}

// visitorRow says whose a session is.
type visitorRow struct {
	Participant study.ParticipantID
	Version     study.VersionID
	Study       study.StudyID
	Pilot       bool
	Simulated   bool
	Code        string
	Put         string // the group that an experimenter has put them into
	Consented   bool
	Screened    bool
	TurnedAway  bool
}

const (
	visitorOfSession = `
	SELECT s.participant, s.version, p.study, p.pilot, p.simulated, p.code, s.consented_at IS NOT NULL AS consented,
	       s.screened_at IS NOT NULL AS screened, s.turned_away, ` + putInto + `
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE s.id = $1`

	// Whoever changes places of a study has this lock, so that no two see the same place as the
	// emptiest.
	lockPlaces = `SELECT id FROM study WHERE id = $1 FOR NO KEY UPDATE`

	assignmentOf = selectAssignment + `
	WHERE p.id = $1`

	takePlace = `
	INSERT INTO assignment (participant, version, group_name, sequence, arrival, taken_at, lease_ends_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// lockVisitor returns whose a session is, and the place that they have, if any, with what was said about them. Until
// the transaction ends, nobody else can change places of the study.
func lockVisitor(ctx context.Context, tx pgx.Tx, id study.SessionID) (visitorRow, study.Assignment, error) {
	who, err := queryOne[visitorRow](ctx, tx, visitorOfSession, id)
	if err != nil {
		return who, study.Assignment{}, err
	}
	if _, err := queryValue[study.StudyID](ctx, tx, lockPlaces, who.Study); err != nil {
		return who, study.Assignment{}, err
	}
	row, err := queryOne[assignmentRow](ctx, tx, assignmentOf, who.Participant)
	return who, row.assignment(), err
}

// assign takes the next place of the plan for who, and stores the trials of the session. Places must be locked. asked says that
// the questions about the person are answered; if the group depends on these and they are not, nothing is done. Nor is it for somebody
// whom the screening has turned away.
func assign(ctx context.Context, tx pgx.Tx, id study.SessionID, who visitorRow, asked bool, at time.Time) error {
	if who.TurnedAway {
		return nil
	}
	v, roster, err := queryRoster(ctx, tx, who.Version, who.Simulated)
	if err != nil {
		return err
	}
	newcomer := study.Newcomer{Code: who.Code, Put: who.Put, Screened: who.Screened, Asked: asked}
	if len(v.Design.Groups) > 0 {
		if newcomer.Answers, err = queryAnswers(ctx, tx, id, v.Design.Deciding()...); err != nil {
			return err
		}
	}
	groups, err := v.Design.GroupsFor(newcomer)
	if err != nil || len(groups) == 0 {
		return err
	}
	a, err := roster.Only(groups...).Next(study.Participant{ID: who.Participant, Pilot: who.Pilot}, at)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, takePlace, who.Participant, who.Version, a.Place.Group, a.Place.Sequence, a.Arrival, a.TakenAt, a.LeaseEnds)
	if err != nil {
		return err
	}
	return layOut(ctx, tx, id, v, a.Place)
}

const (
	lockPlacesOfVersion = `SELECT id FROM study WHERE id = (SELECT study FROM version WHERE id = $1) FOR NO KEY UPDATE`

	addClosing = `
	INSERT INTO closing (version, group_name, sequence, closed, experimenter, at)
	VALUES ($1, $2, nullif($3::integer, -1), $4, nullif($5::bigint, 0), $6)`
)

// SetClosed closes a place of the plan of a version, or opens it again. It returns study.ErrNotFound
// if the plan has no such place.
func (db *DB) SetClosed(ctx context.Context, id study.VersionID, c study.Closing) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.StudyID](ctx, tx, lockPlacesOfVersion, id); err != nil {
			return err
		}
		_, roster, err := queryRoster(ctx, tx, id, false)
		switch {
		case err != nil:
			return err
		case !roster.Has(c.Place):
			return study.ErrNotFound
		case roster.Says(c):
			return nil
		}
		_, err = tx.Exec(ctx, addClosing, id, c.Place.Group, c.Place.Sequence, c.Closed, c.By, c.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("close place %+v of version %d: %w", c.Place, id, err)
	}
	return nil
}
