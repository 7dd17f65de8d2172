package lab_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A desk is a lab whose study offers times at 9:00, 9:35 and 10:10 on the day after, to two participants. The first of them has the first time.
type desk struct {
	*webtest.Lab
	id     study.StudyID
	path   string
	people []study.Participant
	slots  []study.Slot
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	d := &desk{Lab: l, id: id, path: webtest.StudyPage(id) + "/appointments"}
	var err error
	d.people, err = l.Store.AddParticipants(t.Context(), id, false, []string{"one", "two"}, l.Now)
	l.Must(err)
	l.WantsRedirect(l.Post(d.path, webtest.Offer("2026-03-15", "09:00", "10:45", "1")), d.path)
	d.slots, err = l.Store.Slots(t.Context(), id)
	l.Must(err)
	_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: d.slots[0].ID, Participant: d.people[0].ID, At: l.Now})
	l.Must(err)
	return d
}

func (d *desk) of(i int, do string) string { return fmt.Sprintf("%s/%d%s", d.path, d.slots[i].ID, do) }

// states are what became of the appointments of somebody.
func (d *desk) states(i int) string {
	d.T.Helper()
	diary, err := d.Store.Diary(d.T.Context(), d.people[i].ID)
	d.Must(err)
	var all []string
	for _, a := range diary.Appointments() {
		all = append(all, string(diary.State(a, d.Now)))
	}
	return strings.Join(all, " ")
}

// shown is a form of the page that shows who has the first time.
func (d *desk) shown(fields url.Values) url.Values {
	form := url.Values{"participant": {number(d.people[0].ID)}}
	maps.Copy(form, fields)
	return form
}

func number(id any) string { return fmt.Sprintf("%d", id) }

func TestAnExperimenterChangesAppointments(t *testing.T) {
	for name, tt := range map[string]struct {
		hour   int // of the day of the appointments at which that is done
		path   func(*desk) string
		fields func(*desk) url.Values
		want   string // states of the appointments of the first person, and of the second
		page   string // what the list says then
	}{
		"moves one": {
			8, func(d *desk) string { return d.of(0, "/move") }, func(d *desk) url.Values {
				return url.Values{"to": {number(d.slots[2].ID)}, "ground": {"ill"}, "reason": {"flu"}}
			}, "moved due, ", "Moved by ada on 15 Mar 2026 08:10:00 UTC (Illness: flu).",
		},
		"moves one that goes on": {
			9, func(d *desk) string { return d.of(0, "/move") }, func(d *desk) url.Values {
				return url.Values{"to": {number(d.slots[2].ID)}, "ground": {"asked"}}
			}, "moved due, ", "Moved by ada on 15 Mar 2026 09:10:00 UTC (The participant asked for it).",
		},
		"cancels one": {
			8, func(d *desk) string { return d.of(0, "/cancel") }, func(d *desk) url.Values { return url.Values{"reason": {"the room is closed"}} },
			"cancelled, ", "Cancelled by ada on 15 Mar 2026 08:10:00 UTC (the room is closed).",
		},
		"says that somebody did not come": {
			9, func(d *desk) string { return d.of(0, "/missed") }, func(d *desk) url.Values { return nil }, "missed, ", "did not come",
		},
		"gives a free one to somebody": {
			8, func(d *desk) string { return d.of(1, "/assign") }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}} }, "due, due", "P002",
		},
		"gives one that goes on to somebody": {
			9, func(d *desk) string { return d.path + "/walk-in" }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}, "station": {"2"}} }, "due, due", "now",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.Now = time.Date(2026, 3, 15, tt.hour, 10, 0, 0, time.UTC)
			signInNow(d.Lab)
			d.WantsRedirect(d.Post(tt.path(d), d.shown(tt.fields(d))), d.path)
			if got := d.states(0) + ", " + d.states(1); got != tt.want {
				t.Errorf("their appointments are %q, want %q", got, tt.want)
			}
			d.Wants(d.Get(d.path), 200, tt.page)
		})
	}
}

