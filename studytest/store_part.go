package studytest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"vmstudy/study"
)

// part returns the part of a list that p says, by number.
func part[T any, ID ~int64](all []T, number func(T) ID, p study.Part) []T {
	all = slices.DeleteFunc(slices.Clone(all), func(x T) bool { return int64(number(x)) <= p.After })
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(number(a), number(b)) })
	if p.Most > 0 && len(all) > p.Most {
		all = all[:p.Most]
	}
	return all
}

// StudiesIn implements web.Store.
func (s *Store) StudiesIn(ctx context.Context, of []study.StudyID, p study.Part) ([]study.Study, error) {
	all, err := s.Studies(ctx)
	if of != nil {
		all = slices.DeleteFunc(all, func(x study.Study) bool { return !slices.Contains(of, x.ID) })
	}
	return part(all, func(x study.Study) study.StudyID { return x.ID }, p), err
}

// ParticipantsIn implements web.Store.
func (s *Store) ParticipantsIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Participant, error) {
	all, err := s.Participants(ctx, in)
	return part(all, func(x study.Participant) study.ParticipantID { return x.ID }, p), err
}

// LinkedIn implements web.Store.
func (s *Store) LinkedIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Participant, error) {
	all, err := s.Participants(ctx, in)
	all = slices.DeleteFunc(all, func(x study.Participant) bool { return len(x.Links) == 0 })
	return part(all, func(x study.Participant) study.ParticipantID { return x.ID }, p), err
}

// SlotsIn implements web.Store.
func (s *Store) SlotsIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Slot, error) {
	all, err := s.Slots(ctx, in)
	return part(all, func(x study.Slot) study.SlotID { return x.ID }, p), err
}

// SessionsIn implements web.Store.
func (s *Store) SessionsIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Session, error) {
	all, err := s.Sessions(ctx, in)
	return part(all, func(x study.Session) study.SessionID { return x.ID }, p), err
}

// NotesIn implements web.Store.
func (s *Store) NotesIn(ctx context.Context, in study.SessionID, p study.Part) ([]study.Note, error) {
	all, err := s.Notes(ctx, in)
	return part(all, func(x study.Note) study.NoteID { return x.ID }, p), err
}

// CompensationsIn implements web.Store.
func (s *Store) CompensationsIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Compensation, error) {
	last, err := s.Compensations(ctx, in)
	return part(slices.Collect(maps.Values(last)), func(x study.Compensation) study.ParticipantID { return x.Participant }, p), err
}

// SessionsNumbered implements web.Store.
func (s *Store) SessionsNumbered(_ context.Context, ids []study.SessionID) (all []study.Session, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if x, err := s.session(id); err == nil {
			all = append(all, s.copySession(x))
		}
	}
	return all, nil
}

// DiariesOf implements web.Store.
func (s *Store) DiariesOf(_ context.Context, people []study.ParticipantID) (map[study.ParticipantID]study.Diary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[study.ParticipantID]study.Diary{}
	for _, p := range s.people {
		if d := s.diary(p); slices.Contains(people, p.ID) && listed(d) {
			all[p.ID] = d
		}
	}
	return all, nil
}
