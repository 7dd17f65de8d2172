package studytest

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

// recruited is what the store keeps of how people come from elsewhere.
type recruited struct {
	settings map[study.StudyID]study.Recruitment
	open     []*openLink
	ids      []externalID
	came     map[study.ParticipantID]int64 // by which open link
}

type openLink struct {
	study.OpenLink
	hash study.LinkHash
}

type externalID struct {
	study.ExternalID
	study study.StudyID
	names bool
}

// Recruitment implements visit.Recruiting.
func (s *Store) Recruitment(_ context.Context, id study.StudyID) (study.Recruitment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recruited.settings[id], nil
}

// SetRecruitment implements lab.Recruiting.
func (s *Store) SetRecruitment(_ context.Context, id study.StudyID, r study.Recruitment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.Check(); err != nil {
		return err
	}
	if _, err := s.study(id); err != nil {
		return err
	}
	r.At, r.Parameters = kept(r.At), append([]string{}, r.Parameters...)
	s.recruited.settings[id] = r
	return nil
}

// RecordExternalIDs implements visit.Recruiting.
func (s *Store) RecordExternalIDs(_ context.Context, p study.ParticipantID, ids []study.ExternalID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, err := s.person(p)
	if err != nil {
		return err
	}
	if who.Ruled == study.PlaceWithdrawn {
		return study.ErrWithdrawn
	}
	if err := s.idsFree(who.Study, ids); err != nil && len(s.idsOf(p)) == 0 {
		return err
	}
	s.addIDs(who, ids)
	return nil
}

// idsFree returns study.ErrKnownAlready if ids name somebody of a study.
func (s *Store) idsFree(in study.StudyID, ids []study.ExternalID) error {
	for _, id := range ids {
		if s.names(in, id) && slices.ContainsFunc(s.recruited.ids, func(x externalID) bool {
			return x.names && x.study == in && x.Name == id.Name && x.Value == id.Value
		}) {
			return study.ErrKnownAlready
		}
	}
	return nil
}

// names reports whether an id names a person of a study.
func (s *Store) names(in study.StudyID, id study.ExternalID) bool {
	r := s.recruited.settings[in]
	return len(r.Parameters) > 0 && id.Name == r.Parameters[0]
}

func (s *Store) addIDs(who *study.Participant, ids []study.ExternalID) {
	for _, id := range ids {
		id.Participant = who.ID
		if !slices.ContainsFunc(s.recruited.ids, func(x externalID) bool { return x.Participant == who.ID && x.Name == id.Name }) {
			s.recruited.ids = append(s.recruited.ids, externalID{id, who.Study, s.names(who.Study, id)})
		}
	}
}

func (s *Store) idsOf(p study.ParticipantID) (all []study.ExternalID) {
	all = []study.ExternalID{}
	for _, x := range s.recruited.ids {
		if x.Participant == p {
			all = append(all, x.ExternalID)
		}
	}
	slices.SortFunc(all, func(a, b study.ExternalID) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// ExternalIDs implements visit.Recruiting.
func (s *Store) ExternalIDs(_ context.Context, p study.ParticipantID) ([]study.ExternalID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.idsOf(p), nil
}

// eraseIDs removes what names somebody elsewhere, and returns how many values that were.
func (s *Store) eraseIDs(p study.ParticipantID) int {
	before := len(s.recruited.ids)
	s.recruited.ids = slices.DeleteFunc(s.recruited.ids, func(x externalID) bool { return x.Participant == p })
	return before - len(s.recruited.ids)
}

// copyOf returns an open link with the number of people who came by it.
func (s *Store) copyOf(l *openLink) study.OpenLink {
	c := l.OpenLink
	for who, by := range s.recruited.came {
		if p, err := s.person(who); err == nil && by == c.ID && !p.TurnedAway {
			c.Came++
		}
	}
	return c
}

// OpenLink implements lab.Recruiting.
func (s *Store) OpenLink(_ context.Context, id study.StudyID) (study.OpenLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range slices.Backward(s.recruited.open) {
		if l.Study == id {
			return s.copyOf(l), nil
		}
	}
	return study.OpenLink{}, missing("open link of study", id)
}

// OpenLinkBySecret implements visit.Recruiting.
func (s *Store) OpenLinkBySecret(_ context.Context, secret string) (study.OpenLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.recruited.open {
		if l.hash == study.HashLink(secret) {
			return s.copyOf(l), nil
		}
	}
	return study.OpenLink{}, missing("open link", "by its secret")
}

// IssueOpenLink implements lab.Recruiting.
func (s *Store) IssueOpenLink(ctx context.Context, secret string, l study.OpenLink) error {
	if l.Most < 1 || l.Most > study.MaxJoining || secret == "" {
		return study.Refuse(study.ErrInvalid, "An open link lets in from 1 to %d people.", study.MaxJoining)
	}
	if err := s.RevokeOpenLink(ctx, l.Study, l.IssuedAt); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.study(l.Study); err != nil {
		return err
	}
	l.ID, l.Came, l.IssuedAt, l.ExpiresAt = s.nextID(), 0, kept(l.IssuedAt), kept(l.ExpiresAt)
	s.recruited.open = append(s.recruited.open, &openLink{l, study.HashLink(secret)})
	return nil
}

// RevokeOpenLink implements lab.Recruiting.
func (s *Store) RevokeOpenLink(_ context.Context, id study.StudyID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.recruited.open {
		if l.Study == id && l.RevokedAt.IsZero() {
			l.RevokedAt = kept(at)
		}
	}
	return nil
}

// Join implements visit.Recruiting.
func (s *Store) Join(ctx context.Context, j study.Joining) (study.Participant, error) {
	l, err := s.OpenLinkBySecret(ctx, j.Open)
	if err != nil {
		return study.Participant{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(l.Study)
	if err != nil {
		return study.Participant{}, err
	}
	if len(e.versions) == 0 || e.Openness.State != study.StudyOpen {
		return study.Participant{}, study.ErrStudyClosed
	}
	for _, x := range s.recruited.open {
		if x.ID == l.ID {
			l = s.copyOf(x)
		}
	}
	if err := l.Admits(j.At); err != nil {
		return study.Participant{}, err
	}
	if err := s.idsFree(l.Study, j.IDs); err != nil {
		return study.Participant{}, err
	}
	people, err := s.addPeople(l.Study, false, []string{j.Personal}, j.At)
	if err != nil {
		return study.Participant{}, err
	}
	s.recruited.came[people[0].ID] = l.ID
	s.addIDs(&people[0], j.IDs)
	return people[0], nil
}

// ExternalIDs yields what names people elsewhere, if their study exports it.
func (s Source) ExternalIDs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.ExternalID, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.ExternalID) {
		if !s.store.recruited.settings[f.Study].Export {
			return nil
		}
		for _, p := range s.store.peopleOf(f) {
			for _, id := range s.store.idsOf(p.ID) {
				all = append(all, analysis.ExternalID{Participant: p.Code, Name: id.Name, Value: id.Value})
			}
		}
		return all
	})
}
