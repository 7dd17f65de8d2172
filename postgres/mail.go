package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type addressRow struct {
	Participant study.ParticipantID
	Mail        string
	Language    study.Language
	By          study.ExperimenterID
	At          time.Time
}

type mailRow struct {
	ID          study.MailID
	Participant study.ParticipantID
	Kind        study.MailKind
	Fact        int
	QueuedAt    time.Time
	DueAt       time.Time
	Tries       int
	State       study.MailState
	Cause       study.MailCause
	At          time.Time
}

const (
	selectAddress = `
	SELECT participant, mail, language, coalesce(experimenter, 0) AS by, at
	FROM address`

	addressOf = selectAddress + `
	WHERE participant = $1`

	takesPart = `
	SELECT NOT p.simulated
	       AND coalesce((SELECT state FROM ruling r WHERE r.participant = p.id ORDER BY r.id DESC LIMIT 1), '') <> 'withdrawn'
	FROM participant p
	WHERE p.id = $1`

	setAddress = `
	INSERT INTO address (participant, mail, language, experimenter, at)
	VALUES ($1, $2, $3, nullif($4::bigint, 0), $5)
	ON CONFLICT (participant) DO UPDATE
	SET mail = excluded.mail, language = excluded.language, experimenter = excluded.experimenter, at = excluded.at`

	removeAddress = `DELETE FROM address WHERE participant = $1`
	dropMails     = `UPDATE mail SET state = 'dropped', at = $2 WHERE participant = $1 AND state = 'waiting'`
)

// Address returns where mails to a participant go, or study.ErrNotFound if nobody has said.
func (db *DB) Address(ctx context.Context, p study.ParticipantID) (a study.Address, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[addressRow](ctx, tx, addressOf, p)
		a = study.Address(row)
		return err
	})
	if err != nil {
		return study.Address{}, fmt.Errorf("address of participant %d: %w", p, err)
	}
	return a, nil
}

// SetAddress says where mails to a participant go from now on. It returns what study.Address.Check does, and study.ErrConflict if they take no part.
func (db *DB) SetAddress(ctx context.Context, a study.Address) error {
	if err := a.Check(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, a.Participant); err != nil {
			return err
		}
		may, err := queryValue[bool](ctx, tx, takesPart, a.Participant)
		if err == nil && !may {
			err = study.ErrWithdrawn
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, setAddress, a.Participant, a.Mail, a.Language, a.By, a.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("say where mails to participant %d go: %w", a.Participant, err)
	}
	return nil
}

// RemoveAddress forgets where mails to a participant go, and drops those that wait. If nobody has said, nothing changes.
func (db *DB) RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, p); err != nil {
			return err
		}
		return forgetAddress(ctx, tx, p, at)
	})
	if err != nil {
		return fmt.Errorf("forget where mails to participant %d go: %w", p, err)
	}
	return nil
}

func forgetAddress(ctx context.Context, tx pgx.Tx, p study.ParticipantID, at time.Time) error {
	if _, err := tx.Exec(ctx, removeAddress, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, dropMails, p, at)
	return err
}

const (
	selectMail = `
	SELECT m.id, m.participant, m.kind, m.fact, m.queued_at, m.due_at, m.tries, m.state, m.cause, m.at
	FROM mail m`

	mailsOfStudy = selectMail + ` JOIN participant p ON p.id = m.participant
	WHERE p.study = $1
	ORDER BY m.id`

	// Whose mail can be sent or queued: who has said where to.
	addressed = selectAddress + `
	WHERE $1::bigint = 0 OR participant = $1
	ORDER BY participant`

	addressedMails = selectMail + `
	WHERE m.participant = ANY($1)
	ORDER BY m.id`

	addressedBookings = selectBooking + `
	WHERE b.participant = ANY($1)
	ORDER BY b.id`

	addressedStudies = `
	SELECT p.id AS participant, p.study, s.started_at, coalesce(s.id, 0) AS session, coalesce(s.version, 0) AS version, (SELECT hash FROM link l WHERE l.participant = p.id ORDER BY l.id LIMIT 1) AS link,
	       coalesce((SELECT revoked_at IS NOT NULL FROM link l WHERE l.participant = p.id ORDER BY l.id DESC LIMIT 1), false) AS out,
	       coalesce((SELECT nullif(state, '` + openState + `') FROM study_state x WHERE x.study = p.study ORDER BY x.id DESC LIMIT 1), '') AS state,
	       coalesce(a.notice_s, 0) AS notice_s, coalesce(a.remind_s, 0) AS remind_s, coalesce(a.contact, '') AS contact, coalesce(a.mail, '') AS mail
	FROM participant p
	     LEFT JOIN session s ON s.participant = p.id
	     LEFT JOIN LATERAL (SELECT * FROM appointing x WHERE x.study = p.study ORDER BY x.id DESC LIMIT 1) a ON true
	WHERE p.id = ANY($1)`
)

