package studytest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vmstudy/study"
)

// attempt returns a pointer to the stored attempt.
func (s *Store) attempt(id study.AttemptID) (*study.Attempt, error) {
	for _, x := range s.sessions {
		for i := range x.Trials {
			for j := range x.Trials[i].Attempts {
				if a := &x.Trials[i].Attempts[j]; a.ID == id {
					return a, nil
				}
			}
		}
	}
	return nil, missing("attempt", id)
}

func (s *Store) trial(id study.TrialID) (*study.Trial, error) {
	for _, x := range s.sessions {
		for i := range x.Trials {
			if x.Trials[i].ID == id {
				return &x.Trials[i], nil
			}
		}
	}
	return nil, missing("trial", id)
}

// OpenAttempt implements session.Store.
func (s *Store) OpenAttempt(_ context.Context, a study.Attempt) (study.Attempt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.trial(a.Trial)
	if err != nil {
		return study.Attempt{}, err
	}
	for _, x := range s.sessions {
		if err := s.mayGoOn(x); err != nil && slices.ContainsFunc(x.Trials, func(o study.Trial) bool { return o.ID == t.ID }) {
			return study.Attempt{}, err
		}
	}
	for _, earlier := range t.Attempts {
		if earlier.State.Live() || earlier.State == study.Finished {
			return study.Attempt{}, study.Refuse(study.ErrConflict, "this trial has been started already")
		}
	}
	a.ID, a.Number = study.AttemptID(s.nextID()), len(t.Attempts)+1
	a.State, a.Outcome, a.Cause = study.Preparing, "", ""
	a.AskedAt, a.StartedAt, a.EndedAt = kept(a.AskedAt), time.Time{}, time.Time{}
	t.Attempts = append(t.Attempts, a)
	return a, nil
}

// RecordAttempt implements session.Store.
func (s *Store) RecordAttempt(_ context.Context, a study.Attempt, _ time.Time, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, err := s.attempt(a.ID)
	if err != nil {
		return err
	}
	if was.State != a.State {
		if !was.State.MayBecome(a.State) {
			return fmt.Errorf("%w: attempt %d is %s", study.ErrConflict, a.ID, was.State)
		}
		if (a.State == study.Finished) != (a.Outcome != "") {
			return study.ErrInvalid
		}
		was.State, was.Outcome, was.Cause = a.State, a.Outcome, a.Cause
		was.StartedAt, was.EndedAt = keptOrZero(a.StartedAt), keptOrZero(a.EndedAt)
	}
	was.Set, was.Seed, was.Measured, was.Link, was.Desktop = a.Set, a.Seed, a.Measured, a.Link, a.Desktop
	for _, x := range s.sessions {
		if slices.ContainsFunc(x.Trials, func(t study.Trial) bool { return t.ID == was.Trial }) {
			s.addTrials(x, x.NextPair(s.ratings[x.ID])) // last, since it moves trials, and was points into one
		}
	}
	return nil
}

func keptOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return kept(t)
}

// InterruptAttempts implements session.Store.
func (s *Store) InterruptAttempts(_ context.Context, _ time.Time, cause string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, x := range s.sessions {
		for i := range x.Trials {
			for j := range x.Trials[i].Attempts {
				if a := &x.Trials[i].Attempts[j]; a.State.Live() {
					a.State, a.Cause = study.Interrupted, cause
					n++
				}
			}
		}
	}
	return n, nil
}
