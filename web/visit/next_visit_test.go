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

// saturday is a time on the day of the first visit, sunday one on the day after.
func saturday(hour, minute int) time.Time {
	return time.Date(2026, 3, 14, hour, minute, 0, 0, time.UTC)
}

func sunday(hour, minute int) time.Time { return saturday(hour, minute).AddDate(0, 0, 1) }

// betweenVisits returns somebody who came at noon to the first of two visits, has done it, and may come back a day later; with the times on offer: that of the
// first visit, one in the afternoon, and two on the next day, of which only the second lies late enough.
func betweenVisits(t *testing.T) (*webtest.Person, []study.Slot) {
	t.Helper()
	return betweenVisitsOf(t, 24*time.Hour, saturday(12, 0), saturday(15, 0), sunday(8, 0), sunday(14, 0))
}

// betweenVisitsOf is betweenVisits of a study whose visits are so far apart, with other times on offer.
func betweenVisitsOf(t *testing.T, apart time.Duration, times ...time.Time) (*webtest.Person, []study.Slot) {
	t.Helper()
	d := studytest.Design()
	d.Visits = []study.Visit{{After: 2, Apart: apart}}
	p := webtest.NewPerson(t, d)
	p.Now = saturday(8, 0)
	var offers []study.Slot
	for _, from := range times {
		offers = append(offers, study.Slot{Study: p.Study, Station: "Room 1", StartsAt: from, EndsAt: from.Add(time.Hour)})
	}
	p.Must(p.Store.OfferSlots(t.Context(), offers, 2))
	slots, err := p.Store.Slots(t.Context(), p.Study)
	p.Must(err)
	p.WantsRedirect(book(p, slots[0]), page.LinkPath(p.Who.Link))
	p.Now = saturday(12, 0)
	p.Begin()
	p.Walk(study.StepReturn, nil)
	return p, slots
}

// comesBack continues between two visits.
func comesBack(p *webtest.Person) webtest.Answer {
	x := p.Session()
	return p.Post(p.Visit()+"/continue", url.Values{"trial": {fmt.Sprint(int64(x.Trials[x.Step().Trial].ID))}})
}

func TestWhoComesTwiceBooksTheSecondVisit(t *testing.T) {
	p, slots := betweenVisits(t)
	link := page.LinkPath(p.Who.Link)
	a := p.Get(p.Visit())
	p.Wants(a, 200, "Choose a time for your next visit")
	choices := webtest.All(a.Page, "input", "name=slot")
	if len(choices) != 1 || !strings.Contains(webtest.Text(choices[0].Parent), "14:00 – 15:00") {
		t.Fatalf("offered are %d times, want the one from which on they may come back: %s", len(choices), webtest.Text(a.Page))
	}
	first := p.Get(link + "/appointment.ics")
	p.Wants(first, 404, "")
	p.Wants(book(p, slots[1]), 409, "That time is too early for the next visit.")
	p.WantsRedirect(book(p, slots[3]), link)
	p.Wants(p.Get(link), 200, "Your next visit Sunday, 15 March 2026 14:00 – 15:00")
	p.Wants(p.Get(link), 200, "Continue")
	p.Wants(p.Get(p.Visit()), 200, "You can move or cancel it until it begins.")
	ics := p.Get(link + "/appointment.ics").Body
	if !strings.Contains(ics, "-2@vmstudy") || !strings.Contains(ics, "DTSTART:20260315T140000Z") {
		t.Errorf("the entry of the second visit is %s", ics)
	}
	p.WantsRedirect(cancels(p, slots[3], "ill", ""), link)
	p.Wants(p.Get(p.Visit()), 200, "You have cancelled your appointment on Sunday, 15 March 2026, 14:00 UTC.")
	p.WantsRedirect(book(p, slots[3]), link)

	p.Now = sunday(13, 0) // they could come back, and their appointment is an hour later
	p.Wants(p.Get(p.Visit()), 200, "It is not yet time. Please open this same link again on Sunday, 15 March, from 13:45 (UTC).")
	p.Wants(comesBack(p), 409, "It is not yet time.")
	p.Now = sunday(13, 50)
	p.Wants(p.Get(p.Visit()), 200, "Your next visit can begin now.")
	p.WantsRedirect(comesBack(p), p.Visit())
	p.Wants(cancels(p, slots[3], "ill", ""), 409, "has begun and cannot be changed")
	d := diary(p)
	for i, want := range []study.AppointmentState{study.AppointmentKept, study.AppointmentCancelled, study.AppointmentKept} {
		if got := d.State(d.Appointments()[i], p.Now); got != want {
			t.Errorf("appointment %d is %s, want %s", i+1, got, want)
		}
	}
	p.Wants(p.Walk(study.StepEnd, nil), 200, "Thank you")
}

func TestWhoComesTwiceNeedsAnAppointmentForTheSecondVisitAsForTheFirst(t *testing.T) {
	p, slots := betweenVisits(t)
	p.Now = sunday(13, 0)
	p.Wants(p.Get(p.Visit()), 200, "Please choose a time.")
	p.Wants(comesBack(p), 409, "Please choose a time.")
	_, err := p.Store.WalkIn(t.Context(), study.Booking{Participant: p.Who.ID, By: p.Ada.ID, At: p.Now},
		study.Slot{Study: p.Study, Station: "Room 9", StartsAt: p.Now, EndsAt: p.Now.Add(time.Hour)}, 2)
	p.Must(err)
	p.WantsRedirect(comesBack(p), p.Visit())
	if has, err := p.Store.Slots(t.Context(), p.Study); err != nil || has[0].Participant != p.Who.ID || has[0].ID != slots[0].ID {
		t.Errorf("the time of the first visit is %+v, %v", has[0], err)
	}
}

