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
	isAdministrator = `SELECT administrator FROM experimenter WHERE id = $1`

	rolesOf = `SELECT study, role FROM member WHERE experimenter = $1`
)

type roleRow struct {
	Study study.StudyID
	Role  study.Role
}

// Standing returns what an experimenter is, in the installation and in studies.
func (db *DB) Standing(ctx context.Context, e study.ExperimenterID) (s study.Standing, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		if s.Administrator, err = queryValue[bool](ctx, tx, isAdministrator, e); err != nil {
			return err
		}
		rows, err := queryAll[roleRow](ctx, tx, rolesOf, e)
		s.Roles = map[study.StudyID]study.Role{}
		for _, r := range rows {
			s.Roles[r.Study] = r.Role
		}
		return err
	})
	if err != nil {
		return study.Standing{}, fmt.Errorf("standing of experimenter %d: %w", e, err)
	}
	return s, nil
}

const studyOfSession = `SELECT p.study FROM session s JOIN participant p ON p.id = s.participant WHERE s.id = $1`

// StudyOf returns the study that a session belongs to.
func (db *DB) StudyOf(ctx context.Context, id study.SessionID) (in study.StudyID, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		in, err = queryValue[study.StudyID](ctx, tx, studyOfSession, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("study of session %d: %w", id, err)
	}
	return in, nil
}

type memberRow struct {
	ID   study.ExperimenterID
	Name string
	Role study.Role
}

const membersOf = `
	SELECT e.id, e.name, m.role
	FROM member m JOIN experimenter e ON e.id = m.experimenter
	WHERE m.study = $1
	ORDER BY e.name`

// Members returns who has a role in a study, by name.
func (db *DB) Members(ctx context.Context, in study.StudyID) (all []study.Member, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[memberRow](ctx, tx, membersOf, in)
		all = column(rows, func(r memberRow) study.Member {
			return study.Member{Experimenter: study.Experimenter{ID: r.ID, Name: r.Name}, Role: r.Role}
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("members of study %d: %w", in, err)
	}
	return all, nil
}

const (
	lockMembers = `SELECT id FROM study WHERE id = $1 FOR UPDATE`

	dropMember = `DELETE FROM member WHERE study = $1 AND experimenter = $2`

	addMember = `
	INSERT INTO member (study, experimenter, role) VALUES ($1, $2, $3)
	ON CONFLICT (study, experimenter) DO UPDATE SET role = excluded.role`

	countOwners = `SELECT count(*) FILTER (WHERE role = 'owner') FROM member WHERE study = $1`

	voidInvitationsTo = `UPDATE invitation SET used_at = now() WHERE study = $1 AND made_by = $2 AND used_at IS NULL`

	voidUnblinding = `UPDATE invitation SET used_at = now() WHERE study = $1 AND role <> 'blind' AND used_at IS NULL`
)

// SetRole gives somebody a role in a study; the empty role takes it away. Unless the role is owner, the invitations to the study that they have
// made are void; see study.Invitation for those that are void if it is blind. A study that had an owner keeps one: else the error is study.ErrConflict.
func (db *DB) SetRole(ctx context.Context, in study.StudyID, e study.ExperimenterID, role study.Role) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		if _, err := queryValue[study.StudyID](ctx, tx, lockMembers, in); err != nil {
			return err
		}
		before, err := queryValue[int](ctx, tx, countOwners, in)
		if err != nil {
			return err
		}
		if role == "" {
			_, err = tx.Exec(ctx, dropMember, in, e)
		} else {
			err = putMember(ctx, tx, in, e, role)
		}
		if err != nil {
			return err
		}
		after, err := queryValue[int](ctx, tx, countOwners, in)
		if err == nil && before > 0 && after == 0 {
			err = study.ErrNoOwner
		}
		if err == nil && role != study.Owner {
			_, err = tx.Exec(ctx, voidInvitationsTo, in, e)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("role of experimenter %d in study %d: %w", e, in, err)
	}
	return nil
}

