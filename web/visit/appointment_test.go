package visit_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web"
	"vmstudy/web/page"
)

// cancels cancels an appointment, for a reason.
func cancels(p *webtest.Person, s study.Slot, ground, why string) webtest.Answer {
	return p.Post(page.LinkPath(p.Who.Link)+"/cancel", url.Values{"appointment": {fmt.Sprint(int64(s.ID))}, "ground": {ground}, "why": {why}})
}

// diary returns what is on record of the person's appointments.
func diary(p *webtest.Person) study.Diary {
	p.T.Helper()
	d, err := p.Store.Diary(p.T.Context(), p.Who.ID)
	p.Must(err)
	return d
}

func TestAParticipantCancelsAndBooksAnew(t *testing.T) {
	p, slots := appointments(t)
	link := page.LinkPath(p.Who.Link)
	p.WantsRedirect(book(p, slots[0]), link)
	a := p.Get(link)
	p.Wants(a, 200, "You can move or cancel it until it begins.")
	form := p.One(a.Page, "form", "action="+link+"/cancel?lang=en")
	p.One(form, "option", "value=ill")
	p.WantsRedirect(cancels(p, slots[0], "ill", "a cold"), link)
	if f := diary(p).Last(); f.Kind != study.BookingCancelled || f.Reason != study.ReasonIll || f.Why != "a cold" || f.By != 0 {
		t.Errorf("on record is %+v", f)
	}
	a = p.Get(link)
	p.Wants(a, 200, "You have cancelled your appointment on Friday, 20 March 2026, 09:00 UTC.")
	if got := times(p); got != "09:00 – 10:00 10:00 – 11:00 11:00 – 12:00" {
		t.Errorf("offered after that are %s, want all times", got)
	}
	p.WantsRedirect(cancels(p, slots[0], "ill", ""), link) // a second press changes nothing
	p.WantsRedirect(book(p, slots[1]), link)
	if text := webtest.Text(p.Get(link).Page); strings.Contains(text, "You have cancelled") || len(diary(p).Facts) != 3 {
		t.Errorf("after another time was booked, %d facts are on record, and the page says %s", len(diary(p).Facts), text)
	}
}

// listening is a store that notes the entries of the audit that go with changes of appointments.
type listening struct {
	web.Store
	entries []audit.Entry
}

func (s *listening) note(ctx context.Context) {
	act, _ := audit.From(ctx)
	s.entries = append(s.entries, act.Entry())
}

func (s *listening) BookSlot(ctx context.Context, b study.Booking) (study.Slot, error) {
	s.note(ctx)
	return s.Store.BookSlot(ctx, b)
}

func (s *listening) EndBooking(ctx context.Context, b study.Booking) error {
	s.note(ctx)
	return s.Store.EndBooking(ctx, b)
}

func TestTheAuditDoesNotSayWhyAParticipantCancels(t *testing.T) {
	p, slots := appointments(t)
	heard := &listening{Store: p.Store}
	p.Serve(func(c *web.Config) { c.Store = heard })
	link := page.LinkPath(p.Who.Link)
	p.WantsRedirect(book(p, slots[0]), link)
	p.WantsRedirect(cancels(p, slots[0], "ill", "a cold"), link)
	var got []string
	for _, e := range heard.entries {
		got = append(got, strings.Join([]string{e.Who, e.Action, e.About, e.Why}, " | "))
	}
	slot, who := fmt.Sprintf("slot=%d", slots[0].ID), "participant "+p.Who.Code
	want := []string{who + " | book a time | " + who + " | " + slot, who + " | cancel an appointment | " + who + " | " + slot}
	if !slices.Equal(got, want) { // an illness would outlast an erasure
		t.Errorf("the audit says %q, want %q", got, want)
	}
}

