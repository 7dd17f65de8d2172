package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	lockParticipant = `SELECT study FROM participant WHERE id = $1 FOR NO KEY UPDATE`

	// As lockParticipant, of whom a session is: who comes back begins a visit, for which nobody books beside that.
	lockParticipantOf = `SELECT study FROM participant WHERE id = (SELECT participant FROM session WHERE id = $1) FOR NO KEY UPDATE`

	sessionOfParticipant = `SELECT id FROM session WHERE participant = $1`

	startSession = `
	INSERT INTO session (participant, version, started_at)
	VALUES ($1, $2, $3)
	RETURNING id`
)

// StartSession returns the id of the participant's session. If there is none, it starts one on the
// newest version; it has neither place nor trials until the participant consents. It returns study.ErrConflict
// if the study has no published version, or is closed, or if the participant has withdrawn.
func (db *DB) StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error) {
	var id study.SessionID
	err := db.write(ctx, func(tx pgx.Tx) error {
		in, err := lockTakingPart(ctx, tx, p)
		if err != nil {
			return err
		}
		id, err = queryValue[study.SessionID](ctx, tx, sessionOfParticipant, p)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		id, err = startNew(ctx, tx, p, in, at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("start session of participant %d: %w", p, err)
	}
	return id, nil
}

// lockTakingPart locks a participant, so that nobody withdraws and has everything erased meanwhile, and returns their study. If
// they have withdrawn, the error is study.ErrWithdrawn.
func lockTakingPart(ctx context.Context, tx pgx.Tx, p study.ParticipantID) (study.StudyID, error) {
	in, err := queryValue[study.StudyID](ctx, tx, lockParticipant, p)
	if err != nil {
		return 0, err
	}
	ruled, err := queryOne[assignmentRow](ctx, tx, assignmentOf, p)
	if err != nil {
		return 0, err
	}
	if ruled.Ruled == study.PlaceWithdrawn {
		return 0, study.ErrWithdrawn
	}
	return in, nil
}

func startNew(ctx context.Context, tx pgx.Tx, p study.ParticipantID, s study.StudyID, at time.Time) (study.SessionID, error) {
	newest, err := queryNewest(ctx, tx, s)
	if err != nil {
		return 0, err
	}
	row, err := queryOne[studyRow](ctx, tx, studyByID, s)
	if err != nil {
		return 0, err
	}
	if row.State != study.StudyOpen {
		return 0, study.ErrStudyClosed
	}
	if newest == nil {
		return 0, study.Refuse(study.ErrConflict, "this study has not been published yet")
	}
	return queryValue[study.SessionID](ctx, tx, startSession, p, newest.ID, at)
}

const takeSeat = `
	WITH sat AS (
	    UPDATE session SET seat = seat + 1 WHERE id = $1
	    RETURNING participant, seat
	), renewed AS (
	    UPDATE assignment a SET lease_ends_at = $2
	    FROM sat WHERE a.participant = sat.participant
	)
	SELECT seat FROM sat`

// TakeSeat gives the calling page the next seat number, which makes it the newest page, and returns
// the number. It renews the lease of the participant's place.
func (db *DB) TakeSeat(ctx context.Context, id study.SessionID, at time.Time) (int, error) {
	seat := 0
	err := db.write(ctx, func(tx pgx.Tx) error {
		all, err := loadSessions(ctx, tx, []study.SessionID{id})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return study.ErrNotFound
		}
		seat, err = queryValue[int](ctx, tx, takeSeat, id, all[0].LeaseUntil(at))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take seat in session %d: %w", id, err)
	}
	return seat, nil
}

const (
	// The first answer about recording stays: on the right side of SET, consented_at is the value
	// from before the update.
	recordConsent = `
	UPDATE session
	SET consented_at = coalesce(consented_at, $2), recorded = CASE WHEN consented_at IS NULL THEN $3 ELSE recorded END
	WHERE id = $1`

	recordScreening = `
	UPDATE session
	SET screened_at = coalesce(screened_at, $2), turned_away = CASE WHEN screened_at IS NULL THEN $3 ELSE turned_away END
	WHERE id = $1`

	recordAbout = `UPDATE session SET about_at = coalesce(about_at, $2) WHERE id = $1`
	recordEnd   = `UPDATE session SET ended_at = coalesce(ended_at, $2) WHERE id = $1`

	// The step knows only the index of its trial, but positions begin at 0 or at 1. So the
	// statement takes the trial at that index.
	recordPause = `
	UPDATE trial SET ready_at = coalesce(ready_at, $2)
	WHERE session = $1
	  AND position = (SELECT position FROM trial WHERE session = $1 ORDER BY position OFFSET $3 LIMIT 1)`
)

// RecordConsent records that the participant consents, and whether they agree that the screen is
// recorded. The participant takes a place, and the trials are laid out, unless their group depends on questions that come later. The first call counts; later
// ones change nothing and return nil. It returns study.ErrConflict if all places are closed, or if the participant cannot go on.
func (db *DB) RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error {
	return db.RecordConsentWith(ctx, id, recorded, study.Found{}, at)
}

// RecordConsentWith is RecordConsent with what was found about the participant's computer before. It is stored with the first
// consent, or never.
func (db *DB) RecordConsentWith(ctx context.Context, id study.SessionID, recorded bool, f study.Found, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		who, place, err := lockVisitor(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := place.MayGoOn(); err != nil {
			return err
		}
		if !place.Taken() {
			if err := assign(ctx, tx, id, who, false, at); err != nil {
				return err
			}
		}
		if !f.Empty() {
			if _, err := tx.Exec(ctx, recordFound, id, toFoundDoc(f)); err != nil {
				return err
			}
		}
		return mustChange(tx.Exec(ctx, recordConsent, id, at, recorded))
	})
	if err != nil {
		return fmt.Errorf("record consent of session %d: %w", id, err)
	}
	return nil
}

const chooseLanguage = `UPDATE session SET language = $2 WHERE id = $1`

// ChooseLanguage records in which language the participant reads the study. It returns study.ErrConflict if they have
// consented in another one, and study.ErrInvalid if the study is not there in this one.
func (db *DB) ChooseLanguage(ctx context.Context, id study.SessionID, l study.Language) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, _, err := lockVisitor(ctx, tx, id); err != nil {
			return err
		}
		all, err := loadSessions(ctx, tx, []study.SessionID{id})
		if err != nil {
			return err
		}
		if err := all[0].MayChoose(l); err != nil {
			return err
		}
		return mustChange(tx.Exec(ctx, chooseLanguage, id, l))
	})
	if err != nil {
		return fmt.Errorf("choose the language %s in session %d: %w", l, id, err)
	}
	return nil
}

