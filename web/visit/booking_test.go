package visit_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// at returns a time on the day of the sample slots.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 20, hour, minute, 0, 0, time.UTC) }

// appointments returns a participant of a study that offers slots at 9:00, 10:00 and 11:00 at one
// station, and at 10:00 at a second one. The present time is on the day before.
func appointments(t *testing.T) (*webtest.Person, []study.Slot) {
	t.Helper()
	p := webtest.NewPerson(t, studytest.Design())
	p.Now = at(9, 0).AddDate(0, 0, -1)
	var offers []study.Slot
	for _, hour := range []int{9, 10, 11} {
		offers = append(offers, study.Slot{Study: p.Study, Station: "Room 1", StartsAt: at(hour, 0), EndsAt: at(hour+1, 0)})
	}
	offers = append(offers, study.Slot{Study: p.Study, Station: "Room 2", StartsAt: at(10, 0), EndsAt: at(11, 0)})
	p.Must(p.Store.OfferSlots(t.Context(), offers, 2))
	slots, err := p.Store.Slots(t.Context(), p.Study)
	p.Must(err)
	return p, slots
}

func book(p *webtest.Person, s study.Slot) webtest.Answer {
	return p.Post(page.LinkPath(p.Who.Link)+"/appointment", url.Values{"slot": {fmt.Sprint(int64(s.ID))}})
}

// times returns the slots that the welcome page offers.
func times(p *webtest.Person) string {
	var times []string
	for _, e := range webtest.All(p.Get(page.LinkPath(p.Who.Link)).Page, "input", "name=slot") {
		times = append(times, webtest.Text(e.Parent))
	}
	return strings.Join(times, " ")
}

func TestEachFreeTimeIsOfferedOnce(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Now = at(9, 0).AddDate(0, 0, -1)
	var offers []study.Slot
	for _, s := range []struct {
		station string
		end     time.Time
	}{{"A", at(10, 0)}, {"B", at(9, 30)}, {"C", at(10, 0)}} {
		offers = append(offers, study.Slot{Study: p.Study, Station: s.station, StartsAt: at(9, 0), EndsAt: s.end})
	}
	p.Must(p.Store.OfferSlots(t.Context(), offers, 3))
	if got := times(p); strings.Count(got, "09:00 – 10:00") != 1 || strings.Count(got, "09:00 – 09:30") != 1 {
		t.Errorf("offered are %s, want each time once", got)
	}
}

func TestBookingAndChangingAnAppointment(t *testing.T) {
	p, slots := appointments(t)
	p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, "Please choose a time.")
	if got := times(p); got != "09:00 – 10:00 10:00 – 11:00 11:00 – 12:00" {
		t.Errorf("offered are %s, want each time once", got)
	}
	p.WantsRedirect(book(p, slots[0]), page.LinkPath(p.Who.Link))
	a := p.Get(page.LinkPath(p.Who.Link))
	p.Wants(a, 200, "Friday, 20 March 2026 09:00 – 10:00 UTC Station: Room 1")
	p.Wants(a, 200, "It is not yet time. Please open this same link again on Friday, 20 March, from 08:45 (UTC).")
	p.WantsRedirect(book(p, slots[3]), page.LinkPath(p.Who.Link))
	if got := times(p); got != "09:00 – 10:00 10:00 – 11:00" {
		t.Errorf("offered after the change are %s, want the first time again and not the third", got)
	}
}

func TestABookingThatCannotBe(t *testing.T) {
	tests := map[string]struct {
		prepare func(*webtest.Person, []study.Slot) study.Slot // returns the slot that the participant asks for
		status  int
		say     string
	}{
		"a time that there is not": {
			func(_ *webtest.Person, _ []study.Slot) study.Slot { return study.Slot{ID: -1} }, 404, "",
		},
		"a time that someone else took": {
			func(p *webtest.Person, s []study.Slot) study.Slot {
				_, err := p.Store.BookSlot(p.T.Context(), study.Booking{Slot: s[0].ID, Participant: p.Another(false).ID, At: p.Now})
				p.Must(err)
				return s[0]
			}, 409, "Someone else has just taken that time: please choose another one.",
		},
		"a time that has begun": {
			func(p *webtest.Person, s []study.Slot) study.Slot { p.Now = at(9, 0); return s[0] },
			409, "That time has begun already: please choose a later one.",
		},
		"another time after one's own has begun": {
			func(p *webtest.Person, s []study.Slot) study.Slot {
				p.WantsRedirect(book(p, s[0]), page.LinkPath(p.Who.Link))
				p.Now = at(9, 0)
				return s[3]
			}, 409, "Your appointment has begun and cannot be changed any more.",
		},
		"a time after the visit has begun": {
			func(p *webtest.Person, s []study.Slot) study.Slot {
				p.WantsRedirect(book(p, s[0]), page.LinkPath(p.Who.Link))
				p.Now = at(8, 50)
				p.Begin()
				return s[3]
			}, 409, "Your appointment has begun and cannot be changed any more.",
		},
		"a time of another study": {
			func(p *webtest.Person, _ []study.Slot) study.Slot {
				other := p.Lab.Study(studytest.OneTrial(), true)
				offer := study.Slot{Study: other, Station: "Room 9", StartsAt: at(9, 0), EndsAt: at(10, 0)}
				p.Must(p.Store.OfferSlots(p.T.Context(), []study.Slot{offer}, 9))
				slots, err := p.Store.Slots(p.T.Context(), other)
				p.Must(err)
				return slots[0]
			}, 404, "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, slots := appointments(t)
			p.Wants(book(p, tt.prepare(p, slots)), tt.status, tt.say)
		})
	}
}

