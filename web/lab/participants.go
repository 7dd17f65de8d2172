package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

const mostAdded = 200 // participants that a form may add at once

// ShowParticipants lists a study's participants, with the form that adds more.
func (s *Server) ShowParticipants(w http.ResponseWriter, r *http.Request) error {
	return s.renderParticipants(w, r, http.StatusOK, view.Participants{Number: "1"})
}

// AddParticipants adds participants, each with a link of their own.
func (s *Server) AddParticipants(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return err
	}
	people, links, err := s.MakeParticipants(r.Context(), id, in)
	if errors.Is(err, errHowMany) {
		return s.renderParticipants(w, r, http.StatusUnprocessableEntity, view.Participants{
			Number: in.Get("number"), Pilots: in.Get("pilot") == "yes", Say: study.Sentence(err),
		})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, s.keepSheet(r, id, people, links, time.Time{}))
}

var errHowMany = study.Refuse(study.ErrInvalid, "Add from 1 to %d participants at once.", mostAdded)

// MakeParticipants adds as many participants as a form asks for, each with a link of their own.
func (s *Server) MakeParticipants(ctx context.Context, in study.StudyID, form url.Values) ([]study.Participant, []study.NewLink, error) {
	n, err := strconv.Atoi(strings.TrimSpace(form.Get("number")))
	if err != nil || n < 1 || n > mostAdded {
		return nil, nil, errHowMany
	}
	people, err := s.Store.AddParticipants(ctx, in, form.Get("pilot") == "yes", NewLinks(n), s.Now())
	if err != nil {
		return nil, nil, err
	}
	links := make([]study.NewLink, len(people))
	for i, p := range people {
		links[i] = study.NewLink{Participant: p.ID, Secret: p.Link}
	}
	return people, links, nil
}

// NewLinks draws n secrets of 128 bits for personal links. Whoever has the secret is the
// participant.
func NewLinks(n int) []string {
	links := make([]string, n)
	for i := range links {
		links[i] = strings.ToLower(rand.Text())
	}
	return links
}

func (s *Server) renderParticipants(w http.ResponseWriter, r *http.Request, code int, v view.Participants) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	people, booked, err := s.People(r.Context(), st.ID)
	if err != nil {
		return err
	}
	if st.Published != nil {
		v.Groups = groupChoices(st.Published.Design)
	}
	v.Study, v.Closed = studyView(st), st.Openness.State != study.StudyOpen
	if v.Uncalibrated, err = s.uncalibrated(r.Context(), st); err != nil {
		return err
	}
	refused, err := s.Store.RefusedComputers(r.Context(), st.ID)
	if err != nil {
		return err
	}
	v.Refused = refusalWords(refused)
	for _, p := range people {
		x := p.Visit
		link, made := s.linkWords(p.Participant)
		v.Rows = append(v.Rows, view.ParticipantRow{
			Code: p.Code, Pilot: p.Pilot, Simulated: p.Simulated, Session: int64(p.Session), Link: link, Made: made, Appointment: s.bookedWords(booked[p.ID], x, st),
			State: stateWords[p.State(s.Now())], Why: reasonWords(x.Assignment.Ruling.Ground, x.Assignment.Ruling.Why),
			ID: int64(p.ID), Group: x.Assignment.Place.Group, Put: p.Put, Placed: x.Assignment.Taken(),
		})
	}
	return s.Render(w, r, code, view.ParticipantsPage(s.LabPage(r, "Participants of "+st.Draft.Name()), v))
}

// stateWords are the states of people in words.
var stateWords = map[study.PersonState]string{
	study.Invited: "not begun", study.Booked: "has an appointment", study.Started: "in progress", study.Paused: "paused",
	study.PersonFinished: "finished", study.PersonDropped: "dropped", study.PersonWithdrawn: "withdrawn", study.PersonExcluded: "excluded",
	study.PersonTurned: "turned away by the screening",
}

// People returns the participants of a study with what is on record of them, and the time that each has booked, if any.
func (s *Server) People(ctx context.Context, in study.StudyID) ([]study.Person, map[study.ParticipantID]study.Booking, error) {
	people, err := s.Store.Participants(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return s.gather(ctx, people)
}

// PeopleIn returns a part of the participants of a study, by number, as People does.
func (s *Server) PeopleIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Person, error) {
	people, err := s.Store.ParticipantsIn(ctx, in, p)
	if err != nil {
		return nil, err
	}
	all, _, err := s.gather(ctx, people)
	return all, err
}

// gather returns people with what is on record of them.
func (s *Server) gather(ctx context.Context, people []study.Participant) (all []study.Person, booked map[study.ParticipantID]study.Booking, err error) {
	ids := make([]study.ParticipantID, len(people))
	var begun []study.SessionID
	for i, p := range people {
		ids[i] = p.ID
		if p.Session != 0 {
			begun = append(begun, p.Session)
		}
	}
	diaries, err := s.Store.DiariesOf(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	sessions, err := s.Store.SessionsNumbered(ctx, begun)
	if err != nil {
		return nil, nil, err
	}
	booked, visits := map[study.ParticipantID]study.Booking{}, map[study.SessionID]study.Session{}
	for p, d := range diaries {
		if has, ok := d.Current(); ok {
			booked[p] = has
		}
	}
	for _, x := range sessions {
		visits[x.ID] = x
	}
	for _, p := range people {
		all = append(all, study.Person{Participant: p, BookedUntil: booked[p.ID].EndsAt, Visit: visits[p.Session]})
	}
	return all, booked, nil
}

// bookedWords says which appointment somebody has and, where they come more than once, for which visit; without one, which visit comes next.
func (s *Server) bookedWords(has study.Booking, x study.Session, st study.Study) string {
	d := study.Diary{}
	if x.ID != 0 {
		d.Course = x.Course()
	}
	say, visit := s.appointmentOf(slotOfFact(has)), visitWords(d.Visit, d, st, x)
	if visit == "" || say == "" && !d.Between() {
		return say
	}
	return strings.TrimPrefix(say+", "+visit, ", ")
}

func (s *Server) appointmentOf(slot study.Slot) string {
	if slot.ID == 0 {
		return ""
	}
	return s.timeAndStation(slot)
}

// timeAndStation says in words when and where a time is, whether or not it is on offer yet.
func (s *Server) timeAndStation(slot study.Slot) string {
	at := s.Local(slot.StartsAt)
	return at.Format("Mon 2 Jan 15:04 ") + page.ZoneName(at) + ", " + slot.Station
}
