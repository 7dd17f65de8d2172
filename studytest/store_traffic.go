package studytest

import (
	"context"
	"iter"
	"slices"

	"vmstudy/analysis"
	"vmstudy/study"
)

// RecordTraffic implements session.Store.
func (s *Store) RecordTraffic(_ context.Context, a study.AttemptID, seconds []study.LinkSecond) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.attempt(a); err != nil {
		return err
	}
	if s.traffic[a] == nil {
		s.traffic[a] = slices.Clone(seconds)
		for i := range s.traffic[a] {
			s.traffic[a][i].At = kept(s.traffic[a][i].At)
		}
	}
	return nil
}

// Traffic implements web.Store.
func (s *Store) Traffic(_ context.Context, id study.SessionID) (map[study.AttemptID][]study.LinkSecond, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[study.AttemptID][]study.LinkSecond{}
	for _, x := range s.sessions {
		for _, t := range x.Trials {
			for _, a := range t.Attempts {
				if seconds := s.traffic[a.ID]; x.ID == id && seconds != nil {
					all[a.ID] = slices.Clone(seconds)
				}
			}
		}
	}
	return all, nil
}

// Goodputs implements analysis.Source.
func (s Source) Goodputs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Goodput, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Goodput) {
		for _, x := range s.store.sessionsOf(f) {
			for _, t := range x.Trials {
				for _, a := range t.Attempts {
					if most := study.Busiest(s.store.traffic[a.ID]); most > 0 {
						all = append(all, analysis.Goodput{Trial: t.ID, Attempt: a.Number, Down: most})
					}
				}
			}
		}
		return all
	})
}

// Traffic implements analysis.Source.
func (s Source) Traffic(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Traffic, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Traffic) {
		for _, x := range s.store.sessionsOf(f) {
			for _, t := range x.Trials {
				for _, a := range t.Attempts {
					for i, second := range s.store.traffic[a.ID] {
						all = append(all, analysis.Traffic{
							Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position, Attempt: a.Number,
							Condition: t.Condition, Hash: x.Version.Hash, Number: i + 1, LinkSecond: second,
						})
					}
				}
			}
		}
		return all
	})
}