func TestWhatCannotBeDoneWithAnAppointmentIsSaidOnItsPage(t *testing.T) {
	for name, tt := range map[string]struct {
		hour   int
		path   func(*desk) string
		fields func(*desk) url.Values
		status int
		say    string
	}{
		"a move without a reason":          {8, func(d *desk) string { return d.of(0, "/move") }, func(d *desk) url.Values { return url.Values{"to": {number(d.slots[2].ID)}} }, 422, "A reason is needed: choose one, or write one."},
		"a move to nowhere":                {8, func(d *desk) string { return d.of(0, "/move") }, func(d *desk) url.Values { return url.Values{"ground": {"ill"}} }, 422, "Choose one from the list."},
		"a cancellation without a reason":  {8, func(d *desk) string { return d.of(0, "/cancel") }, func(d *desk) url.Values { return nil }, 422, "A reason is needed: choose one, or write one."},
		"a cancellation of a free time":    {8, func(d *desk) string { return d.of(1, "/cancel") }, func(d *desk) url.Values { return url.Values{"ground": {"ill"}} }, 409, "Nobody has this time any more: it was moved or cancelled meanwhile."},
		"missed before it begins":          {8, func(d *desk) string { return d.of(0, "/missed") }, func(d *desk) url.Values { return nil }, 409, "This appointment has not begun, so nobody can have missed it. Cancel it instead."},
		"a time that somebody has":         {8, func(d *desk) string { return d.of(0, "/assign") }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}} }, 409, "Someone else has just taken that time: please choose another one."},
		"a time for nobody":                {8, func(d *desk) string { return d.of(1, "/assign") }, func(d *desk) url.Values { return nil }, 422, "Choose one from the list."},
		"a time that is over":              {11, func(d *desk) string { return d.of(1, "/assign") }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}} }, 409, "That time has begun already: please choose a later one."},
		"a time that there is not":         {8, func(d *desk) string { return d.path + "/4711/cancel" }, func(d *desk) url.Values { return nil }, 404, "This time is not on offer any more."},
		"somebody walks in where one sits": {9, func(d *desk) string { return d.path + "/walk-in" }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}, "station": {"1"}} }, 409, "Someone else has just taken that time: please choose another one."},
		"somebody walks in nowhere":        {9, func(d *desk) string { return d.path + "/walk-in" }, func(d *desk) url.Values { return url.Values{"who": {number(d.people[1].ID)}} }, 422, "Name the place in 1 to 40 characters."},
		"nobody walks in":                  {9, func(d *desk) string { return d.path + "/walk-in" }, func(d *desk) url.Values { return url.Values{"station": {"2"}} }, 422, "Choose one from the list."},
		"a notice of words":                {8, func(d *desk) string { return d.path + "/rules" }, func(d *desk) url.Values { return url.Values{"notice": {"a day"}} }, 422, "Participants may move and cancel until a number of hours before."},
		"a notice of a month":              {8, func(d *desk) string { return d.path + "/rules" }, func(d *desk) url.Values { return url.Values{"notice": {"720"}} }, 422, "Participants may move and cancel until 0 to 336 hours before."},
		"an address that is none":          {8, func(d *desk) string { return d.path + "/rules" }, func(d *desk) url.Values { return url.Values{"mail": {"ada"}} }, 422, "“ada” is no address for mail: write it as in ada@example.org."},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.Now = time.Date(2026, 3, 15, tt.hour, 10, 0, 0, time.UTC)
			signInNow(d.Lab)
			before := d.states(0) + d.states(1)
			a := d.Post(tt.path(d), d.shown(tt.fields(d)))
			d.Wants(a, tt.status, tt.say)
			if d.One(a.Page, "p", "role=alert"); d.states(0)+d.states(1) != before {
				t.Errorf("something was changed: %s", d.states(0)+d.states(1))
			}
		})
	}
}