// Mails returns the mails to the participants of a study, the oldest first.
func (db *DB) Mails(ctx context.Context, s study.StudyID) (all []study.Mail, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[mailRow](ctx, tx, mailsOfStudy, s)
		all = column(rows, func(r mailRow) study.Mail { return study.Mail(r) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mails of study %d: %w", s, err)
	}
	return all, nil
}

type correspondentRow struct {
	Participant study.ParticipantID
	Study       study.StudyID
	StartedAt   *time.Time
	Session     study.SessionID
	Version     study.VersionID
	Link        []byte
	Out         bool
	State       study.StudyState
	NoticeS     int
	RemindS     int
	Contact     string
	Mail        string
}

func (r correspondentRow) beginning() beginningRow {
	return beginningRow{r.Participant, r.StartedAt, r.Session, r.Version, r.NoticeS}
}

// correspondence returns what decides about mails, without the address, the facts and the mails. of is as in beginningRow.diary.
func (r correspondentRow) correspondence(of map[study.SessionID]study.Course) study.Correspondence {
	return study.Correspondence{
		Study: r.Study, State: r.State, Link: study.LinkHash(r.Link), Out: r.Out,
		Diary: r.beginning().diary(of),
		Asks: study.Appointing{
			Notice: time.Duration(r.NoticeS) * time.Second, Remind: time.Duration(r.RemindS) * time.Second, Contact: r.Contact, Mail: r.Mail,
		},
	}
}

// Correspondences returns what decides about mails to everybody who has said where to, or to one of them, ordered by participant. who is 0 for everybody.
func (db *DB) Correspondences(ctx context.Context, who study.ParticipantID) (all []study.Correspondence, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		all = nil
		addresses, err := queryAll[addressRow](ctx, tx, addressed, who)
		if err != nil || len(addresses) == 0 {
			return err
		}
		people := column(addresses, func(r addressRow) int64 { return int64(r.Participant) })
		place := map[study.ParticipantID]int{}
		for i, a := range addresses {
			place[a.Participant] = i
		}
		all = make([]study.Correspondence, len(addresses))
		studies, err := queryAll[correspondentRow](ctx, tx, addressedStudies, people)
		if err != nil {
			return err
		}
		courses, err := queryCourses(ctx, tx, column(studies, correspondentRow.beginning))
		if err != nil {
			return err
		}
		for _, r := range studies {
			all[place[r.Participant]] = r.correspondence(courses)
		}
		facts, err := queryAll[bookingRow](ctx, tx, addressedBookings, people)
		for _, f := range facts {
			c := &all[place[f.Participant]]
			c.Diary.Facts = append(c.Diary.Facts, study.Booking(f))
		}
		if err != nil {
			return err
		}
		mails, err := queryAll[mailRow](ctx, tx, addressedMails, people)
		for _, m := range mails {
			c := &all[place[m.Participant]]
			c.Mails = append(c.Mails, study.Mail(m))
		}
		for i, a := range addresses {
			all[i].Address = study.Address(a)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who gets mails: %w", err)
	}
	return all, nil
}

const (
	queueMail = `
	INSERT INTO mail (participant, kind, fact, queued_at, due_at, tries, state, cause, at)
	SELECT $1::bigint, $2::text, $3::integer, $4::timestamptz, $5::timestamptz, $6::integer, $7::text, $8::text, $9::timestamptz
	WHERE EXISTS (SELECT FROM address WHERE participant = $1)`

	recordMail = `
	UPDATE mail SET due_at = $2, tries = $3, state = $4, cause = $5, at = $6
	WHERE id = $1 AND state = 'waiting'`
)

// QueueMail adds a mail that waits. It returns study.ErrNotFound if nobody has said where to.
func (db *DB) QueueMail(ctx context.Context, m study.Mail) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, m.Participant); err != nil {
			return err
		}
		return mustChange(tx.Exec(ctx, queueMail, m.Participant, m.Kind, m.Fact, m.QueuedAt, m.DueAt, m.Tries, m.State, m.Cause, m.At))
	})
	if err != nil {
		return fmt.Errorf("queue a mail to participant %d: %w", m.Participant, err)
	}
	return nil
}

// RecordMail records what has become of a mail that waits. It returns study.ErrNotFound if it does not wait any more, as after a withdrawal.
func (db *DB) RecordMail(ctx context.Context, m study.Mail) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		return mustChange(tx.Exec(ctx, recordMail, m.ID, m.DueAt, m.Tries, m.State, m.Cause, m.At))
	})
	if err != nil {
		return fmt.Errorf("record what became of mail %d: %w", m.ID, err)
	}
	return nil
}