func TestTimesForTheFirstDayOnlyStopNobody(t *testing.T) {
	p, _ := betweenVisitsOf(t, 24*time.Hour, saturday(12, 0), saturday(15, 0))
	p.Wants(p.Get(p.Visit()), 200, "No times are offered for it yet. Please look here again before you come")
	p.Now = sunday(12, 30)
	p.Wants(p.Get(p.Visit()), 200, "Your next visit can begin now.")
	p.WantsRedirect(comesBack(p), p.Visit())
}

func TestWhoWaitsForTheNextVisitReadsThatItNeedsAnAppointment(t *testing.T) {
	p, slots := betweenVisits(t)
	a := p.Get(p.Visit())
	p.Wants(a, 200, "Your next visit can begin on")
	p.Wants(a, 200, "Please choose a time.")
	_, err := p.Store.BookSlot(t.Context(), study.Booking{Slot: slots[3].ID, Participant: p.Another(false).ID, At: p.Now})
	p.Must(err)
	p.Wants(p.Get(p.Visit()), 200, "There is no free time at the moment. Please ask the person who gave you this link.")
	p.Now = sunday(15, 0) // that time has passed, and was nevertheless one for such a visit
	p.Wants(comesBack(p), 409, "There is no free time at the moment.")
}

func TestVisitsThatFollowEachOtherNeedOneAppointment(t *testing.T) {
	p, slots := betweenVisitsOf(t, 0, saturday(12, 0), sunday(14, 0))
	p.Now = saturday(13, 0) // their appointment is over
	p.Wants(p.Get(p.Visit()), 200, "Please choose a time.")
	p.Wants(comesBack(p), 409, "Please choose a time.")
	p.Now = saturday(12, 59)
	p.Wants(p.Get(p.Visit()), 200, "Your next visit can begin now.")
	p.WantsRedirect(book(p, slots[1]), page.LinkPath(p.Who.Link))
	p.Wants(comesBack(p), 409, "It is not yet time.")
	p.WantsRedirect(cancels(p, slots[1], "ill", ""), page.LinkPath(p.Who.Link))
	p.Wants(comesBack(p), 409, "Please choose a time.")
}

func TestNobodyBooksInAnArchivedStudy(t *testing.T) {
	p, slots := betweenVisits(t)
	for _, state := range []study.StudyState{study.StudyClosed, study.StudyArchived} {
		p.Must(p.Store.SetState(t.Context(), p.Study, study.Openness{State: state, At: p.Now}))
	}
	p.Wants(book(p, slots[3]), 409, "")
	if d := diary(p); len(d.Facts) != 1 {
		t.Errorf("on record are %+v", d.Facts)
	}
}

func TestAClosedStudyLetsWhoHasBegunBookTheNextVisit(t *testing.T) {
	p, slots := betweenVisits(t)
	p.Must(p.Store.SetState(t.Context(), p.Study, study.Openness{State: study.StudyClosed, At: p.Now}))
	p.WantsRedirect(book(p, slots[3]), page.LinkPath(p.Who.Link))
	p.Wants(asAda(p, fmt.Sprintf("/lab/studies/%d", p.Study)), 200, "One visit that had begun can still be finished.")
	if say := asAda(p, fmt.Sprintf("/lab/studies/%d", p.Study)).Body; strings.Contains(say, "need not come") {
		t.Error("the laboratory is told to send away who has begun")
	}
}

func TestTheLaboratorySeesForWhichVisitAnAppointmentIs(t *testing.T) {
	p, slots := betweenVisits(t)
	list := fmt.Sprintf("/lab/studies/%d/", p.Study)
	slot := fmt.Sprintf("%sappointments/%d", list, slots[3].ID)
	p.Wants(asAda(p, list+"participants"), 200, "visit 2 of 2")
	p.Wants(asAda(p, slot), 200, p.Who.Code+", visit 2 of 2")
	p.WantsRedirect(book(p, slots[3]), page.LinkPath(p.Who.Link))
	p.Wants(asAda(p, list+"participants"), 200, "Sun 15 Mar 14:00 UTC, Room 1, visit 2 of 2")
	p.Wants(asAda(p, list+"appointments"), 200, "came, visit 1 of 2")
	p.Wants(asAda(p, list+"appointments"), 200, "to come, visit 2 of 2")
	p.Wants(asAda(p, slot), 200, "has this time for visit 2 of 2")
	p.Wants(asAda(p, fmt.Sprintf("%sappointments/%d", list, slots[0].ID)), 200, "has this time for visit 1 of 2")
	p.Wants(asAda(p, "/lab/day?date=2026-03-14"), 200, "came visit 1 of 2")
	p.Wants(asAda(p, "/lab/day?date=2026-03-15"), 200, "has an appointment visit 2 of 2")
	p.Wants(asAda(p, fmt.Sprintf("%sparticipants/%d", list, p.Who.ID)), 200, "Room 1, visit 2 of 2")
}
