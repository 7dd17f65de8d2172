package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// assignmentOf returns the place of a session with all that its state follows from.
func (s *Store) assignmentOf(x *study.Session) study.Assignment {
	a := x.Assignment
	if a.Taken() {
		a.EndedAt, a.Booked = x.EndedAt, s.bookedUntil(a.Participant)
	}
	a.Ruling.Name = s.nameOf(a.Ruling.By)
	return a
}

// bookedUntil returns when the appointment ends that somebody has for a further visit; the zero time if they have none.
func (s *Store) bookedUntil(p study.ParticipantID) (until time.Time) {
	for _, f := range s.bookings {
		if f.Participant == p {
			until = time.Time{}
			if f.Visit > 1 && f.Kind != study.BookingCancelled && f.Kind != study.BookingMissed {
				until = f.EndsAt
			}
		}
	}
	return until
}

// nameOf returns the name of an experimenter; empty for 0.
func (s *Store) nameOf(id study.ExperimenterID) string {
	for _, a := range s.accounts {
		if a.ID == id {
			return a.Name
		}
	}
	return ""
}

// version returns a version of any study, and the ids of all versions that share its plan.
func (s *Store) version(id study.VersionID) (study.Version, []study.VersionID, error) {
	for _, e := range s.studies {
		i := slices.IndexFunc(e.versions, func(v study.Version) bool { return v.ID == id })
		if i < 0 {
			continue
		}
		var shared []study.VersionID
		for _, v := range e.versions {
			if v.Design.PlanHash() == e.versions[i].Design.PlanHash() {
				shared = append(shared, v.ID)
			}
		}
		return e.versions[i], shared, nil
	}
	return study.Version{}, nil, missing("version", id)
}

// roster returns the roster of a version, in which either people are or simulated participants.
func (s *Store) roster(id study.VersionID, simulated bool) (study.Roster, error) {
	v, shared, err := s.version(id)
	if err != nil {
		return study.Roster{}, err
	}
	r := study.RosterOf(v.Design)
	for _, x := range s.sessions {
		if x.Assignment.Taken() && slices.Contains(shared, x.Version.ID) && x.Participant.Simulated == simulated {
			r.Taken = append(r.Taken, s.assignmentOf(x))
		}
	}
	for _, l := range s.left {
		if p, err := s.person(l.Participant); err == nil && p.Simulated == simulated && slices.Contains(shared, l.version) {
			r.Taken = append(r.Taken, l.Assignment)
		}
	}
	slices.SortStableFunc(r.Taken, func(a, b study.Assignment) int {
		if order := a.TakenAt.Compare(b.TakenAt); order != 0 {
			return order
		}
		return int(a.Participant - b.Participant)
	})
	for _, p := range s.closed {
		if slices.Contains(shared, p.version) {
			r.Closed = append(r.Closed, p.place)
		}
	}
	slices.SortFunc(r.Closed, func(a, b study.Place) int { return a.Sequence - b.Sequence })
	return r, nil
}

// closedPlace is a place that is closed.
type closedPlace struct {
	version study.VersionID
	place   study.Place
}

// Roster implements web.Store.
func (s *Store) Roster(_ context.Context, id study.VersionID) (study.Roster, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster(id, false)
}

// assign takes the next place of the plan for the participant of x, and lays out the trials. asked says that the
// questions about the person are answered; if the group depends on these and they are not, nothing is done.
func (s *Store) assign(x *study.Session, asked bool, at time.Time) error {
	if x.TurnedAway {
		return nil
	}
	r, err := s.roster(x.Version.ID, x.Participant.Simulated)
	if err != nil {
		return err
	}
	p, err := s.person(x.Participant.ID)
	if err != nil {
		return err
	}
	d := x.Version.Design
	newcomer := study.Newcomer{Code: p.Code, Put: p.Put, Screened: !x.ScreenedAt.IsZero(), Asked: asked, Answers: s.answersTo(x, d.Deciding())}
	groups, err := d.GroupsFor(newcomer)
	if err != nil || len(groups) == 0 {
		return err
	}
	said := x.Assignment.Ruling
	if x.Assignment, err = r.Only(groups...).Next(x.Participant, kept(at)); err != nil {
		return err
	}
	x.Assignment.Ruling = said
	s.layOut(x)
	return nil
}

// answersTo returns what was answered to instruments that are about no trial, by item. Of two items with one name, the later instrument's counts.
func (s *Store) answersTo(x *study.Session, instruments []string) map[string]string {
	answers := map[string]string{}
	for _, id := range instruments {
		for _, r := range s.ratings[x.ID][0] {
			for _, a := range r.Answers {
				if r.Instrument == id {
					answers[a.Item] = a.Value
				}
			}
		}
	}
	return answers
}

// PutIntoGroup implements lab.Groups.
func (s *Store) PutIntoGroup(_ context.Context, id study.ParticipantID, group string, by study.ExperimenterID, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.person(id)
	if err != nil {
		return err
	}
	var d study.Design
	e, err := s.study(p.Study)
	if err != nil {
		return err
	}
	if n := len(e.versions); n > 0 {
		d = e.versions[n-1].Design
	}
	placed := false
	for _, x := range s.sessions {
		if x.Participant.ID == id {
			d, placed = x.Version.Design, x.Assignment.Taken()
		}
	}
	switch {
	case by != 0 && s.nameOf(by) == "":
		return missing("experimenter", by)
	case group != "" && !slices.ContainsFunc(d.Groups, func(g study.Group) bool { return g.Name == group }):
		return missing("group", group)
	case placed:
		return study.Refuse(study.ErrConflict, "This person has a place in the plan already, in the group that they got it in.")
	case p.Ruled == study.PlaceWithdrawn:
		return study.Refuse(study.ErrConflict, "This person has withdrawn.")
	}
	p.Put = group
	return nil
}

// SetClosed implements web.Store.
func (s *Store) SetClosed(_ context.Context, id study.VersionID, c study.Closing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.roster(id, false)
	switch {
	case err != nil:
		return err
	case !r.Has(c.Place):
		return missing("place", c.Place)
	case r.Says(c):
	case c.Closed:
		s.closed = append(s.closed, closedPlace{id, c.Place})
	default:
		_, shared, _ := s.version(id)
		s.closed = slices.DeleteFunc(s.closed, func(p closedPlace) bool {
			return p.place == c.Place && slices.Contains(shared, p.version)
		})
	}
	return nil
}