// RecordVisit records that a step has been passed: consent, screening, about, pause, the time between two visits, or end. If that is on
// record already, nothing changes, and the error is nil. Who has consented and has no place yet takes
// one when the screening, or the questions about the person, are passed; whom the screening turns away gets none. It returns study.ErrConflict if the participant cannot go on.
func (db *DB) RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error {
	if step.Kind == study.StepConsent && step.Trial >= 0 {
		return db.RecordConsent(ctx, id, false, at)
	}
	args := []any{id, at}
	sql, ok := map[study.StepKind]string{
		study.StepScreening: recordScreening, study.StepAbout: recordAbout, study.StepPause: recordPause, study.StepReturn: recordPause, study.StepEnd: recordEnd,
	}[step.Kind]
	if !ok || step.Trial < 0 {
		return fmt.Errorf("record visit of session %d: step %q of trial %d: %w", id, step.Kind, step.Trial, study.ErrInvalid)
	}
	if step.Kind == study.StepPause || step.Kind == study.StepReturn {
		args = append(args, step.Trial)
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		if step.Kind == study.StepReturn {
			if _, err := queryValue[study.StudyID](ctx, tx, lockParticipantOf, id); err != nil {
				return err
			}
		}
		if err := mayGoOn(ctx, tx, id); err != nil {
			return err
		}
		switch step.Kind {
		case study.StepScreening:
			return screen(ctx, tx, id, at)
		case study.StepAbout:
			if err := assignAsked(ctx, tx, id, at); err != nil {
				return err
			}
		}
		return mustChange(tx.Exec(ctx, sql, args...))
	})
	if err != nil {
		return fmt.Errorf("record %s of session %d: %w", step.Kind, id, err)
	}
	return nil
}

// screen records that the screening is answered, and whether the answers turn the participant away. If they do not, a place is taken, unless
// the group depends on questions that come later.
func screen(ctx context.Context, tx pgx.Tx, id study.SessionID, at time.Time) error {
	who, place, err := lockVisitor(ctx, tx, id)
	if err != nil {
		return err
	}
	v, _, err := queryRoster(ctx, tx, who.Version, who.Simulated)
	if err != nil {
		return err
	}
	answers, err := queryAnswers(ctx, tx, id, v.Design.Screening...)
	if err != nil {
		return err
	}
	turned := v.Design.TurnsAway(answers)
	if err := mustChange(tx.Exec(ctx, recordScreening, id, at, turned)); err != nil {
		return err
	}
	if turned || who.TurnedAway || place.Taken() || !who.Consented {
		return nil
	}
	who.Screened = true
	return assign(ctx, tx, id, who, false, at)
}

// assignAsked takes a place for somebody who has consented and has none, since their group depends on the questions that they
// have answered now.
func assignAsked(ctx context.Context, tx pgx.Tx, id study.SessionID, at time.Time) error {
	who, place, err := lockVisitor(ctx, tx, id)
	if err != nil || place.Taken() || !who.Consented || who.TurnedAway {
		return err
	}
	return assign(ctx, tx, id, who, true, at)
}
