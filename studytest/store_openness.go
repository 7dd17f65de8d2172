package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// SetState implements web.Store.
func (s *Store) SetState(_ context.Context, id study.StudyID, o study.Openness) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return err
	}
	if err := e.copy().Admits(o.State); err != nil || e.Openness.State == o.State {
		return err
	}
	for _, a := range s.accounts {
		if a.ID == o.By {
			o.Name = a.Name
		}
	}
	o.At = kept(o.At)
	e.Openness = o
	return nil
}

// DeleteStudy implements web.Store.
func (s *Store) DeleteStudy(_ context.Context, id study.StudyID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return err
	}
	calibrations := 0
	for _, c := range s.calibrations {
		if c.Study == id {
			calibrations++
		}
	}
	withdrawn := 0
	for _, p := range s.people {
		if p.Study == id && p.Ruled != "" {
			withdrawn++
		}
	}
	compensated := 0
	for _, c := range s.compensations {
		if p, err := s.person(c.Participant); err == nil && p.Study == id {
			compensated++
		}
	}
	if err := e.copy().Deletable(calibrations, withdrawn, compensated); err != nil {
		return err
	}
	for _, p := range s.people {
		if p.Study == id {
			delete(s.post.addresses, p.ID)
			s.eraseMails(p.ID)
		}
	}
	s.slots = slices.DeleteFunc(s.slots, func(x *study.Slot) bool { return x.Study == id })
	s.people = slices.DeleteFunc(s.people, func(p *study.Participant) bool { return p.Study == id })
	s.studies = slices.DeleteFunc(s.studies, func(e *experiment) bool { return e.ID == id })
	return nil
}
