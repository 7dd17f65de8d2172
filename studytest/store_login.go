package studytest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"vmstudy/study"
)

// idle reports whether l was not used for too long.
func (l login) idle(now time.Time) bool {
	return !l.seen.At.IsZero() && !now.Add(-study.IdleLimit).Before(l.seen.At)
}

// SeeLogin implements web.Store.
func (s *Store) SeeLogin(_ context.Context, tokenHash []byte, at study.Sighting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.logins[string(tokenHash)]
	if !ok || l.seen.From == at.From && at.At.Add(-study.SeenEvery).Before(l.seen.At) {
		return nil
	}
	at.At = kept(at.At)
	if l.seen.At.IsZero() {
		l.opened = at.At
	}
	l.seen = at
	s.logins[string(tokenHash)] = l
	return nil
}

// Logins implements web.Store.
func (s *Store) Logins(_ context.Context, e study.ExperimenterID, now time.Time) (all []study.Login, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, l := range s.logins {
		if l.who == e && now.Before(l.expires) && !l.idle(now) {
			all = append(all, study.Login{ID: l.id, OpenedAt: l.opened, Sighting: l.seen, TokenSHA256: []byte(token)})
		}
	}
	slices.SortFunc(all, func(a, b study.Login) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all, nil
}

// ChangePassword implements web.Store.
func (s *Store) ChangePassword(_ context.Context, e study.ExperimenterID, hash string, keep []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accountByID(e)
	if a == nil {
		return missing("experimenter", e)
	}
	a.hash = hash
	s.voidRenewals(e)
	maps.DeleteFunc(s.logins, func(token string, l login) bool { return l.who == e && token != string(keep) })
	return nil
}
