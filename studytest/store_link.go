package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// ParticipantByLink implements visit.Guests.
func (s *Store) ParticipantByLink(_ context.Context, link string) (study.Participant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := study.HashLink(link)
	for _, p := range s.people {
		if slices.ContainsFunc(p.Links, func(l study.Link) bool { return l.Hash == hash }) {
			found := *p
			found.Link = link
			return found, nil
		}
	}
	return study.Participant{}, missing("participant", "by link")
}

// linksFree returns why links with these secrets cannot be made.
func (s *Store) linksFree(secrets ...string) error {
	taken := map[study.LinkHash]bool{}
	for _, p := range s.people {
		for _, l := range p.Links {
			taken[l.Hash] = true
		}
	}
	for _, secret := range secrets {
		hash := study.HashLink(secret)
		switch {
		case secret == "":
			return study.ErrInvalid
		case taken[hash]:
			return study.Refuse(study.ErrConflict, "that link is taken already")
		}
		taken[hash] = true
	}
	return nil
}

// eachOf calls do for each of some participants, who must all be of one study.
func (s *Store) eachOf(id study.StudyID, people []study.ParticipantID, do func(i int, p *study.Participant)) error {
	var found []*study.Participant
	for _, who := range people {
		p, err := s.person(who)
		if err != nil || p.Study != id || p.Simulated {
			return missing("participant", who)
		}
		found = append(found, p)
	}
	for i, p := range found {
		p.Links = slices.Clone(p.Links) // others may have been handed the old one
		do(i, p)
	}
	return nil
}

// RenewLinks implements lab.Links.
func (s *Store) RenewLinks(_ context.Context, id study.StudyID, links []study.NewLink, expires, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var (
		people  []study.ParticipantID
		secrets []string
	)
	for _, l := range links {
		people, secrets = append(people, l.Participant), append(secrets, l.Secret)
	}
	if err := s.eachOf(id, people, func(int, *study.Participant) {}); err != nil {
		return err
	}
	if err := s.linksFree(secrets...); err != nil {
		return err
	}
	return s.eachOf(id, people, func(i int, p *study.Participant) {
		p.Links = append(p.Links, study.Link{Hash: study.HashLink(secrets[i]), IssuedAt: kept(at), ExpiresAt: kept(expires)})
	})
}

// RevokeLinks implements lab.Links.
func (s *Store) RevokeLinks(_ context.Context, id study.StudyID, people []study.ParticipantID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.eachOf(id, people, func(_ int, p *study.Participant) {
		for i := range p.Links {
			if p.Links[i].RevokedAt.IsZero() {
				p.Links[i].RevokedAt = kept(at)
			}
		}
	})
}

// ExpireLinks implements lab.Links.
func (s *Store) ExpireLinks(_ context.Context, id study.StudyID, people []study.ParticipantID, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.eachOf(id, people, func(_ int, p *study.Participant) {
		p.Links[len(p.Links)-1].ExpiresAt = kept(expires)
	})
}
