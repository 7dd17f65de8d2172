package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// diary returns the diary of a participant.
func (s *Store) diary(p *study.Participant) study.Diary {
	d := study.Diary{Notice: s.appointing[p.Study].Notice}
	for _, f := range s.bookings {
		if f.Participant == p.ID {
			f.Name = s.nameOf(f.By)
			d.Facts = append(d.Facts, f)
		}
	}
	if x, err := s.session(p.Session); err == nil {
		d.Course = s.copySession(x).Course()
	}
	return d
}

// openDiary returns the diary of a participant who may have appointments.
func (s *Store) openDiary(who study.ParticipantID) (*study.Participant, study.Diary, error) {
	p, err := s.person(who)
	if err != nil {
		return nil, study.Diary{}, err
	}
	if p.Ruled == study.PlaceWithdrawn {
		return nil, study.Diary{}, study.ErrWithdrawn
	}
	if e, err := s.study(p.Study); err != nil || len(e.versions) == 0 {
		return nil, study.Diary{}, study.Refuse(study.ErrConflict, "This study is not open yet. Please come back later.")
	}
	return p, s.diary(p), nil
}

// add records a fact, and gives and takes the slots that it is about.
func (s *Store) add(p *study.Participant, f study.Booking) error {
	if f.Kind == "" {
		return nil
	}
	if f.By != 0 && s.nameOf(f.By) == "" {
		return missing("experimenter", f.By)
	}
	f.At, f.Name = kept(f.At), ""
	s.bookings = append(s.bookings, f)
	d := s.diary(p)
	for _, x := range s.slots {
		if _, theirs := d.At(x.ID); theirs {
			x.Participant, x.Code = p.ID, p.Code
		} else if x.Participant == p.ID {
			x.Participant, x.Code = 0, ""
		}
	}
	return nil
}

// Diary implements visit.Bookings.
func (s *Store) Diary(_ context.Context, who study.ParticipantID) (study.Diary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.person(who)
	if err != nil {
		return study.Diary{}, err
	}
	return s.diary(p), nil
}

// Diaries implements lab.Appointments.
func (s *Store) Diaries(_ context.Context, id study.StudyID) (map[study.ParticipantID]study.Diary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[study.ParticipantID]study.Diary{}
	for _, p := range s.people {
		if d := s.diary(p); p.Study == id && listed(d) {
			all[p.ID] = d
		}
	}
	return all, nil
}

// listed reports whether lists of diaries have d.
func listed(d study.Diary) bool { return len(d.Facts) > 0 || !d.Kept.IsZero() }

// BookSlot implements web.Store.
func (s *Store) BookSlot(_ context.Context, b study.Booking) (study.Slot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.slot(b.Slot)
	if err != nil {
		return study.Slot{}, err
	}
	if p, err := s.person(b.Participant); err != nil || p.Study != x.Study {
		return study.Slot{}, missing("slot", b.Slot)
	}
	p, diary, err := s.openDiary(b.Participant)
	if err != nil {
		return study.Slot{}, err
	}
	fact, err := diary.Book(*x, b)
	if err == nil {
		err = s.add(p, fact)
	}
	if err != nil {
		return study.Slot{}, err
	}
	return *x, nil
}

// EndBooking implements web.Store.
func (s *Store) EndBooking(_ context.Context, b study.Booking) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, diary, err := s.openDiary(b.Participant)
	if err != nil {
		return err
	}
	fact, err := diary.End(b)
	if err != nil {
		return err
	}
	return s.add(p, fact)
}

// WalkIn implements lab.Appointments.
func (s *Store) WalkIn(_ context.Context, b study.Booking, x study.Slot, machines int) (study.Slot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, err := s.person(b.Participant); err != nil || p.Study != x.Study {
		return study.Slot{}, missing("participant", b.Participant)
	}
	p, diary, err := s.openDiary(b.Participant)
	if err != nil {
		return study.Slot{}, err
	}
	if !slices.ContainsFunc(s.slots, func(o *study.Slot) bool { return o.Study == x.Study }) {
		return study.Slot{}, study.ErrNoTimes
	}
	i := slices.IndexFunc(s.slots, func(o *study.Slot) bool {
		return o.Study == x.Study && o.Station == x.Station && covers(o, x.StartsAt)
	})
	if i >= 0 {
		x = *s.slots[i]
	}
	fact, err := diary.WalkIn(x, b)
	if err != nil {
		return study.Slot{}, err
	}
	if i < 0 {
		if err := s.offer([]study.Slot{x}, machines); err != nil {
			return study.Slot{}, err
		}
		i = len(s.slots) - 1
		fact.Slot, fact.StartsAt, fact.EndsAt = s.slots[i].ID, s.slots[i].StartsAt, s.slots[i].EndsAt
	}
	if err := s.add(p, fact); err != nil {
		return study.Slot{}, err
	}
	return *s.slots[i], nil
}

// Appointing implements web.Store.
func (s *Store) Appointing(_ context.Context, id study.StudyID) (study.Appointing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.appointing[id], nil
}

// SetAppointing implements lab.Appointments.
func (s *Store) SetAppointing(_ context.Context, id study.StudyID, a study.Appointing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := a.Check(); err != nil {
		return err
	}
	if _, err := s.study(id); err != nil {
		return err
	}
	a.At = kept(a.At)
	s.appointing[id] = a
	return nil
}