// putMember gives somebody a role in a study, and ends the invitations that nobody may take after that.
func putMember(ctx context.Context, tx pgx.Tx, in study.StudyID, e study.ExperimenterID, role study.Role) error {
	if _, err := tx.Exec(ctx, addMember, in, e, role); err != nil || role != study.Blind {
		return err
	}
	_, err := tx.Exec(ctx, voidUnblinding, in)
	return err
}

type accountRow struct {
	ID            study.ExperimenterID
	Name          string
	Administrator bool
	DisabledAt    *time.Time
	Second        bool
	Studies       int
}

const allAccounts = `
	SELECT e.id, e.name, e.administrator, e.disabled_at, EXISTS (SELECT FROM second_factor f WHERE f.experimenter = e.id) AS second,
	       count(m.study)::int AS studies
	FROM experimenter e LEFT JOIN member m ON m.experimenter = e.id
	GROUP BY e.id
	ORDER BY e.name`

// Accounts returns all accounts, by name.
func (db *DB) Accounts(ctx context.Context) (all []study.Account, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[accountRow](ctx, tx, allAccounts)
		all = column(rows, func(r accountRow) study.Account {
			return study.Account{
				Experimenter:  study.Experimenter{ID: r.ID, Name: r.Name, Disabled: r.DisabledAt != nil, Second: r.Second},
				Administrator: r.Administrator, DisabledAt: orZero(r.DisabledAt), Studies: r.Studies,
			}
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return all, nil
}

const (
	// Every change of rights takes this lock first, exclusively. So does whoever makes or takes an invitation.
	lockAccounts = `SELECT pg_advisory_xact_lock(hashtext('vmstudy accounts'))`

	changeAccount = `
	UPDATE experimenter
	SET administrator = $2, disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, $4) END
	WHERE id = $1`

	countAdministrators = `SELECT count(*) FROM experimenter WHERE administrator AND disabled_at IS NULL`

	voidInvitationsBy = `UPDATE invitation SET used_at = now() WHERE made_by = $1 AND used_at IS NULL`
)

// ChangeAccount says whether an account administers the installation, and whether it is disabled; then its logins end, and the invitations that it
// has made are void. If nobody would be left who administers, the error is study.ErrConflict.
func (db *DB) ChangeAccount(ctx context.Context, e study.ExperimenterID, administrator, disabled bool, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		if err := mustChange(tx.Exec(ctx, changeAccount, e, administrator, disabled, at)); err != nil {
			return err
		}
		left, err := queryValue[int](ctx, tx, countAdministrators)
		if err != nil {
			return err
		}
		if left == 0 {
			return study.ErrNoAdministrator
		}
		if !disabled {
			return nil
		}
		if _, err := tx.Exec(ctx, endLogins, e); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, voidInvitationsBy, e)
		return err
	})
	if err != nil {
		return fmt.Errorf("change experimenter %d: %w", e, err)
	}
	return nil
}

const (
	addInvitation = `
	INSERT INTO invitation (token_sha256, study, role, renews, made_by, made_at, expires_at)
	VALUES ($1, nullif($2::bigint, 0), nullif($3, ''), nullif($4::bigint, 0), nullif($5::bigint, 0), $6, $7)`

	voidRenewals = `UPDATE invitation SET used_at = now() WHERE renews = $1 AND used_at IS NULL`
)

// Invite stores an invitation, identified by the SHA-256 of its token. One that sets the password of an account anew takes the place of those
// before.
func (db *DB) Invite(ctx context.Context, i study.Invitation) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, voidRenewals, i.For); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, addInvitation, i.TokenSHA256, i.Study, string(i.Role), i.For, i.By, i.MadeAt, i.ExpiresAt)
		return err
	})
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	return nil
}

type invitationRow struct {
	Study     study.StudyID
	Role      string
	Renews    study.ExperimenterID
	MadeBy    study.ExperimenterID
	MadeAt    time.Time
	ExpiresAt time.Time
}

