package studytest

import (
	"context"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

// FirstCrisp implements web.Store.
func (s *Store) FirstCrisp(_ context.Context, id study.SessionID) (map[study.AttemptID]time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[study.AttemptID]time.Time{}
	if x, err := s.session(id); err == nil {
		s.addCrisp(all, *x)
	}
	return all, nil
}

// FirstCrisp implements analysis.Source.
func (s Source) FirstCrisp(ctx context.Context, f analysis.Filter) (map[study.AttemptID]time.Time, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	all := map[study.AttemptID]time.Time{}
	for _, x := range s.store.sessionsOf(f) {
		s.store.addCrisp(all, x)
	}
	return all, context.Cause(ctx)
}

func (s *Store) addCrisp(all map[study.AttemptID]time.Time, x study.Session) {
	for _, t := range x.Trials {
		for _, a := range t.Attempts {
			var first study.Interaction
			for _, i := range s.interactionsIn(a.ID) {
				if i.Crisp() && (!first.Crisp() || i.At.Before(first.At)) {
					first = i
				}
			}
			if first.Crisp() {
				all[a.ID] = first.At.Add(first.Drawn)
			}
		}
	}
}
