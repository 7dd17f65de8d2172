package studytest

import (
	"bytes"
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// AddToken implements web.Store.
func (s *Store) AddToken(_ context.Context, t study.Token) (study.TokenID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := t.Check(); err != nil {
		return 0, err
	}
	if t.Study != 0 {
		if _, err := s.study(t.Study); err != nil {
			return 0, err
		}
	}
	n := 0
	for _, other := range s.tokens {
		if other.Owner == t.Owner && other.Works(t.MadeAt) {
			n++
		}
	}
	if n >= study.MostTokens {
		return 0, study.ErrManyTokens
	}
	t.ID, t.MadeAt, t.ExpiresAt = study.TokenID(s.nextID()), kept(t.MadeAt), kept(t.ExpiresAt)
	t.Rights, t.SHA256 = slices.Clone(t.Rights), bytes.Clone(t.SHA256)
	s.tokens = append(s.tokens, &t)
	return t.ID, nil
}

// Tokens implements web.Store.
func (s *Store) Tokens(_ context.Context, owner study.ExperimenterID) (all []study.Token, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range slices.Backward(s.tokens) {
		if t.Owner == owner {
			all = append(all, *t)
		}
	}
	return all, nil
}

// Token implements web.Store.
func (s *Store) Token(_ context.Context, hash []byte, now time.Time) (study.Token, study.Experimenter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if !bytes.Equal(t.SHA256, hash) {
			continue
		}
		owner := s.accountByID(t.Owner).Experimenter
		if t.Ended(now, owner) != "" {
			return *t, owner, study.ErrDenied
		}
		return *t, owner, nil
	}
	return study.Token{}, study.Experimenter{}, study.ErrDenied
}

// UseToken implements web.Store.
func (s *Store) UseToken(_ context.Context, id study.TokenID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.ID == id && !at.Add(-study.SeenEvery).Before(t.UsedAt) {
			t.UsedAt = kept(at)
		}
	}
	return nil
}

// RevokeToken implements web.Store.
func (s *Store) RevokeToken(_ context.Context, owner study.ExperimenterID, id study.TokenID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.Owner == owner && t.ID == id {
			if t.RevokedAt.IsZero() {
				t.RevokedAt = kept(at)
			}
			return nil
		}
	}
	return missing("token", id)
}

// RevokeTokens implements web.Store.
func (s *Store) RevokeTokens(ctx context.Context, owner study.ExperimenterID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revokeTokens(owner, at)
	s.tell(ctx)
	return nil
}

func (s *Store) revokeTokens(owner study.ExperimenterID, at time.Time) {
	for _, t := range s.tokens {
		if t.Owner == owner && t.Works(at) {
			t.RevokedAt = kept(at)
		}
	}
}