func TestNothingIsDoneToSomebodyElseThanThePageShowed(t *testing.T) {
	for _, do := range []string{"/move", "/cancel", "/missed"} {
		d := newDesk(t)
		d.Now = time.Date(2026, 3, 15, 9, 10, 0, 0, time.UTC)
		signInNow(d.Lab)
		field := d.One(d.Get(d.of(0, "")).Page, "input", "name=participant")
		if got := webtest.Attr(field, "value"); got != number(d.people[0].ID) {
			t.Fatalf("the page is about participant %s, want the first", got)
		}
		for i, slot := range []int{2, 0} { // meanwhile the first person moves on, and the second takes their place
			_, err := d.Store.BookSlot(t.Context(), study.Booking{Slot: d.slots[slot].ID, Participant: d.people[i].ID, By: d.Ada.ID, Reason: study.ReasonAsked, At: d.Now})
			d.Must(err)
		}
		form := d.shown(url.Values{"to": {number(d.slots[1].ID)}, "ground": {"ill"}})
		d.Wants(d.Post(d.of(0, do), form), 409, "Somebody else has this time now: it was moved or cancelled meanwhile.")
		if got := d.states(0) + ", " + d.states(1); got != "moved due, due" {
			t.Errorf("%s: their appointments are %q", do, got)
		}
	}
}

func TestWhereNoTimesAreOfferedNobodyNeedsOne(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one"}, l.Now)
	l.Must(err)
	path := webtest.StudyPage(id) + "/appointments"
	if forms := webtest.All(l.Get(path).Page, "form", "action="+path+"/walk-in"); len(forms) > 0 {
		t.Error("a study without times has a form for who comes without one")
	}
	l.Wants(l.Post(path+"/walk-in", url.Values{"who": {number(people[0].ID)}, "station": {"2"}}), 409, "they can simply begin, with their personal link.")
	l.WantsRedirect(l.Post(path, webtest.Offer("2026-03-15", "09:00", "10:45", "1")), path)
	l.One(l.Get(path).Page, "form", "action="+path+"/walk-in")
}

func TestThePageOfATimeOffersWhatCanBeDone(t *testing.T) {
	d := newDesk(t)
	has := func(i int, want ...string) {
		t.Helper()
		var got []string
		for _, b := range webtest.All(webtest.All(d.Get(d.of(i, "")).Page, "main", "")[0], "button", "") {
			if text := webtest.Text(b); text != "" {
				got = append(got, text)
			}
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("buttons %q, want %q", got, want)
		}
	}
	has(0, "Move it there", "Cancel it")
	has(1, "Give it to them", "Take this time back")
	d.Now = time.Date(2026, 3, 15, 9, 10, 0, 0, time.UTC)
	signInNow(d.Lab)
	has(0, "Move it there", "Cancel it", "They did not come")
	_, err := d.Store.StartSession(t.Context(), d.people[0].ID, d.Now)
	d.Must(err)
	has(0)
	d.Wants(d.Get(d.of(0, "")), 200, "came")
	d.Wants(d.Get(webtest.StudyPage(d.id)+"/participants/"+number(d.people[0].ID)), 200, "Sun 15 Mar 09:00 UTC, 1 came Booked by the participant on 14 Mar 2026 12:00:00 UTC.")
	d.Wants(d.Get(d.path+"/4711"), 404, "")
}

func TestHowParticipantsDealWithAppointmentsIsKept(t *testing.T) {
	d := newDesk(t)
	d.WantsRedirect(d.Post(d.path+"/rules", url.Values{"notice": {"24"}, "contact": {"Ada, room 12"}, "mail": {"ada@example.org"}}), d.path+"#rules")
	a := d.Get(d.path)
	for id, want := range map[string]string{"name=notice": "24", "name=contact": "Ada, room 12", "name=mail": "ada@example.org"} {
		if got := webtest.Attr(d.One(a.Page, "input", id), "value"); got != want {
			t.Errorf("the form has %s %q, want %q", id, got, want)
		}
	}
}
