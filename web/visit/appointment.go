package visit

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/calendar"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// BookSlot books the slot that the participant chose.
func (s *Server) BookSlot(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	id, err := strconv.ParseInt(in.Get("slot"), 10, 64)
	if err != nil {
		err = study.Refuse(study.ErrInvalid, "Please choose a time.")
	} else {
		err = b.fixed(s.Now())
	}
	if err == nil {
		err = s.keepIDs(r, b)
	}
	if err == nil {
		fact := s.factOf(b, in, study.SlotID(id))
		_, err = s.store.BookSlot(s.recorded(r.Context(), b, "book a time", fact), fact)
	}
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return page.Redirect(w, r, b.path())
}

// CancelSlot cancels the participant's appointment.
func (s *Server) CancelSlot(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	id, err := strconv.ParseInt(in.Get("appointment"), 10, 64)
	if err != nil {
		err = study.Refuse(study.ErrConflict, "This appointment is not there any more: it was moved or cancelled meanwhile. Please look at the page again.")
	} else {
		err = b.fixed(s.Now())
	}
	if err == nil {
		fact := s.factOf(b, in, study.SlotID(id))
		fact.Kind = study.BookingCancelled
		err = s.store.EndBooking(s.recorded(r.Context(), b, "cancel an appointment", fact), fact)
	}
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return page.Redirect(w, r, b.path())
}

// factOf returns what the participant does with a slot, and why, as a form says it.
func (s *Server) factOf(b booking, in url.Values, slot study.SlotID) study.Booking {
	return study.Booking{
		Participant: b.person.ID, Slot: slot, Reason: study.BookingReason(in.Get("ground")), Why: strings.TrimSpace(in.Get("why")), At: s.Now(),
	}
}

// recorded returns a context in which what a participant does about an appointment is an entry of the audit. Why they do it is not in it: it may be
// an illness, and an entry stays when they have what they gave erased.
func (s *Server) recorded(ctx context.Context, b booking, action string, fact study.Booking) context.Context {
	return audit.During(ctx, audit.Act{Who: "participant " + b.person.Code, At: s.Now(), What: func() (string, string, string) {
		return action, "participant " + b.person.Code, "slot=" + number64(fact.Slot)
	}})
}

// appointmentView shows what the participant has, and until when they may change it.
func (s *Server) appointmentView(t catalogue.Tongue, b booking, has study.Booking) *view.Appointment {
	from := s.Local(has.StartsAt)
	v := &view.Appointment{
		Slot: int64(has.Slot), Day: t.Day(from), Time: s.Span(has.StartsAt, has.EndsAt), Zone: page.ZoneInWords(from), Place: has.Station,
		Contact: b.asks.Contact, Mail: b.asks.Mail,
	}
	until, may := b.diary.MayChange(s.Now())
	switch {
	case !may || b.fixed(s.Now()) != nil:
		v.Until = t.Say("It cannot be moved or cancelled here any more.")
	case b.diary.Notice == 0:
		v.Until, v.May = t.Say("You can move or cancel it until it begins."), true
	default:
		until = s.Local(until)
		v.Until, v.May = t.Say("You can move or cancel it until %s, %s (%s).", t.Day(until), until.Format("15:04"), page.ZoneName(until)), true
	}
	for _, r := range study.BookingReasons(true) {
		v.Reasons = append(v.Reasons, view.Choice{Value: string(r), Label: t.Reason(r)})
	}
	return v
}

// cancelledWords says which appointment was cancelled, and by whom.
func (s *Server) cancelledWords(t catalogue.Tongue, fact study.Booking) string {
	at := s.Local(fact.StartsAt)
	return t.Cancelled(fact, t.Day(at), at.Format("15:04 ")+page.ZoneName(at))
}

// ShowCalendar answers with the participant's appointment as a file for calendar programs; one that was cancelled takes the entry out.
func (s *Server) ShowCalendar(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return err
	}
	has, ok := b.mine(s.Now())
	gone, cancelled := b.cancelled()
	if cancelled {
		has = gone
	}
	if !ok && !cancelled {
		return fmt.Errorf("appointment of participant %d: %w", b.person.ID, study.ErrNotFound)
	}
	link := s.Public.Origin(r) + page.LinkPath(b.person.Link)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="appointment.ics"`)
	_, err = io.WriteString(w, calendar.Entry{
		UID: calendar.UID(b.person.Links[0].Hash, has.Visit), Sequence: b.diary.Sequence(), Stamp: s.Now(), From: has.StartsAt, To: has.EndsAt,
		Summary: b.study.Current().Title.In(b.speaks), Place: has.Station, Cancelled: cancelled,
		Text: catalogue.Say(r.Context(), "Your personal link: %s", link), URL: link, Organizer: s.organizer(r, b), Name: cmp.Or(b.asks.Contact, b.study.Current().Title.In(b.speaks)),
	}.String())
	return err
}

// organizer returns who invites, as a URI: the address of whom participants ask, or else that of these pages.
func (s *Server) organizer(r *http.Request, b booking) string {
	if b.asks.Mail != "" {
		return "mailto:" + b.asks.Mail
	}
	return s.Public.Origin(r)
}