func TestAnAppointmentIsFixedWithinTheNotice(t *testing.T) {
	p, slots := appointments(t)
	link := page.LinkPath(p.Who.Link)
	p.Must(p.Store.SetAppointing(t.Context(), p.Study, study.Appointing{Notice: 2 * time.Hour, Contact: "Ada, room 12", Mail: "ada@example.org", At: p.Now}))
	p.WantsRedirect(book(p, slots[1]), link)
	a := p.Get(link)
	p.Wants(a, 200, "You can move or cancel it until Friday, 20 March 2026, 08:00 (UTC). Questions: Ada, room 12 ada@example.org")
	p.One(a.Page, "a", "href=mailto:ada@example.org")
	p.Now = at(8, 0)
	a = p.Get(link)
	p.Wants(a, 200, "It cannot be moved or cancelled here any more.")
	if forms := webtest.All(a.Page, "form", "action="+link+"/cancel?lang=en"); len(forms) > 0 || times(p) != "" {
		t.Errorf("%d forms cancel it, and times are offered: %s", len(forms), times(p))
	}
	const say = "Your appointment is too near to be changed here. Please speak to the person who gave you this link."
	p.Wants(cancels(p, slots[1], "ill", ""), 409, say)
	p.Wants(book(p, slots[2]), 409, say)
	if has, ok := diary(p).Current(); !ok || has.Slot != slots[1].ID {
		t.Errorf("they have %+v", has)
	}
}

func TestACancellationThatCannotBe(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(*webtest.Person, []study.Slot) webtest.Answer
		status  int
		say     string
	}{
		"of nothing": {func(p *webtest.Person, s []study.Slot) webtest.Answer { return cancels(p, s[0], "", "") }, 409, "moved or cancelled meanwhile"},
		"of a time that was moved meanwhile": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			book(p, s[1])
			return cancels(p, s[0], "", "")
		}, 409, "moved or cancelled meanwhile"},
		"of a time that goes on": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			p.Now = at(9, 10)
			return cancels(p, s[0], "", "")
		}, 409, "Your appointment has begun and cannot be changed any more."},
		"after the visit has begun": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			p.Now = at(8, 50)
			p.Begin()
			return cancels(p, s[0], "", "")
		}, 409, "Your appointment has begun and cannot be changed any more."},
		"for a reason of experimenters": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			return cancels(p, s[0], "technical", "")
		}, 422, "Choose a reason from the list, or write one."},
		"with a text that cannot be stored": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			return cancels(p, s[0], "ill", strings.Repeat("x", 1001))
		}, 422, "A reason may have up to 1,000 characters."},
		"without saying which": {func(p *webtest.Person, s []study.Slot) webtest.Answer {
			book(p, s[0])
			return p.Post(page.LinkPath(p.Who.Link)+"/cancel", nil)
		}, 409, "moved or cancelled meanwhile"},
	} {
		t.Run(name, func(t *testing.T) {
			p, slots := appointments(t)
			p.Wants(tt.prepare(p, slots), tt.status, tt.say)
		})
	}
}

func TestWhatTheLaboratoryDoesIsSaidOnTheLink(t *testing.T) {
	p, slots := appointments(t)
	link := page.LinkPath(p.Who.Link)
	p.WantsRedirect(book(p, slots[0]), link)
	end := func(slot study.Slot, kind study.BookingKind, why study.BookingReason) {
		t.Helper()
		p.Must(p.Store.EndBooking(t.Context(), study.Booking{Participant: p.Who.ID, Slot: slot.ID, Kind: kind, Reason: why, Why: "between us", By: p.Ada.ID, At: p.Now}))
	}
	end(slots[0], study.BookingCancelled, study.ReasonTechnical)
	a := p.Get(link)
	p.Wants(a, 200, "The people who run the study have cancelled your appointment on Friday, 20 March 2026, 09:00 UTC: something technical.")
	if strings.Contains(a.Body, "between us") {
		t.Error("the page shows what an experimenter wrote")
	}
	p.WantsRedirect(book(p, slots[1]), link)
	p.Now = at(10, 20)
	end(slots[1], study.BookingMissed, "")
	p.Wants(p.Get(link), 200, "Your appointment has passed. Please choose another time.")
	p.WantsRedirect(book(p, slots[3]), link)
	d := diary(p)
	if all := d.Appointments(); len(all) != 3 || d.State(all[1], p.Now) != study.AppointmentMissed {
		t.Errorf("that they did not come is lost: %+v", all)
	}
}

func TestWhoWalksInMayBegin(t *testing.T) {
	p, _ := appointments(t)
	p.Now = at(8, 30)
	p.Wants(p.Post(page.LinkPath(p.Who.Link)+"/begin", nil), 409, "Please choose a time.")
	slot := study.Slot{Study: p.Study, Station: "Room 9", StartsAt: p.Now, EndsAt: p.Now.Add(time.Hour)}
	_, err := p.Store.WalkIn(t.Context(), study.Booking{Participant: p.Who.ID, By: p.Ada.ID, At: p.Now}, slot, 2)
	p.Must(err)
	p.Begin()
}
