package studytest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
	"vmstudy/study/audit"
)

// BeginRecording implements record.Store.
func (s *Store) BeginRecording(_ context.Context, a study.AttemptID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.attempt(a); err != nil {
		return err
	}
	if s.recordings[a] != nil {
		return fmt.Errorf("recording of attempt %d: %w", a, study.ErrConflict)
	}
	s.recordings[a] = &study.Recording{Attempt: a, BeganAt: kept(at)}
	return nil
}

func (s *Store) recording(a study.AttemptID) (*study.Recording, error) {
	if r := s.recordings[a]; r != nil {
		return r, nil
	}
	return nil, missing("recording of attempt", a)
}

// EndRecording implements record.Store.
func (s *Store) EndRecording(_ context.Context, r study.Recording) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, err := s.recording(r.Attempt)
	switch {
	case err != nil:
		return err
	case was.Ended != "":
		return nil
	case !slices.Contains(study.RecordingEnds(), r.Ended) || len(r.SHA256) != 64 || r.Duration < 0 || r.Segments < 0 || r.Bytes < 0:
		return study.ErrInvalid
	}
	r.BeganAt, r.DeletedAt = was.BeganAt, time.Time{}
	*was = r
	return nil
}

// DeleteRecording implements web.Store.
func (s *Store) DeleteRecording(_ context.Context, a study.AttemptID, who, why string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.recording(a)
	switch {
	case err != nil:
		return err
	case r.Ended == "":
		return study.Refuse(study.ErrConflict, "this recording is still being written: it can be deleted when the trial has ended")
	case !r.DeletedAt.IsZero():
		return nil
	case who == "":
		return study.ErrInvalid
	}
	r.DeletedAt = kept(at)
	s.append(audit.Entry{At: at, Who: who, Action: "delete recording", About: fmt.Sprintf("recording of attempt %d", a), Why: why})
	return nil
}

// Recording implements web.Store.
func (s *Store) Recording(_ context.Context, a study.AttemptID) (study.Recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.recording(a)
	if err != nil {
		return study.Recording{}, err
	}
	return *r, nil
}

// Recordings implements web.Store.
func (s *Store) Recordings(_ context.Context, id study.SessionID) ([]study.Recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return nil, nil
	}
	var all []study.Recording
	for _, t := range x.Trials {
		for _, a := range t.Attempts {
			if r := s.recordings[a.ID]; r != nil {
				all = append(all, *r)
			}
		}
	}
	return all, nil
}

// AllRecordings implements record.Store.
func (s *Store) AllRecordings(context.Context) ([]study.Recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []study.Recording
	for _, r := range s.recordings {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b study.Recording) int { return cmp.Compare(a.Attempt, b.Attempt) })
	return all, nil
}

// Recordings implements analysis.Source.
func (s Source) Recordings(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Recording, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Recording) {
		for _, x := range s.store.sessionsOf(f) {
			for _, t := range x.Trials {
				for _, a := range t.Attempts {
					if r := s.store.recordings[a.ID]; r != nil {
						all = append(all, analysis.Recording{
							Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position,
							Number: a.Number, Condition: t.Condition, Hash: x.Version.Hash, Recording: *r,
						})
					}
				}
			}
		}
		return all
	})
}

// InteractionsOf implements web.Store.
func (s *Store) InteractionsOf(_ context.Context, a study.AttemptID) ([]study.Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []study.Interaction
	for _, b := range s.batches[a] {
		all = append(all, b.Interactions...)
	}
	slices.SortFunc(all, func(a, b study.Interaction) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Page, b.Page), cmp.Compare(a.Number, b.Number))
	})
	return all, nil
}