func TestARefusedBookingOffersTheOtherTimesAtOnce(t *testing.T) {
	p, slots := appointments(t)
	taken := func(slot study.Slot) webtest.Answer {
		t.Helper()
		_, err := p.Store.BookSlot(t.Context(), study.Booking{Slot: slot.ID, Participant: p.Another(false).ID, At: p.Now})
		p.Must(err)
		a := book(p, slot)
		p.Wants(a, 409, "Someone else has just taken that time: please choose another one.")
		return a
	}
	if a := taken(slots[0]); strings.Contains(webtest.Text(a.Page), "Please choose a time.") {
		t.Errorf("the same is said twice: %s", webtest.Text(a.Page))
	}
	p.WantsRedirect(book(p, slots[1]), page.LinkPath(p.Who.Link))
	a := taken(slots[2])
	p.Wants(a, 409, "It is not yet time.")
	p.One(a.Page, "details", "open")
}

func TestABookingNeedsAChoice(t *testing.T) {
	p, _ := appointments(t)
	p.Wants(p.Post(page.LinkPath(p.Who.Link)+"/appointment", nil), 422, "Please choose a time.")
}

func TestBeginningByAppointment(t *testing.T) {
	tests := map[string]struct {
		booked bool
		pilot  bool
		now    time.Time
		say    string // empty if they may begin
	}{
		"without one":                   {false, false, at(8, 50), "Please choose a time."},
		"a minute too early":            {true, false, at(8, 44), "It is not yet time."},
		"a quarter of an hour before":   {true, false, at(8, 45), ""},
		"a little late":                 {true, false, at(9, 20), ""},
		"after it has passed":           {true, false, at(10, 0), "Your appointment has passed. Please choose another time."},
		"when there is no time left":    {true, false, at(11, 0), "There is no free time at the moment."},
		"a pilot, whenever they like":   {false, true, at(3, 0), ""},
		"a pilot with an appointment":   {true, true, at(3, 0), ""},
		"a pilot after its end, by day": {true, true, at(23, 0), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, slots := appointments(t)
			if tt.pilot {
				p.Who = p.Another(true)
			}
			if tt.booked {
				p.WantsRedirect(book(p, slots[0]), page.LinkPath(p.Who.Link))
			}
			p.Now = tt.now
			shown := p.Get(page.LinkPath(p.Who.Link))
			buttons := webtest.All(shown.Page, "form", "action="+page.LinkPath(p.Who.Link)+"/begin")
			if tt.say == "" {
				if len(buttons) != 1 {
					t.Errorf("%d buttons to begin: %s", len(buttons), webtest.Text(shown.Page))
				}
				p.Begin()
				p.Now = tt.now.AddDate(0, 0, 7)
				p.Begin() // after that they may come back at any time
				return
			}
			p.Wants(shown, 200, tt.say)
			if len(buttons) != 0 {
				t.Errorf("there is a button to begin: %s", webtest.Text(shown.Page))
			}
			a := p.Post(page.LinkPath(p.Who.Link)+"/begin", nil)
			p.Wants(a, 409, tt.say)
			if n := strings.Count(webtest.Text(a.Page), tt.say); n != 1 || len(a.Cookies()) != 0 {
				t.Errorf("said %d times, with cookies %v", n, a.Cookies())
			}
		})
	}
}

func TestAStudyThatIsNotPublishedIsNotOpen(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Study = p.Lab.Study(studytest.Design(), false)
	p.Who = p.Another(true)
	p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, "This study is not open yet.")
	p.Wants(p.Post(page.LinkPath(p.Who.Link)+"/begin", nil), 409, "This study is not open yet.")
}

func TestTheAppointmentGoesIntoACalendar(t *testing.T) {
	p, slots := appointments(t)
	path := page.LinkPath(p.Who.Link) + "/appointment.ics"
	p.Wants(p.Get(path), 404, "")
	p.WantsRedirect(book(p, slots[0]), page.LinkPath(p.Who.Link))
	first := p.Get(path)
	p.Now = p.Now.Add(time.Minute)
	p.WantsRedirect(book(p, slots[3]), page.LinkPath(p.Who.Link))
	second := p.Get(path)

	if got := first.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if !strings.Contains(first.Body, "DTSTART:20260320T090000Z\r\n") || !strings.Contains(second.Body, "DTSTART:20260320T110000Z\r\n") {
		t.Errorf("got\n%s\nthen\n%s", first.Body, second.Body)
	}
	if property(first, "UID") != property(second, "UID") || property(first, "SEQUENCE") >= property(second, "SEQUENCE") {
		t.Errorf("the change does not replace the appointment:\n%s\n%s", first.Body, second.Body)
	}
	if again := p.Get(path); property(again, "SEQUENCE") != property(second, "SEQUENCE") {
		t.Errorf("the number rises from %s to %s without a change", property(second, "SEQUENCE"), property(again, "SEQUENCE"))
	}
	if strings.Contains(property(first, "UID"), p.Who.Link) {
		t.Error("the appointment's identity tells the link")
	}
}

// property returns a line of a calendar.
func property(a webtest.Answer, name string) string {
	for line := range strings.SplitSeq(a.Body, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return value
		}
	}
	return ""
}
