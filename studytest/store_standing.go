package studytest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"vmstudy/study"
)

// invitation is an invitation with when it was used.
type invitation struct {
	study.Invitation
	used bool
}

// accountByID returns the account of an experimenter, or nil.
func (s *Store) accountByID(e study.ExperimenterID) *account {
	i := slices.IndexFunc(s.accounts, func(a account) bool { return a.ID == e })
	if i < 0 {
		return nil
	}
	return &s.accounts[i]
}

// Standing implements web.Store.
func (s *Store) Standing(_ context.Context, e study.ExperimenterID) (study.Standing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accountByID(e)
	if a == nil {
		return study.Standing{}, missing("experimenter", e)
	}
	out := study.Standing{Administrator: a.administrator, Roles: map[study.StudyID]study.Role{}}
	for in, all := range s.members {
		if r := all[e]; r != "" {
			out.Roles[in] = r
		}
	}
	return out, nil
}

// StudyOf implements web.Store.
func (s *Store) StudyOf(_ context.Context, id study.SessionID) (study.StudyID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return 0, err
	}
	return x.Study, nil
}

// Members implements web.Store.
func (s *Store) Members(_ context.Context, in study.StudyID) (all []study.Member, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e, role := range s.members[in] {
		all = append(all, study.Member{Experimenter: study.Experimenter{ID: e, Name: s.accountByID(e).Name}, Role: role})
	}
	slices.SortFunc(all, func(a, b study.Member) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func owners(members map[study.ExperimenterID]study.Role) (n int) {
	for _, r := range members {
		if r == study.Owner {
			n++
		}
	}
	return n
}

// SetRole implements web.Store.
func (s *Store) SetRole(_ context.Context, in study.StudyID, e study.ExperimenterID, role study.Role) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.study(in); err != nil {
		return err
	}
	if s.accountByID(e) == nil {
		return missing("experimenter", e)
	}
	changed := maps.Clone(s.members[in])
	if changed == nil {
		changed = map[study.ExperimenterID]study.Role{}
	}
	if role == "" {
		delete(changed, e)
	} else {
		changed[e] = role
	}
	if owners(s.members[in]) > 0 && owners(changed) == 0 {
		return study.ErrNoOwner
	}
	s.members[in] = changed
	if role == study.Blind {
		s.voidUnblinding(in)
	}
	if role != study.Owner {
		s.void(func(i study.Invitation) bool { return i.Study == in && i.By == e })
	}
	return nil
}

// Accounts implements web.Store.
func (s *Store) Accounts(context.Context) (all []study.Account, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		out := study.Account{Experimenter: a.Experimenter, Administrator: a.administrator, DisabledAt: a.disabledAt}
		for _, members := range s.members {
			if members[a.ID] != "" {
				out.Studies++
			}
		}
		all = append(all, out)
	}
	slices.SortFunc(all, func(a, b study.Account) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// ChangeAccount implements web.Store.
func (s *Store) ChangeAccount(_ context.Context, e study.ExperimenterID, administrator, disabled bool, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accountByID(e)
	if a == nil {
		return missing("experimenter", e)
	}
	left := 0
	for _, other := range s.accounts {
		if other.ID != e && other.administrator && !other.Disabled {
			left++
		}
	}
	if left == 0 && (!administrator || disabled) {
		return study.ErrNoAdministrator
	}
	a.administrator = administrator
	switch {
	case !disabled:
		a.Disabled, a.disabledAt = false, time.Time{}
	case !a.Disabled:
		a.Disabled, a.disabledAt = true, kept(at)
	}
	if disabled {
		s.endLogins(e)
		s.void(func(i study.Invitation) bool { return i.By == e })
	}
	return nil
}

func (s *Store) endLogins(e study.ExperimenterID) {
	maps.DeleteFunc(s.logins, func(_ string, l login) bool { return l.who == e })
}

// void makes some invitations void.
func (s *Store) void(which func(study.Invitation) bool) {
	for _, i := range s.invitations {
		i.used = i.used || which(i.Invitation)
	}
}

// voidUnblinding makes the invitations void by which somebody blind could get a second account.
func (s *Store) voidUnblinding(in study.StudyID) {
	s.void(func(i study.Invitation) bool { return i.Study == in && i.Role != study.Blind })
}

// voidRenewals makes the links void that would set the password of an account anew.
func (s *Store) voidRenewals(e study.ExperimenterID) {
	s.void(func(i study.Invitation) bool { return i.For != 0 && i.For == e })
}

// Invite implements web.Store.
func (s *Store) Invite(_ context.Context, i study.Invitation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.voidRenewals(i.For)
	i.MadeAt, i.ExpiresAt = kept(i.MadeAt), kept(i.ExpiresAt)
	s.invitations[string(i.TokenSHA256)] = &invitation{Invitation: i}
	return nil
}

func (s *Store) invited(token []byte, now time.Time) (*invitation, error) {
	i := s.invitations[string(token)]
	if i == nil || i.used || !i.ExpiresAt.After(now) || !s.mayInvite(i.By, i.Study) {
		return nil, missing("invitation", "of that token")
	}
	return i, nil
}

// mayInvite reports whether invitations that somebody has made count.
func (s *Store) mayInvite(e study.ExperimenterID, in study.StudyID) bool {
	a := s.accountByID(e)
	return a != nil && !a.Disabled && (a.administrator || in != 0 && s.members[in][e] == study.Owner)
}

// Invitation implements web.Store.
func (s *Store) Invitation(_ context.Context, token []byte, now time.Time) (study.Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.invited(token, now)
	if err != nil {
		return study.Invitation{}, err
	}
	return i.Invitation, nil
}

// Accept implements web.Store.
func (s *Store) Accept(_ context.Context, token []byte, a study.Acceptance) (study.ExperimenterID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.invited(token, a.At)
	if err != nil {
		return 0, err
	}
	if i.For == 0 && a.As != 0 && s.members[i.Study][a.As].Kept() {
		return 0, study.ErrRoleKept
	}
	who := a.As
	switch {
	case i.For != 0:
		who = i.For
		s.accountByID(who).hash = a.PasswordHash
		s.endLogins(who)
		s.revokeTokens(who, a.At)
		s.voidRenewals(who)
	case who == 0:
		if a.Name == "" {
			return 0, study.Refuse(study.ErrInvalid, "an account needs a name")
		}
		if s.accountOf(a.Name) >= 0 {
			return 0, study.Refuse(study.ErrConflict, "somebody else has this name")
		}
		who = study.ExperimenterID(s.nextID())
		s.accounts = append(s.accounts, account{Experimenter: study.Experimenter{ID: who, Name: a.Name}, hash: a.PasswordHash})
	}
	i.used = true
	if i.Study != 0 {
		if s.members[i.Study] == nil {
			s.members[i.Study] = map[study.ExperimenterID]study.Role{}
		}
		s.members[i.Study][who] = i.Role
		if i.Role == study.Blind {
			s.voidUnblinding(i.Study)
		}
	}
	return who, nil
}
