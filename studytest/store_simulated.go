package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// AddSimulated implements simulate.Store.
func (s *Store) AddSimulated(_ context.Context, id study.StudyID, n int, at time.Time) ([]study.Participant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.study(id); err != nil {
		return nil, err
	}
	last := 0
	for _, p := range s.people {
		if p.Study == id && p.Simulated {
			last++
		}
	}
	var added []study.Participant
	for i := range n {
		p := study.Participant{ID: study.ParticipantID(s.nextID()), Study: id, Code: study.SimulatedCode(last + 1 + i), Simulated: true, AddedAt: kept(at)}
		stored := p
		s.people = append(s.people, &stored)
		added = append(added, p)
	}
	return added, nil
}

// RemoveSimulated implements simulate.Store.
func (s *Store) RemoveSimulated(_ context.Context, id study.StudyID) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.study(id); err != nil {
		return 0, err
	}
	gone := map[study.ParticipantID]bool{}
	for _, p := range s.people {
		if p.Study == id && p.Simulated && s.tombstones[p.ID] == nil {
			gone[p.ID] = true
			s.erase(&study.Tombstone{}, p)
		}
	}
	s.people = slices.DeleteFunc(s.people, func(p *study.Participant) bool { return gone[p.ID] })
	s.left = slices.DeleteFunc(s.left, func(l leftPlace) bool { return gone[l.Participant] })
	return len(gone), nil
}
