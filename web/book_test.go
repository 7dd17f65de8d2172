package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studytest"
)

// at returns a time on the day of the sample slots.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 20, hour, minute, 0, 0, time.UTC) }

// appointments returns a participant of a study that offers slots at 9:00, 10:00 and 11:00 at one
// station, and at 10:00 at a second one. The present time is on the day before.
func appointments(t *testing.T) (*person, []study.Slot) {
	t.Helper()
	p := newPerson(t, studytest.Design())
	p.now = at(9, 0).AddDate(0, 0, -1)
	var offers []study.Slot
	for _, hour := range []int{9, 10, 11} {
		offers = append(offers, study.Slot{Study: p.study, Station: "Room 1", StartsAt: at(hour, 0), EndsAt: at(hour+1, 0)})
	}
	offers = append(offers, study.Slot{Study: p.study, Station: "Room 2", StartsAt: at(10, 0), EndsAt: at(11, 0)})
	p.must(p.store.OfferSlots(t.Context(), offers, 2))
	slots, err := p.store.Slots(t.Context(), p.study)
	p.must(err)
	return p, slots
}

func (p *person) book(s study.Slot) answer {
	return p.post(linkPath(p.who.Link)+"/appointment", url.Values{"slot": {fmt.Sprint(int64(s.ID))}})
}

// times returns the slots that the welcome page offers.
func (p *person) times() string {
	var times []string
	for _, e := range all(p.get(linkPath(p.who.Link)).page, "input", "name=slot") {
		times = append(times, text(e.Parent))
	}
	return strings.Join(times, " ")
}

func TestEachFreeTimeIsOfferedOnce(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.now = at(9, 0).AddDate(0, 0, -1)
	var offers []study.Slot
	for _, s := range []struct {
		station string
		end     time.Time
	}{{"A", at(10, 0)}, {"B", at(9, 30)}, {"C", at(10, 0)}} {
		offers = append(offers, study.Slot{Study: p.study, Station: s.station, StartsAt: at(9, 0), EndsAt: s.end})
	}
	p.must(p.store.OfferSlots(t.Context(), offers, 3))
	if got := p.times(); strings.Count(got, "09:00 – 10:00") != 1 || strings.Count(got, "09:00 – 09:30") != 1 {
		t.Errorf("offered are %s, want each time once", got)
	}
}

func TestBookingAndChangingAnAppointment(t *testing.T) {
	p, slots := appointments(t)
	p.wants(p.get(linkPath(p.who.Link)), 200, "Please choose a time.")
	if got := p.times(); got != "09:00 – 10:00 10:00 – 11:00 11:00 – 12:00" {
		t.Errorf("offered are %s, want each time once", got)
	}
	p.wantsRedirect(p.book(slots[0]), linkPath(p.who.Link))
	a := p.get(linkPath(p.who.Link))
	p.wants(a, 200, "Friday, 20 March 2026 09:00 – 10:00 UTC Station: Room 1")
	p.wants(a, 200, "It is not yet time. Please open this same link again on Friday, 20 March, from 08:45 (UTC).")
	p.wantsRedirect(p.book(slots[3]), linkPath(p.who.Link))
	if got := p.times(); got != "09:00 – 10:00 10:00 – 11:00" {
		t.Errorf("offered after the change are %s, want the first time again and not the third", got)
	}
}

func TestABookingThatCannotBe(t *testing.T) {
	tests := map[string]struct {
		prepare func(*person, []study.Slot) study.Slot // returns the slot that the participant asks for
		status  int
		say     string
	}{
		"a time that there is not": {
			func(_ *person, _ []study.Slot) study.Slot { return study.Slot{ID: -1} }, 404, "",
		},
		"a time that someone else took": {
			func(p *person, s []study.Slot) study.Slot {
				_, err := p.store.BookSlot(p.t.Context(), s[0].ID, p.another(false).ID, p.now)
				p.must(err)
				return s[0]
			}, 409, "Someone else has just taken that time: please choose another one.",
		},
		"a time that has begun": {
			func(p *person, s []study.Slot) study.Slot { p.now = at(9, 0); return s[0] },
			409, "That time has begun already: please choose a later one.",
		},
		"another time after one's own has begun": {
			func(p *person, s []study.Slot) study.Slot {
				p.wantsRedirect(p.book(s[0]), linkPath(p.who.Link))
				p.now = at(9, 0)
				return s[3]
			}, 409, "Your appointment has begun and cannot be changed any more.",
		},
		"a time after the visit has begun": {
			func(p *person, s []study.Slot) study.Slot {
				p.wantsRedirect(p.book(s[0]), linkPath(p.who.Link))
				p.now = at(8, 50)
				p.begin()
				return s[3]
			}, 409, "Your appointment has begun and cannot be changed any more.",
		},
		"a time of another study": {
			func(p *person, _ []study.Slot) study.Slot {
				other := p.lab.study(studytest.OneTrial(), true)
				offer := study.Slot{Study: other, Station: "Room 9", StartsAt: at(9, 0), EndsAt: at(10, 0)}
				p.must(p.store.OfferSlots(p.t.Context(), []study.Slot{offer}, 9))
				slots, err := p.store.Slots(p.t.Context(), other)
				p.must(err)
				return slots[0]
			}, 404, "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, slots := appointments(t)
			p.wants(p.book(tt.prepare(p, slots)), tt.status, tt.say)
		})
	}
}

