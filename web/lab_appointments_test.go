package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"vmstudy/study"
	"vmstudy/studytest"
)

func offer(date, from, to, station string) url.Values {
	return url.Values{"date": {date}, "from": {from}, "to": {to}, "station": {station}}
}

func TestAsManyAppointmentsAreOfferedAsFit(t *testing.T) {
	l := newLab(t)
	d := studytest.Design()
	id := l.study(d, true)
	path := studyPath(id) + "/appointments"
	l.wantsRedirect(l.post(path, offer("2026-03-20", "09:00", "11:00", "Room 1")), path)

	slots, err := l.store.Slots(t.Context(), id)
	l.must(err)
	length := appointmentLength(d)
	if length < d.Estimate()+d.SetUp || length%(5*time.Minute) != 0 {
		t.Errorf("an appointment of %v for a session of %v and %v of set-up", length, d.Estimate(), d.SetUp)
	}
	if want := int(2 * time.Hour / length); len(slots) != want {
		t.Fatalf("%d slots of %v, want %d", len(slots), length, want)
	}
	next := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	for _, s := range slots {
		if !s.StartsAt.Equal(next) || !s.EndsAt.Equal(next.Add(length)) {
			t.Errorf("slot %v to %v, want %v and %v long", s.StartsAt, s.EndsAt, next, length)
		}
		next = s.EndsAt
	}
	l.wants(l.get(path), 200, "Friday, 20 March 2026")
}

func TestANightWithSummerTimeIsAnHourShorter(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t)
	l.now = l.now.In(berlin)
	id := l.study(studytest.OneTrial(), true)
	slots, bad := l.server.readOffer(offer("2026-03-29", "00:00", "05:00", "1"), study.Study{ID: id, Draft: studytest.OneTrial()})
	if want := int(4 * time.Hour / appointmentLength(studytest.OneTrial())); len(bad) != 0 || len(slots) != want {
		t.Errorf("%d slots and faults %v, want %d slots in the four hours of that night", len(slots), bad, want)
	}
}

func TestTimesThatCannotBeOfferedAreSaidBesideTheirField(t *testing.T) {
	l := newLab(t)
	path := studyPath(l.study(studytest.Design(), true)) + "/appointments"
	for name, tt := range map[string]struct {
		fields     url.Values
		field, say string
	}{
		"no date":                  {offer("", "09:00", "11:00", "1"), "date", "This is not a date: write it as in 2026-03-31."},
		"a date that is none":      {offer("2026-02-30", "09:00", "11:00", "1"), "date", "This is not a date: write it as in 2026-03-31."},
		"a time that is none":      {offer("2026-03-20", "9 o'clock", "11:00", "1"), "from", "This is not a time: write it as in 14:30."},
		"an end that is none":      {offer("2026-03-20", "09:00", "25:00", "1"), "to", "This is not a time: write it as in 14:30."},
		"the past":                 {offer("2026-03-14", "11:00", "18:00", "1"), "from", "This time has passed."},
		"too short for one":        {offer("2026-03-20", "09:00", "09:30", "1"), "to", "No appointment of 35 minutes fits in before 09:30."},
		"an end before it begins":  {offer("2026-03-20", "11:00", "09:00", "1"), "to", "No appointment of 35 minutes fits in before 09:00."},
		"nowhere":                  {offer("2026-03-20", "09:00", "11:00", ""), "station", "Name the place in 1 to 40 characters."},
		"a station out of nothing": {offer("2026-03-20", "09:00", "11:00", "\x00"), "station", "Name the place in 1 to 40 characters."},
	} {
		t.Run(name, func(t *testing.T) {
			a := l.post(path, tt.fields)
			l.wants(a, 422, "Some of these times cannot be offered.")
			if got := text(l.one(a.page, "p", "id="+tt.field+"-error")); got != tt.say {
				t.Errorf("beside %s it says %q, want %q", tt.field, got, tt.say)
			}
			if got := attr(l.one(a.page, "input", "id=from"), "value"); got != tt.fields.Get("from") {
				t.Errorf("what was typed, %q, became %q", tt.fields.Get("from"), got)
			}
		})
	}
}

func TestMoreThanTheMachinesAreAConflictInWords(t *testing.T) {
	l := newLab(t)
	path := studyPath(l.study(studytest.Design(), true)) + "/appointments"
	l.wantsRedirect(l.post(path, offer("2026-03-20", "09:00", "11:00", "1")), path)
	l.wants(l.post(path, offer("2026-03-20", "10:00", "11:00", "1")), 409, "")
	l.wantsRedirect(l.post(path, offer("2026-03-20", "09:00", "11:00", "2")), path)
	a := l.post(path, offer("2026-03-20", "09:00", "11:00", "3")) // the lab has two machines
	l.wants(a, 409, "")
	if say := text(l.one(a.page, "p", "role=alert")); !strings.HasSuffix(say, ".") || strings.Contains(say, "conflict") {
		t.Errorf("it says %q, want a sentence", say)
	}
	if got := attr(l.one(a.page, "input", "id=station"), "value"); got != "3" {
		t.Errorf("what was typed became %q", got)
	}
}

func TestOnlyFreeTimesAreRemoved(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), true)
	people, err := l.store.AddParticipants(t.Context(), id, false, []string{"link"}, l.now)
	l.must(err)
	path := studyPath(id) + "/appointments"
	l.post(path, offer("2026-03-20", "09:00", "11:00", "1"))
	slots, err := l.store.Slots(t.Context(), id)
	l.must(err)
	_, err = l.store.BookSlot(t.Context(), slots[0].ID, people[0].ID, l.now)
	l.must(err)

	refused := l.post(fmt.Sprintf("%s/%d/remove", path, slots[0].ID), nil)
	l.wants(refused, 409, "")
	l.one(refused.page, "form", "class=offer") // the page with the slots says it
	l.wantsRedirect(l.post(fmt.Sprintf("%s/%d/remove", path, slots[1].ID), nil), path)
	l.wants(l.post(fmt.Sprintf("%s/%d/remove", path, slots[1].ID), nil), 404, "This time is not on offer any more.")
	left, err := l.store.Slots(t.Context(), id)
	l.must(err)
	if len(left) != len(slots)-1 {
		t.Errorf("%d times are left of %d, want one less", len(left), len(slots))
	}
	l.wants(l.get(studyPath(id)+"/participants"), 200, "Fri 20 Mar 09:00 UTC, 1")
}

func TestADayShowsTheTimesOfAllStudies(t *testing.T) {
	l := newLab(t)
	one, two := l.study(studytest.Design(), true), l.study(studytest.OneTrial(), true)
	l.post(studyPath(one)+"/appointments", offer("2026-03-20", "09:00", "09:40", "1"))
	l.post(studyPath(two)+"/appointments", offer("2026-03-20", "09:00", "09:08", "2"))
	l.post(studyPath(two)+"/appointments", offer("2026-03-21", "09:00", "09:08", "2"))
	a := l.get("/lab/day?date=2026-03-20")
	rows := text(l.one(a.page, "tbody", ""))
	if len(all(a.page, "tr", "")) != 3 || !strings.Contains(rows, studytest.Design().Name()) || !strings.Contains(rows, studytest.OneTrial().Name()) {
		t.Errorf("the day shows %s, want one time of each study", rows)
	}
	l.wants(l.get("/lab/day"), 200, "Saturday, 14 March 2026")
	l.wants(l.get("/lab/day?date=tomorrow"), 422, "“tomorrow” is not a date: write it as in 2026-03-31.")
}
