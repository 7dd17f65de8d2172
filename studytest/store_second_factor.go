package studytest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vmstudy/study"
)

// secondFactor is a second factor with the SHA-256 of the recovery codes that are left.
type secondFactor struct {
	study.SecondFactor
	recovery []string
}

// SecondFactor implements web.Store.
func (s *Store) SecondFactor(_ context.Context, e study.ExperimenterID) (study.SecondFactor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.seconds[e]
	if f == nil {
		return study.SecondFactor{}, missing("second factor of experimenter", e)
	}
	f.Codes = len(f.recovery)
	return f.SecondFactor, nil
}

// EnrolSecondFactor implements web.Store.
func (s *Store) EnrolSecondFactor(_ context.Context, e study.ExperimenterID, f study.SecondFactor, recovery [][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accountByID(e)
	switch {
	case a == nil:
		return missing("experimenter", e)
	case a.Second:
		return study.ErrSecondAlready
	}
	f.EnrolledAt = kept(f.EnrolledAt)
	enrolled := &secondFactor{SecondFactor: f}
	for _, hash := range recovery {
		enrolled.recovery = append(enrolled.recovery, string(hash))
	}
	s.seconds[e], a.Second = enrolled, true
	return nil
}

// UseCode implements web.Store.
func (s *Store) UseCode(_ context.Context, e study.ExperimenterID, step int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.seconds[e]
	if f == nil || step <= f.LastStep {
		return study.ErrCodeUsed
	}
	f.LastStep = step
	return nil
}

// UseRecoveryCode implements web.Store.
func (s *Store) UseRecoveryCode(_ context.Context, e study.ExperimenterID, hash []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.seconds[e]
	if f == nil || !slices.Contains(f.recovery, string(hash)) {
		return fmt.Errorf("recovery code of experimenter %d: %w", e, study.ErrDenied)
	}
	f.recovery = slices.DeleteFunc(f.recovery, func(h string) bool { return h == string(hash) })
	return nil
}

// RemoveSecondFactor implements web.Store.
func (s *Store) RemoveSecondFactor(_ context.Context, e study.ExperimenterID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeSecond(e)
	return nil
}

// removeSecond removes a second factor. The caller must hold mu.
func (s *Store) removeSecond(e study.ExperimenterID) {
	delete(s.seconds, e)
	if a := s.accountByID(e); a != nil {
		a.Second = false
	}
}
