package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// Rule implements lab.Places.
func (s *Store) Rule(_ context.Context, id study.SessionID, r study.Ruling) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return err
	}
	a := s.assignmentOf(x)
	if err := a.Admits(r); err != nil {
		return err
	}
	if a.Ruling.Says(r.State) {
		return a.Ruling.Repeats(r)
	}
	if r.By != 0 && s.nameOf(r.By) == "" {
		return missing("experimenter", r.By)
	}
	r.At, r.Name = kept(r.At), ""
	x.Assignment.Participant, x.Assignment.Pilot, x.Assignment.Ruling = x.Participant.ID, x.Participant.Pilot, r
	p, err := s.person(x.Participant.ID)
	if err != nil {
		return err
	}
	p.Ruled = r.State
	if r.State != study.PlaceActive && !s.diary(p).Begun() {
		return s.leaves(p, r.By, r.At)
	}
	return nil
}

// RuleOnTrial implements lab.Places.
func (s *Store) RuleOnTrial(_ context.Context, id study.SessionID, t study.TrialID, r study.TrialRuling) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(x.Trials, func(o study.Trial) bool { return o.ID == t })
	if i < 0 {
		return missing("trial", t)
	}
	if err := x.Trials[i].Admits(r); err != nil {
		return err
	}
	if x.Trials[i].Ruling.Excluded == r.Excluded {
		return x.Trials[i].Ruling.Repeats(r)
	}
	if r.By != 0 && s.nameOf(r.By) == "" {
		return missing("experimenter", r.By)
	}
	r.At, r.Name = kept(r.At), s.nameOf(r.By)
	x.Trials[i].Ruling = r
	return nil
}

// mayGoOn returns what study.Assignment.MayGoOn does of the participant of x.
func (s *Store) mayGoOn(x *study.Session) error {
	a := s.assignmentOf(x)
	return a.MayGoOn()
}