// openInvitation is about invitations whose maker still stands for them: study.Invitation says who that can be.
const openInvitation = `
	SELECT coalesce(i.study, 0) AS study, coalesce(i.role, '') AS role, coalesce(i.renews, 0) AS renews, i.made_by, i.made_at, i.expires_at
	FROM invitation i JOIN experimenter e ON e.id = i.made_by
	WHERE i.token_sha256 = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND e.disabled_at IS NULL
	  AND (e.administrator OR EXISTS (SELECT FROM member m WHERE m.study = i.study AND m.experimenter = e.id AND m.role = 'owner'))`

func queryInvitation(ctx context.Context, tx pgx.Tx, token []byte, now time.Time, lock string) (study.Invitation, error) {
	r, err := queryOne[invitationRow](ctx, tx, openInvitation+lock, token, now)
	return study.Invitation{
		TokenSHA256: token, Study: r.Study, Role: study.Role(r.Role), For: r.Renews, By: r.MadeBy, MadeAt: r.MadeAt, ExpiresAt: r.ExpiresAt,
	}, err
}

// Invitation returns the invitation whose token has that SHA-256, or study.ErrNotFound if there is none, it was used or is too old, or who made
// it may not invite any more.
func (db *DB) Invitation(ctx context.Context, token []byte, now time.Time) (i study.Invitation, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		i, err = queryInvitation(ctx, tx, token, now, "")
		return err
	})
	if err != nil {
		return study.Invitation{}, fmt.Errorf("invitation: %w", err)
	}
	return i, nil
}

const (
	useInvitation = `UPDATE invitation SET used_at = $2 WHERE token_sha256 = $1`

	addAccount = `INSERT INTO experimenter (name, password_hash, administrator) VALUES ($1, $2, false) RETURNING id`

	renewPassword = `UPDATE experimenter SET password_hash = $2 WHERE id = $1`

	hasRole = `SELECT role FROM member WHERE study = $1 AND experimenter = $2`
)

// Accept uses an invitation up and returns who has taken it. It returns study.ErrNotFound as Invitation does. It refuses a name that an account has
// already as study.ErrConflict; so it does, by study.ErrRoleKept, an account that is owner or blind in the study, whose role no invitation changes.
func (db *DB) Accept(ctx context.Context, token []byte, a study.Acceptance) (who study.ExperimenterID, err error) {
	err = db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil { // until then, nobody takes the right to invite from who made it
			return err
		}
		i, err := queryInvitation(ctx, tx, token, a.At, " FOR UPDATE OF i")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, useInvitation, token, a.At); err != nil {
			return err
		}
		if who, err = accepting(ctx, tx, i, a); err != nil || i.Study == 0 {
			return err
		}
		had, err := queryValue[study.Role](ctx, tx, hasRole, i.Study, who)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if had.Kept() {
			return study.ErrRoleKept
		}
		return putMember(ctx, tx, i.Study, who, i.Role)
	})
	if err != nil {
		return 0, fmt.Errorf("accept an invitation: %w", err)
	}
	return who, nil
}

// accepting returns the account that accepts an invitation. It makes a new one, or sets the password of one, if the acceptance says so: then what was
// let in by the old password, and tokens, ends.
func accepting(ctx context.Context, tx pgx.Tx, i study.Invitation, a study.Acceptance) (study.ExperimenterID, error) {
	switch {
	case i.For != 0:
		if _, err := tx.Exec(ctx, renewPassword, i.For, a.PasswordHash); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, voidRenewals, i.For); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, revokeTokens, i.For, a.At); err != nil {
			return 0, err
		}
		_, err := tx.Exec(ctx, endLogins, i.For)
		return i.For, err
	case a.As != 0:
		return a.As, nil
	}
	return queryValue[study.ExperimenterID](ctx, tx, addAccount, a.Name, a.PasswordHash)
}
