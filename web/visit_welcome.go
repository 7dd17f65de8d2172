package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"vmstudy/study"
	"vmstudy/web/view"
)

// showWelcome answers a personal link. However often it is called, it changes nothing.
func (s *Server) showWelcome(w http.ResponseWriter, r *http.Request) error {
	return s.renderWelcome(w, r, http.StatusOK, "")
}

// beginVisit starts the participant's session, or continues it.
func (s *Server) beginVisit(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	if err := b.refusal(s.now()); err != nil {
		return s.failWelcome(w, r, err)
	}
	id, err := s.store.StartSession(r.Context(), b.person.ID, s.now())
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	http.SetCookie(w, s.visitorsCookie(visitCookie, b.person.Link, visitPath(id), 0))
	return redirect(w, r, visitPath(id))
}

// bookSlot books the slot that the participant chose.
func (s *Server) bookSlot(w http.ResponseWriter, r *http.Request) error {
	in, err := form(r)
	if err != nil {
		return err
	}
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	id, err := strconv.ParseInt(in.Get("slot"), 10, 64)
	switch {
	case err != nil:
		err = study.Refuse(study.ErrInvalid, "Please choose a time.")
	case !b.mayBook(s.now()):
		err = study.Refuse(study.ErrConflict, "Your appointment has begun and cannot be changed any more.")
	default:
		_, err = s.store.BookSlot(r.Context(), study.SlotID(id), b.person.ID, s.now())
	}
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return redirect(w, r, linkPath(b.person.Link))
}

// failWelcome shows conflicts and refused input on the welcome page, and returns other errors.
func (s *Server) failWelcome(w http.ResponseWriter, r *http.Request, err error) error {
	code, say := explain(err)
	if code == http.StatusConflict || code == http.StatusUnprocessableEntity {
		return s.renderWelcome(w, r, code, say)
	}
	return err
}

// showCalendar answers with the participant's appointment as a file for calendar programs.
func (s *Server) showCalendar(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return err
	}
	slot, ok := b.mine(s.now())
	if !ok {
		return fmt.Errorf("appointment of participant %d: %w", b.person.ID, study.ErrNotFound)
	}
	link := s.public.origin(r) + linkPath(b.person.Link)
	sum := sha256.Sum256([]byte(b.person.Link)) // unique, and does not reveal the link
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="appointment.ics"`)
	_, err = io.WriteString(w, calendar(entry{
		uid: hex.EncodeToString(sum[:16]) + "@vmstudy", stamp: s.now(), from: slot.StartsAt, to: slot.EndsAt,
		summary: currentDesign(b.study).Title.String(), place: slot.Station,
		text: "Your personal link: " + link, url: link,
	}))
	return err
}

// booking loads the participant whose link is in the path, their study and its slots.
func (s *Server) booking(r *http.Request) (booking, error) {
	p, err := s.guest(r)
	if err != nil {
		return booking{}, err
	}
	b := booking{person: p}
	if b.study, err = s.store.Study(r.Context(), p.Study); err != nil {
		return booking{}, err
	}
	b.slots, err = s.store.Slots(r.Context(), p.Study)
	return b, err
}

func (s *Server) renderWelcome(w http.ResponseWriter, r *http.Request, code int, say string) error {
	b, err := s.booking(r)
	if errors.Is(err, study.ErrNotFound) {
		return s.notice(w, r, http.StatusNotFound, view.Notice{
			Title: "This link leads nowhere",
			Say:   "Please compare it with the one that you were given: a letter may be missing. If it is the same, ask the person who gave it to you.",
		})
	}
	if err != nil {
		return err
	}
	if b.person.Finished {
		return s.renderFinished(w, r, b.person)
	}
	m := s.welcomeView(b)
	m.Say = say
	p := s.visitPage(r, m.Title)
	p.Scripts = []string{"own_time.js"}
	return s.render(w, r, code, view.WelcomePage(p, m))
}

// renderFinished thanks a participant whose visit is over.
func (s *Server) renderFinished(w http.ResponseWriter, r *http.Request, p study.Participant) error {
	v, err := s.store.Session(r.Context(), p.Session)
	if err != nil {
		return err
	}
	s.admit(w, v) // so that this browser can still send batches of the visit
	return s.renderStep(w, r, http.StatusOK, v, reply{})
}

func (s *Server) welcomeView(b booking) view.Welcome {
	now := s.now()
	d := currentDesign(b.study)
	m := view.Welcome{
		Link: linkPath(b.person.Link), Title: d.Title.String(), Takes: inWords(d.Estimate().Round(roughly)),
		Away: len(b.slots) == 0, Begun: b.begun(), Pilot: b.person.Pilot,
	}
	if err := b.refusal(now); err != nil {
		m.NotYet = study.Sentence(err)
	}
	if slot, ok := b.mine(now); ok && !b.begun() {
		from := s.local(slot.StartsAt)
		m.Appointment = &view.Appointment{Day: dayName(from), Time: s.span(slot.StartsAt, slot.EndsAt), Zone: zoneInWords(from), Place: slot.Station}
		m.Change = true
	}
	m.Days = s.byDay(b.free(now), nil)
	return m
}

const roughly = 5 * time.Minute // more would promise too much of an estimate