func TestARefusedBookingOffersTheOtherTimesAtOnce(t *testing.T) {
	p, slots := appointments(t)
	taken := func(slot study.Slot) answer {
		t.Helper()
		_, err := p.store.BookSlot(t.Context(), slot.ID, p.another(false).ID, p.now)
		p.must(err)
		a := p.book(slot)
		p.wants(a, 409, "Someone else has just taken that time: please choose another one.")
		return a
	}
	if a := taken(slots[0]); strings.Contains(text(a.page), "Please choose a time.") {
		t.Errorf("the same is said twice: %s", text(a.page))
	}
	p.wantsRedirect(p.book(slots[1]), linkPath(p.who.Link))
	a := taken(slots[2])
	p.wants(a, 409, "It is not yet time.")
	p.one(a.page, "details", "open")
}

func TestABookingNeedsAChoice(t *testing.T) {
	p, _ := appointments(t)
	p.wants(p.post(linkPath(p.who.Link)+"/appointment", nil), 422, "Please choose a time.")
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
				p.who = p.another(true)
			}
			if tt.booked {
				p.wantsRedirect(p.book(slots[0]), linkPath(p.who.Link))
			}
			p.now = tt.now
			page := p.get(linkPath(p.who.Link))
			buttons := all(page.page, "form", "action="+linkPath(p.who.Link)+"/begin")
			if tt.say == "" {
				if len(buttons) != 1 {
					t.Errorf("%d buttons to begin: %s", len(buttons), text(page.page))
				}
				p.begin()
				p.now = tt.now.AddDate(0, 0, 7)
				p.begin() // after that they may come back at any time
				return
			}
			p.wants(page, 200, tt.say)
			if len(buttons) != 0 {
				t.Errorf("there is a button to begin: %s", text(page.page))
			}
			a := p.post(linkPath(p.who.Link)+"/begin", nil)
			p.wants(a, 409, tt.say)
			if n := strings.Count(text(a.page), tt.say); n != 1 || len(a.Cookies()) != 0 {
				t.Errorf("said %d times, with cookies %v", n, a.Cookies())
			}
		})
	}
}

func TestAStudyThatIsNotPublishedIsNotOpen(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.study = p.lab.study(studytest.Design(), false)
	p.who = p.another(true)
	p.wants(p.get(linkPath(p.who.Link)), 200, "This study is not open yet.")
	p.wants(p.post(linkPath(p.who.Link)+"/begin", nil), 409, "This study is not open yet.")
}

func TestTheAppointmentGoesIntoACalendar(t *testing.T) {
	p, slots := appointments(t)
	path := linkPath(p.who.Link) + "/appointment.ics"
	p.wants(p.get(path), 404, "")
	p.wantsRedirect(p.book(slots[0]), linkPath(p.who.Link))
	first := p.get(path)
	p.now = p.now.Add(time.Minute)
	p.wantsRedirect(p.book(slots[3]), linkPath(p.who.Link))
	second := p.get(path)

	if got := first.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if !strings.Contains(first.body, "DTSTART:20260320T090000Z\r\n") || !strings.Contains(second.body, "DTSTART:20260320T110000Z\r\n") {
		t.Errorf("got\n%s\nthen\n%s", first.body, second.body)
	}
	if property(first, "UID") != property(second, "UID") || property(first, "SEQUENCE") >= property(second, "SEQUENCE") {
		t.Errorf("the change does not replace the appointment:\n%s\n%s", first.body, second.body)
	}
	if strings.Contains(property(first, "UID"), p.who.Link) {
		t.Error("the appointment's identity tells the link")
	}
}

// property returns a line of a calendar.
func property(a answer, name string) string {
	for line := range strings.SplitSeq(a.body, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return value
		}
	}
	return ""
}
