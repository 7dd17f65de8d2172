package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// RecordCompensations implements lab.Compensations.
func (s *Store) RecordCompensations(_ context.Context, id study.StudyID, all []study.Compensation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var people []study.ParticipantID
	for _, c := range all {
		if err := c.Check(); err != nil {
			return err
		}
		people = append(people, c.Participant)
	}
	if err := s.eachOf(id, people, func(int, *study.Participant) {}); err != nil {
		return err
	}
	for _, p := range slices.Sorted(slices.Values(people)) {
		if stone := s.tombstones[p]; stone != nil {
			return study.AfterErasure(stone.Code)
		}
	}
	return s.eachOf(id, people, func(i int, _ *study.Participant) {
		all[i].At = kept(all[i].At)
		s.compensations = append(s.compensations, all[i])
	})
}

// Compensations implements lab.Compensations.
func (s *Store) Compensations(_ context.Context, id study.StudyID) (map[study.ParticipantID]study.Compensation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := map[study.ParticipantID]study.Compensation{}
	for _, c := range s.compensations {
		if p, err := s.person(c.Participant); err == nil && p.Study == id {
			c.Name = s.nameOf(c.By)
			last[c.Participant] = c
		}
	}
	return last, nil
}

// CompensationsOf implements lab.Compensations.
func (s *Store) CompensationsOf(_ context.Context, p study.ParticipantID) (all []study.Compensation, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.compensations {
		if c.Participant == p {
			c.Name = s.nameOf(c.By)
			all = append(all, c)
		}
	}
	return all, nil
}

// eraseCompensations removes what p got, and returns how many facts that were.
func (s *Store) eraseCompensations(p study.ParticipantID) (n int) {
	s.compensations = slices.DeleteFunc(slices.Clone(s.compensations), func(c study.Compensation) bool {
		if c.Participant == p {
			n++
		}
		return c.Participant == p
	})
	return n
}
