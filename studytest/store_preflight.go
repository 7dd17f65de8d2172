package studytest

import (
	"context"
	"maps"

	"vmstudy/study"
)

// CountRefused implements web.Store.
func (s *Store) CountRefused(_ context.Context, id study.StudyID, lacks []study.Shortfall) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return err
	}
	if e.refused == nil {
		e.refused = study.Refusals{}
	}
	for _, l := range lacks {
		e.refused[l]++
	}
	return nil
}

// RefusedComputers implements web.Store.
func (s *Store) RefusedComputers(_ context.Context, id study.StudyID) (study.Refusals, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return nil, err
	}
	if e.refused == nil {
		return study.Refusals{}, nil
	}
	return maps.Clone(e.refused), nil
}
