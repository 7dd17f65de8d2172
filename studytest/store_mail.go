package studytest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// correspondence is what the store has of mails.
type correspondence struct {
	addresses map[study.ParticipantID]study.Address
	mails     []study.Mail
}

// Address implements lab.Letters.
func (s *Store) Address(_ context.Context, p study.ParticipantID) (study.Address, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.post.addresses[p]
	if !ok {
		return study.Address{}, missing("address of participant", p)
	}
	return a, nil
}

// SetAddress implements lab.Letters.
func (s *Store) SetAddress(_ context.Context, a study.Address) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := a.Check(); err != nil {
		return err
	}
	p, err := s.person(a.Participant)
	if err != nil {
		return err
	}
	if p.Simulated || p.Ruled == study.PlaceWithdrawn {
		return study.ErrWithdrawn
	}
	if a.By != 0 && s.nameOf(a.By) == "" {
		return missing("experimenter", a.By)
	}
	a.At = kept(a.At)
	if s.post.addresses == nil {
		s.post.addresses = map[study.ParticipantID]study.Address{}
	}
	s.post.addresses[a.Participant] = a
	return nil
}

// RemoveAddress implements lab.Letters.
func (s *Store) RemoveAddress(_ context.Context, p study.ParticipantID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.person(p); err != nil {
		return err
	}
	s.forgetAddress(p, at)
	return nil
}

func (s *Store) forgetAddress(p study.ParticipantID, at time.Time) {
	delete(s.post.addresses, p)
	for i, m := range s.post.mails {
		if m.Participant == p && m.State == study.MailWaits {
			s.post.mails[i].State, s.post.mails[i].At = study.MailDropped, kept(at)
		}
	}
}

// eraseMails removes the facts about mails to p, and returns how many they were.
func (s *Store) eraseMails(p study.ParticipantID) int {
	before := len(s.post.mails)
	s.post.mails = slices.DeleteFunc(s.post.mails, func(m study.Mail) bool { return m.Participant == p })
	return before - len(s.post.mails)
}

// Mails implements lab.Letters.
func (s *Store) Mails(_ context.Context, id study.StudyID) (all []study.Mail, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.post.mails {
		if p, err := s.person(m.Participant); err == nil && p.Study == id {
			all = append(all, m)
		}
	}
	return all, nil
}

// Correspondences implements post.Store.
func (s *Store) Correspondences(_ context.Context, who study.ParticipantID) (all []study.Correspondence, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.post.addresses {
		if who != 0 && a.Participant != who {
			continue
		}
		p, err := s.person(a.Participant)
		if err != nil {
			return nil, err
		}
		e, err := s.study(p.Study)
		if err != nil {
			return nil, err
		}
		said := s.appointing[p.Study]
		c := study.Correspondence{
			Study: p.Study, State: e.Openness.State, Link: p.Links[0].Hash, Out: !p.Newest().RevokedAt.IsZero(), Address: a, Diary: s.diary(p),
			Asks: study.Appointing{Notice: said.Notice, Remind: said.Remind, Contact: said.Contact, Mail: said.Mail},
		}
		for _, m := range s.post.mails {
			if m.Participant == p.ID {
				c.Mails = append(c.Mails, m)
			}
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b study.Correspondence) int { return cmp.Compare(a.Address.Participant, b.Address.Participant) })
	return all, nil
}

// QueueMail implements post.Store.
func (s *Store) QueueMail(_ context.Context, m study.Mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.post.addresses[m.Participant]; !ok {
		return missing("address of participant", m.Participant)
	}
	s.lastID++
	m.ID, m.QueuedAt, m.DueAt, m.At = study.MailID(s.lastID), kept(m.QueuedAt), kept(m.DueAt), kept(m.At)
	s.post.mails = append(s.post.mails, m)
	return nil
}

// RecordMail implements post.Store.
func (s *Store) RecordMail(_ context.Context, m study.Mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.post.mails, func(o study.Mail) bool { return o.ID == m.ID && o.State == study.MailWaits })
	if i < 0 {
		return missing("mail that waits", m.ID)
	}
	o := &s.post.mails[i]
	o.DueAt, o.Tries, o.State, o.Cause, o.At = kept(m.DueAt), m.Tries, m.State, m.Cause, kept(m.At)
	return nil
}
