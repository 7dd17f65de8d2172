package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type beginningRow struct {
	Participant study.ParticipantID
	StartedAt   *time.Time // null before the first visit
	Session     study.SessionID
	Version     study.VersionID
	NoticeS     int
}

const (
	selectBeginning = `
	SELECT p.id AS participant, s.started_at, coalesce(s.id, 0) AS session, coalesce(s.version, 0) AS version,
	       coalesce((SELECT notice_s FROM appointing a WHERE a.study = p.study ORDER BY a.id DESC LIMIT 1), 0) AS notice_s
	FROM participant p LEFT JOIN session s ON s.participant = p.id`

	beginningOf = selectBeginning + `
	WHERE p.id = $1`

	beginningsOfStudy = selectBeginning + `
	WHERE p.study = $1`

	beginningsOfPeople = selectBeginning + `
	WHERE p.id = ANY($1)`
)

// diary returns the diary without the facts. of are the courses of those who come more than once.
func (r beginningRow) diary(of map[study.SessionID]study.Course) study.Diary {
	d := study.Diary{Notice: time.Duration(r.NoticeS) * time.Second}
	if course, several := of[r.Session]; several {
		d.Course = course
	} else if r.StartedAt != nil {
		d.Course = study.OneVisit(*r.StartedAt)
	}
	return d
}

// A text without this word is that of a study of one visit. So most versions need not be read, and of their sessions no more than the beginning.
const versionsOfSeveral = `SELECT id FROM version WHERE id = ANY($1) AND coalesce(document, text) LIKE '%visits%'`

// queryCourses returns how far those have come who have begun in a study of several visits. It reads the sessions of all of them at once.
func queryCourses(ctx context.Context, tx pgx.Tx, begun []beginningRow) (map[study.SessionID]study.Course, error) {
	of := map[study.VersionID][]study.SessionID{}
	for _, r := range begun {
		if r.Session != 0 {
			of[r.Version] = append(of[r.Version], r.Session)
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	rows, _ := tx.Query(ctx, versionsOfSeveral, slices.Collect(maps.Keys(of)))
	several, err := pgx.CollectRows(rows, pgx.RowTo[study.VersionID])
	if err != nil || len(several) == 0 {
		return nil, err
	}
	var ids []study.SessionID
	for _, v := range several {
		ids = append(ids, of[v]...)
	}
	sessions, err := loadSessions(ctx, tx, ids)
	courses := map[study.SessionID]study.Course{}
	for _, x := range sessions {
		if c := x.Course(); !c.Kept.IsZero() {
			courses[x.ID] = c
		}
	}
	return courses, err
}

// Diary returns what is on record of a participant's appointments.
func (db *DB) Diary(ctx context.Context, p study.ParticipantID) (d study.Diary, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		d, err = queryDiary(ctx, tx, p)
		return err
	})
	if err != nil {
		return study.Diary{}, fmt.Errorf("appointments of participant %d: %w", p, err)
	}
	return d, nil
}

func queryDiary(ctx context.Context, tx pgx.Tx, p study.ParticipantID) (study.Diary, error) {
	row, err := queryOne[beginningRow](ctx, tx, beginningOf, p)
	if err != nil {
		return study.Diary{}, err
	}
	courses, err := queryCourses(ctx, tx, []beginningRow{row})
	if err != nil {
		return study.Diary{}, err
	}
	facts, err := queryAll[bookingRow](ctx, tx, bookingsOf, p)
	d := row.diary(courses)
	d.Facts = column(facts, func(r bookingRow) study.Booking { return study.Booking(r) })
	return d, err
}

// Diaries returns the diaries of all participants of a study who ever had an appointment, or have begun a study of several visits.
func (db *DB) Diaries(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Diary, error) {
	all, err := db.diaries(ctx, beginningsOfStudy, bookingsOfStudy, s)
	if err != nil {
		return nil, fmt.Errorf("appointments of the participants of study %d: %w", s, err)
	}
	return all, nil
}

// DiariesOf returns the diaries of those of these participants who ever had an appointment, or have begun a study of several visits.
func (db *DB) DiariesOf(ctx context.Context, people []study.ParticipantID) (map[study.ParticipantID]study.Diary, error) {
	all, err := db.diaries(ctx, beginningsOfPeople, bookingsOfPeople, people)
	if err != nil {
		return nil, fmt.Errorf("appointments of %d participants: %w", len(people), err)
	}
	return all, nil
}

// diaries returns the diaries of those whose beginnings and bookings two statements find, both of which get which.
func (db *DB) diaries(ctx context.Context, beginnings, bookings string, which any) (map[study.ParticipantID]study.Diary, error) {
	all := map[study.ParticipantID]study.Diary{}
	err := db.read(ctx, func(tx pgx.Tx) error {
		clear(all)
		rows, err := queryAll[beginningRow](ctx, tx, beginnings, which)
		if err != nil {
			return err
		}
		courses, err := queryCourses(ctx, tx, rows)
		if err != nil {
			return err
		}
		begun := map[study.ParticipantID]beginningRow{}
		for _, r := range rows {
			begun[r.Participant] = r
			if _, several := courses[r.Session]; several {
				all[r.Participant] = r.diary(courses)
			}
		}
		facts, err := queryAll[bookingRow](ctx, tx, bookings, which)
		for _, f := range facts {
			d, ok := all[f.Participant]
			if !ok {
				d = begun[f.Participant].diary(courses)
			}
			d.Facts = append(d.Facts, study.Booking(f))
			all[f.Participant] = d
		}
		return err
	})
	return all, err
}
