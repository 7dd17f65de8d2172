package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// leftPlace is the place of somebody whose session was erased.
type leftPlace struct {
	version study.VersionID
	study.Assignment
}

// Withdraw implements session.Departures.
func (s *Store) Withdraw(_ context.Context, id study.ParticipantID, w study.Withdrawal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.person(id)
	if err != nil {
		return err
	}
	if err := w.Admits(); err != nil {
		return err
	}
	if w.By != 0 && s.nameOf(w.By) == "" {
		return missing("experimenter", w.By)
	}
	s.forgetAddress(id, w.At)
	if p.Ruled != study.PlaceWithdrawn {
		p.Ruled = study.PlaceWithdrawn
		if x, err := s.session(p.Session); err == nil {
			x.Assignment.Participant, x.Assignment.Pilot = p.ID, p.Pilot
			x.Assignment.Ruling = study.Ruling{State: study.PlaceWithdrawn, Why: w.Why, By: w.By, At: kept(w.At)}
		}
		if err := s.leaves(p, w.By, w.At); err != nil {
			return err
		}
	}
	if w.Erase && s.tombstones[id] == nil {
		s.tombstones[id] = &study.Tombstone{Participant: id, Code: p.Code, AskedAt: kept(w.At), By: w.By}
	}
	return nil
}

// leaves gives back the appointment of somebody who takes no part any more.
func (s *Store) leaves(p *study.Participant, by study.ExperimenterID, at time.Time) error {
	fact, _ := s.diary(p).Leaves(by, at)
	return s.add(p, fact)
}

// Erase implements session.Departures.
func (s *Store) Erase(_ context.Context, id study.ParticipantID, at time.Time) (study.Tombstone, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.person(id)
	if err != nil {
		return study.Tombstone{}, err
	}
	stone := s.tombstones[id]
	if stone == nil {
		return study.Tombstone{}, study.Refuse(study.ErrConflict, "Nobody has asked to erase what this person gave.")
	}
	if stone.ErasedAt.IsZero() {
		stone.ErasedAt = kept(at)
		s.erase(stone, p)
	}
	return s.tombstone(stone), nil
}

// erase removes what p gave, and counts it as the database does. It keeps no transitions, so it counts none.
func (s *Store) erase(stone *study.Tombstone, p *study.Participant) {
	gone := map[string]int{}
	if x, err := s.session(p.Session); err == nil {
		gone["session"], stone.Session = 1, x.ID
		for _, ratings := range s.ratings[x.ID] {
			for _, r := range ratings {
				gone["rating"]++
				gone["answer"] += len(r.Answers)
			}
		}
		delete(s.ratings, x.ID)
		gone["event"] = len(s.eventsOf(*x))
		s.events = slices.DeleteFunc(s.events, func(e study.Event) bool { return e.Session == x.ID })
		gone["note"] = len(s.notesOf(x.ID))
		s.notes = slices.DeleteFunc(slices.Clone(s.notes), func(n study.Note) bool { return n.Session == x.ID })
		for _, t := range x.Trials {
			gone["trial"]++
			for _, a := range t.Attempts {
				s.eraseAttempt(a.ID, gone)
				stone.Attempts = append(stone.Attempts, a.ID)
			}
		}
		if x.Assignment.Taken() {
			a := s.assignmentOf(x)
			a.EndedAt, a.Booked, a.Ruling = time.Time{}, time.Time{}, study.Ruling{State: study.PlaceWithdrawn, By: a.Ruling.By, At: stone.ErasedAt}
			s.left = append(s.left, leftPlace{x.Version.ID, a})
		}
		s.sessions = slices.DeleteFunc(s.sessions, func(o *study.Session) bool { return o == x })
	}
	gone["external_id"] = s.eraseIDs(p.ID)
	gone["mail"] = s.eraseMails(p.ID)
	gone["compensation"] = s.eraseCompensations(p.ID)
	gone["booking"] = len(s.diary(p).Facts)
	s.bookings = slices.DeleteFunc(s.bookings, func(f study.Booking) bool { return f.Participant == p.ID })
	for _, slot := range s.slots {
		if slot.Participant == p.ID {
			slot.Participant, slot.Code = 0, ""
		}
	}
	p.Session, p.Finished, p.Put, p.ErasedAt = 0, false, "", stone.ErasedAt
	for _, kind := range []string{"external_id", "mail", "answer", "rating", "interaction", "event", "batch", "note", "network_second", "recording", "attempt", "trial", "session", "compensation", "booking"} {
		if gone[kind] > 0 {
			stone.Removed = append(stone.Removed, study.Removed{Kind: kind, Rows: gone[kind]})
		}
	}
}

func (s *Store) eraseAttempt(a study.AttemptID, gone map[string]int) {
	gone["attempt"]++
	gone["interaction"] += len(s.interactionsIn(a))
	gone["batch"] += len(s.batches[a])
	gone["network_second"] += len(s.traffic[a])
	if s.recordings[a] != nil {
		gone["recording"]++
	}
	delete(s.batches, a)
	delete(s.traffic, a)
	delete(s.recordings, a)
}

// tombstone returns a copy of stone for callers.
func (s *Store) tombstone(stone *study.Tombstone) study.Tombstone {
	c := *stone
	c.Name, c.Removed, c.Attempts = s.nameOf(stone.By), slices.Clone(stone.Removed), slices.Clone(stone.Attempts)
	return c
}

// Tombstone implements lab.People.
func (s *Store) Tombstone(_ context.Context, id study.ParticipantID) (study.Tombstone, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stone := s.tombstones[id]; stone != nil {
		return s.tombstone(stone), nil
	}
	return study.Tombstone{}, missing("tombstone of participant", id)
}

// Unerased implements session.Departures.
func (s *Store) Unerased(context.Context) ([]study.Tombstone, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []study.Tombstone{}
	for _, p := range s.people {
		if stone := s.tombstones[p.ID]; stone != nil && stone.FilesGoneAt.IsZero() {
			all = append(all, s.tombstone(stone))
		}
	}
	slices.SortStableFunc(all, func(a, b study.Tombstone) int { return a.AskedAt.Compare(b.AskedAt) })
	return all, nil
}

// FilesErased implements session.Departures.
func (s *Store) FilesErased(_ context.Context, id study.ParticipantID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stone := s.tombstones[id]; stone != nil && !stone.ErasedAt.IsZero() && stone.FilesGoneAt.IsZero() {
		stone.FilesGoneAt = kept(at)
	}
	return nil
}
