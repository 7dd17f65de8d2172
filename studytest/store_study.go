package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/analysis"
	"vmstudy/document"
	"vmstudy/study"
)

// copied returns a deep copy of d, so that a caller who changes it does not change the store.
func copied(d study.Design) study.Design {
	d.Methods = slices.Clone(d.Methods)
	d.Networks = slices.Clone(d.Networks)
	d.Tasks = slices.Clone(d.Tasks)
	d.Instruments = slices.Clone(d.Instruments)
	d.Guests = slices.Clone(d.Guests)
	if d.Practice != nil {
		practice := *d.Practice
		d.Practice = &practice
	}
	return d
}

func copiedVersion(v study.Version) study.Version {
	v.Design = copied(v.Design)
	return v
}

// copy returns a copy of the study for callers.
func (e *experiment) copy() study.Study {
	c := e.Study
	c.Draft = copied(c.Draft)
	if n := len(e.versions); n > 0 {
		newest := copiedVersion(e.versions[n-1])
		c.Published = &newest
	}
	return c
}

func (s *Store) study(id study.StudyID) (*experiment, error) {
	for _, e := range s.studies {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, missing("study", id)
}

// Studies implements web.Store.
func (s *Store) Studies(context.Context) ([]study.Study, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []study.Study{}
	for _, e := range s.studies {
		all = append(all, e.copy())
	}
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b study.Study) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

// Study implements web.Store.
func (s *Store) Study(_ context.Context, id study.StudyID) (study.Study, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return study.Study{}, err
	}
	return e.copy(), nil
}

func checkTitle(d study.Design) error {
	if title := d.Name(); title == "" || len(title) > 200 {
		return study.Refuse(study.ErrInvalid, "a title of 1 to 200 characters is needed")
	}
	return nil
}

// Versions implements web.Store.
func (s *Store) Versions(_ context.Context, id study.StudyID) (all []study.Version, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return nil, nil
	}
	for _, v := range slices.Backward(e.versions) {
		all = append(all, copiedVersion(v))
	}
	return all, nil
}

// storable returns study.ErrInvalid if the text of d could not be read again.
func storable(d study.Design) error {
	if _, faults := document.Read([]byte(document.Write(d))); len(faults) > 0 {
		return study.Refuse(study.ErrInvalid, "%s cannot be stored: %s", faults[0].At, faults[0].Say)
	}
	return nil
}

// CreateStudy implements web.Store.
func (s *Store) CreateStudy(_ context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkTitle(d); err != nil {
		return 0, err
	}
	if by != 0 && !slices.ContainsFunc(s.accounts, func(a account) bool { return a.ID == by }) {
		return 0, missing("experimenter", by)
	}
	if err := storable(d); err != nil {
		return 0, err
	}
	e := &experiment{Study: study.Study{ID: study.StudyID(s.nextID()), CreatedAt: kept(at), Draft: copied(d.Thawed()), Revision: document.Hash(d.Thawed())}}
	s.studies = append(s.studies, e)
	if by != 0 {
		s.members[e.ID] = map[study.ExperimenterID]study.Role{by: study.Owner}
	}
	return e.ID, nil
}

// ReplaceDraft implements web.Store.
func (s *Store) ReplaceDraft(_ context.Context, id study.StudyID, seen string, d study.Design) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return err
	}
	if document.Hash(d.Thawed()) != e.Revision {
		if err := e.Unseen(seen); err != nil {
			return err
		}
	}
	if err := checkTitle(d); err != nil {
		return err
	}
	if err := storable(d); err != nil {
		return err
	}
	e.Draft, e.Revision = copied(d.Thawed()), document.Hash(d.Thawed())
	return nil
}

// Publish freezes a draft without looking at what it is now.
func (s *Store) Publish(_ context.Context, id study.StudyID, _ study.ExperimenterID, at time.Time) (study.Version, error) {
	return s.publish(id, at, func(now study.Study) (study.Design, error) { return now.Draft, nil })
}

// PublishDraft implements web.Store.
func (s *Store) PublishDraft(_ context.Context, id study.StudyID, seen string, frozen study.Design, _ study.ExperimenterID, at time.Time) (study.Version, error) {
	return s.publish(id, at, func(now study.Study) (study.Design, error) { return frozen, now.Unseen(seen) })
}

func (s *Store) publish(id study.StudyID, at time.Time, choose func(study.Study) (study.Design, error)) (study.Version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.study(id)
	if err != nil {
		return study.Version{}, err
	}
	d, err := choose(e.Study)
	if err != nil {
		return study.Version{}, err
	}
	if err := d.Validate(); err != nil {
		return study.Version{}, err
	}
	n := len(e.versions)
	if n > 0 && e.versions[n-1].Hash == document.Hash(d) {
		return study.Version{}, study.Refuse(study.ErrConflict, "nothing has changed since version %d", n)
	}
	e.Draft, e.Revision = copied(d.Thawed()), document.Hash(d.Thawed())
	v := study.Version{
		ID: study.VersionID(s.nextID()), Study: id, Number: n + 1, Hash: document.Hash(d),
		PublishedAt: kept(at), Text: document.Write(d), Revision: e.Revision, Design: copied(d),
	}
	e.versions = append(e.versions, v)
	return copiedVersion(v), nil
}

// AddParticipants implements web.Store.
func (s *Store) AddParticipants(_ context.Context, id study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.study(id); err != nil {
		return nil, err
	}
	return s.addPeople(id, pilot, links, at)
}

// addPeople does the work of AddParticipants for a study that exists.
func (s *Store) addPeople(id study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error) {
	last := 0
	for _, p := range s.people {
		if p.Study == id && p.Pilot == pilot && !p.Simulated {
			last++
		}
	}
	if err := s.linksFree(links...); err != nil {
		return nil, err
	}
	var added []study.Participant
	for i, link := range links {
		p := study.Participant{
			ID: study.ParticipantID(s.nextID()), Study: id, Code: study.ParticipantCode(last+1+i, pilot),
			Links: []study.Link{{Hash: study.HashLink(link), IssuedAt: kept(at)}}, Pilot: pilot, AddedAt: kept(at),
		}
		stored := p
		s.people = append(s.people, &stored)
		p.Link = link
		added = append(added, p)
	}
	return added, nil
}

// Participants implements web.Store.
func (s *Store) Participants(_ context.Context, id study.StudyID) ([]study.Participant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(s.peopleOf(analysis.Filter{Study: id, Pilots: true}), s.peopleOf(analysis.Filter{Study: id, Pilots: true, Simulated: true})...), nil
}

// peopleOf returns the participants that f chooses, ordered by code.
func (s *Store) peopleOf(f analysis.Filter) []study.Participant {
	all := []study.Participant{}
	for _, p := range slices.SortedFunc(slices.Values(s.people), byCode) {
		if p.Study == f.Study && (f.Pilots || !p.Pilot) && p.Simulated == f.Simulated {
			all = append(all, *p)
		}
	}
	return all
}

func (s *Store) person(id study.ParticipantID) (*study.Participant, error) {
	for _, p := range s.people {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, missing("participant", id)
}
