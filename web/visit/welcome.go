package visit

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowWelcome answers a personal link. However often it is called, it changes nothing.
func (s *Server) ShowWelcome(w http.ResponseWriter, r *http.Request) error {
	return s.renderWelcome(w, r, http.StatusOK, "")
}

// BeginVisit starts the participant's session, or continues it.
func (s *Server) BeginVisit(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	if err := b.refusal(catalogue.From(r.Context()), s.Now()); err != nil {
		return s.failWelcome(w, r, err)
	}
	if err := s.keepIDs(r, b); err != nil {
		return s.failWelcome(w, r, err)
	}
	id, err := s.store.StartSession(r.Context(), b.person.ID, s.Now())
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	if err := s.keepLanguage(r, id); err != nil {
		return err
	}
	http.SetCookie(w, s.visitorsCookie(visitCookie, b.person.Link, page.VisitPath(id), 0))
	return page.Redirect(w, r, page.VisitPath(id))
}

// failWelcome shows conflicts and refused input on the welcome page, and returns other errors.
func (s *Server) failWelcome(w http.ResponseWriter, r *http.Request, err error) error {
	code, say := page.ExplainIn(r.Context(), err)
	if code == http.StatusConflict || code == http.StatusUnprocessableEntity {
		return s.renderWelcome(w, r, code, say)
	}
	return err
}

// booking loads the participant whose link is in the path, their study and its slots.
func (s *Server) booking(r *http.Request) (booking, error) {
	p, err := s.guest(r)
	if err != nil {
		return booking{}, err
	}
	return s.bookingOf(r, p)
}

// bookingOf loads what decides about the appointments of p.
func (s *Server) bookingOf(r *http.Request, p study.Participant) (b booking, err error) {
	b.person = p
	if b.study, err = s.store.Study(r.Context(), p.Study); err != nil {
		return b, err
	}
	if b.speaks, err = s.languageOf(r, b); err != nil {
		return b, err
	}
	catalogue.Speak(r.Context(), b.speaks)
	recruitment, err := s.store.Recruitment(r.Context(), p.Study)
	if err != nil {
		return b, err
	}
	_ = r.ParseForm() // what cannot be read has no ids
	if b.ids, err = recruitment.IDs(r.Form); err != nil {
		return b, err
	}
	if b.started() {
		v, err := s.store.Session(r.Context(), p.Session)
		if err != nil {
			return b, err
		}
		b.over = v.Assignment.MayGoOn()
	} else if p.Ruled == study.PlaceWithdrawn {
		b.over = study.ErrWithdrawn
	}
	if b.slots, err = s.store.Slots(r.Context(), p.Study); err != nil {
		return b, err
	}
	if b.diary, err = s.store.Diary(r.Context(), p.ID); err != nil {
		return b, err
	}
	b.asks, err = s.store.Appointing(r.Context(), p.Study)
	return b, err
}

func (s *Server) renderWelcome(w http.ResponseWriter, r *http.Request, code int, say string) error {
	b, err := s.booking(r)
	if errors.Is(err, study.ErrNotFound) {
		return s.notice(w, r, http.StatusNotFound, view.Notice{
			Title: catalogue.Say(r.Context(), "This link leads nowhere"),
			Say:   catalogue.Say(r.Context(), "Please compare it with the one that you were given: a letter may be missing. If it is the same, ask the person who gave it to you."),
		})
	}
	if errors.Is(err, study.ErrDenied) {
		return s.notice(w, r, http.StatusForbidden, view.Notice{Title: catalogue.Say(r.Context(), "This link does not work any more"), Say: page.SayRefusal(r.Context(), err)})
	}
	if err != nil {
		return err
	}
	if b.over != nil {
		return s.noticeOver(w, r, b.person, b.stopPath(), b.over)
	}
	if b.person.Finished || b.person.TurnedAway {
		return s.renderFinished(w, r, b.person)
	}
	if b.closed() {
		return s.notice(w, r, code, b.farewell(catalogue.From(r.Context()), s.Now()))
	}
	m := s.welcomeView(catalogue.From(r.Context()), b)
	m.Say = say
	if m.Mail, err = s.mailForm(r, b); err != nil {
		return err
	}
	p := s.VisitPage(m.Title)
	p.Scripts, p.Stop = []string{"own_time.js"}, b.stopPath()
	if !b.started() {
		p.Languages = languageLinks(b)
	}
	return s.Render(w, r, code, view.WelcomePage(p, m))
}

// renderFinished thanks a participant whose visit is over.
func (s *Server) renderFinished(w http.ResponseWriter, r *http.Request, p study.Participant) error {
	v, err := s.store.Session(r.Context(), p.Session)
	if err != nil {
		return err
	}
	v.Participant.Link = p.Link
	s.admit(w, v) // so that this browser can still send batches of the visit
	return s.renderStep(w, r, http.StatusOK, v, reply{})
}

func (s *Server) welcomeView(t catalogue.Tongue, b booking) view.Welcome {
	now := s.Now()
	d := b.study.Current()
	m := view.Welcome{
		IDs: idFields(b.ids), Link: page.LinkPath(b.person.Link), Title: d.Title.In(b.speaks), Takes: takes(t, d), Language: string(b.speaks),
		Away: len(b.slots) == 0, Begun: b.started(), Pilot: b.person.Pilot,
	}
	if err := b.refusal(t, now); err != nil {
		m.NotYet = t.Refusal(err)
	}
	if has, ok := b.mine(now); ok && !b.begun() {
		m.Appointment, m.Change = s.appointmentView(t, b, has), true
	}
	if fact, ok := b.cancelled(); ok {
		m.Cancelled = s.cancelledWords(t, fact)
	}
	m.Days, m.Next = s.Days(t, b.free(now), nil), b.diary.Between()
	return m
}

const roughly = 5 * time.Minute // more would promise too much of an estimate

// takes says how long a study takes: of several visits, each.
func takes(t catalogue.Tongue, d study.Design) string {
	var each []string
	for _, long := range d.EstimatedVisits() {
		each = append(each, t.Takes(max(roughly, long.Round(roughly))))
	}
	if len(each) == 1 {
		return t.Say("Taking part takes about %s.", each[0])
	}
	return t.Say("You come for %d visits, which take about %s.", len(each), strings.Join(each, ", "))
}
