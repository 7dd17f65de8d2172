package studytest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// OfferSlots implements web.Store.
func (s *Store) OfferSlots(_ context.Context, offers []study.Slot, machines int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offer(offers, machines)
}

func (s *Store) offer(offers []study.Slot, machines int) error {
	all := slices.Clone(s.slots)
	for _, o := range offers {
		o.StartsAt, o.EndsAt, o.Participant, o.Code = kept(o.StartsAt), kept(o.EndsAt), 0, ""
		if err := s.checkOffer(o, all); err != nil {
			return err
		}
		o.ID = study.SlotID(s.nextID())
		all = append(all, &o)
	}
	for _, at := range all {
		offered := slices.ContainsFunc(all[len(s.slots):], func(n *study.Slot) bool { return covers(n, at.StartsAt) })
		if offered && crowd(all, at.StartsAt) > machines {
			return study.Refuse(study.ErrConflict, "only %s can run at the same time", study.Count(machines, "machine"))
		}
	}
	s.slots = all
	return nil
}

func (s *Store) checkOffer(o study.Slot, all []*study.Slot) error {
	_, err := s.study(o.Study)
	switch {
	case err != nil:
		return err
	case o.Station == "":
		return study.Refuse(study.ErrInvalid, "a station is needed")
	case !o.StartsAt.Before(o.EndsAt):
		return study.Refuse(study.ErrInvalid, "an appointment must end after it begins")
	}
	for _, other := range all {
		if other.Station == o.Station && other.Overlaps(o) {
			return study.Refuse(study.ErrConflict, "that time overlaps another one at the same station")
		}
	}
	return nil
}

func covers(s *study.Slot, t time.Time) bool { return !t.Before(s.StartsAt) && t.Before(s.EndsAt) }

// crowd counts the slots that include time t.
func crowd(all []*study.Slot, t time.Time) int {
	n := 0
	for _, s := range all {
		if covers(s, t) {
			n++
		}
	}
	return n
}

// Slots implements web.Store.
func (s *Store) Slots(_ context.Context, id study.StudyID) ([]study.Slot, error) {
	return s.slotsWhere(func(x *study.Slot) bool { return x.Study == id }), nil
}

// Day implements web.Store.
func (s *Store) Day(_ context.Context, from, to time.Time) ([]study.Slot, error) {
	return s.slotsWhere(func(x *study.Slot) bool { return !x.StartsAt.Before(from) && x.StartsAt.Before(to) }), nil
}

func (s *Store) slotsWhere(is func(*study.Slot) bool) []study.Slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []study.Slot{}
	for _, x := range s.slots {
		if is(x) {
			all = append(all, *x)
		}
	}
	slices.SortFunc(all, func(a, b study.Slot) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.Station, b.Station))
	})
	return all
}

func (s *Store) slot(id study.SlotID) (*study.Slot, error) {
	for _, x := range s.slots {
		if x.ID == id {
			return x, nil
		}
	}
	return nil, missing("slot", id)
}

// RemoveSlot implements web.Store.
func (s *Store) RemoveSlot(_ context.Context, id study.SlotID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.slot(id)
	if err != nil {
		return err
	}
	if x.Participant != 0 {
		return study.Refuse(study.ErrConflict, "that time is booked: it cannot be withdrawn")
	}
	s.slots = slices.DeleteFunc(s.slots, func(o *study.Slot) bool { return o == x })
	return nil
}
