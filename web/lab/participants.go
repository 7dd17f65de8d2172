package lab

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"

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
	pilots := in.Get("pilot") == "yes"
	n, err := strconv.Atoi(strings.TrimSpace(in.Get("number")))
	if err != nil || n < 1 || n > mostAdded {
		return s.renderParticipants(w, r, http.StatusUnprocessableEntity, view.Participants{
			Number: in.Get("number"), Pilots: pilots, Say: fmt.Sprintf("Add from 1 to %d participants at once.", mostAdded),
		})
	}
	if _, err := s.Store.AddParticipants(r.Context(), id, pilots, NewLinks(n), s.Now()); err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(id)+"/participants")
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
	people, err := s.Store.Participants(r.Context(), st.ID)
	if err != nil {
		return err
	}
	slots, err := s.Store.Slots(r.Context(), st.ID)
	if err != nil {
		return err
	}
	sessions, err := s.Store.Sessions(r.Context(), st.ID)
	if err != nil {
		return err
	}
	states, groups := map[study.SessionID]study.PlaceState{}, map[study.SessionID]string{}
	for _, x := range sessions {
		states[x.ID], groups[x.ID] = x.Assignment.State(s.Now()), x.Assignment.Place.Group
	}
	if st.Published != nil {
		v.Groups = groupChoices(st.Published.Design)
	}
	v.Study, v.Closed = studyView(st), st.Openness.State != study.StudyOpen
	if v.Uncalibrated, err = s.uncalibrated(r.Context(), st); err != nil {
		return err
	}
	for _, p := range people {
		v.Rows = append(v.Rows, view.ParticipantRow{
			Code: p.Code, Pilot: p.Pilot, State: stateOf(p, states[p.Session]), Session: int64(p.Session),
			Link: s.Public.Origin(r) + page.LinkPath(p.Link), Appointment: s.appointmentOf(p, slots),
			ID: int64(p.ID), Group: groups[p.Session], Put: p.Put, Placed: states[p.Session] != "",
		})
	}
	page := s.LabPage(r, "Participants of "+st.Draft.Name())
	page.Scripts = []string{"copy.js"}
	return s.Render(w, r, code, view.ParticipantsPage(page, v))
}

// stateOf says how far p has come. place is the state of their place.
func stateOf(p study.Participant, place study.PlaceState) string {
	switch {
	case p.Session == 0:
		return "not begun"
	case place == "" || place == study.PlaceActive:
		return "in progress"
	}
	return string(place)
}

func (s *Server) appointmentOf(p study.Participant, slots []study.Slot) string {
	for _, slot := range slots {
		if slot.Participant == p.ID {
			at := s.Local(slot.StartsAt)
			return at.Format("Mon 2 Jan 15:04 ") + page.ZoneName(at) + ", " + slot.Station
		}
	}
	return ""
}
