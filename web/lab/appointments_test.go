package lab_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"vmstudy/internal/webtest"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

func TestAsManyAppointmentsAreOfferedAsFit(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	id := l.Study(d, true)
	path := webtest.StudyPage(id) + "/appointments"
	l.WantsRedirect(l.Post(path, webtest.Offer("2026-03-20", "09:00", "11:00", "Room 1")), path)

	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	length := lab.AppointmentLength(d)
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
	l.Wants(l.Get(path), 200, "Friday, 20 March 2026")
}

func TestANightWithSummerTimeIsAnHourShorter(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := webtest.NewLab(t)
	l.Now = l.Now.In(berlin)
	id := l.Study(studytest.OneTrial(), true)
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/appointments", webtest.Offer("2026-03-29", "00:00", "05:00", "1")), webtest.StudyPage(id)+"/appointments")
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	if want := int(4 * time.Hour / lab.AppointmentLength(studytest.OneTrial())); len(slots) != want {
		t.Errorf("%d slots, want %d in the four hours of that night", len(slots), want)
	}
}

func TestTimesThatCannotBeOfferedAreSaidBesideTheirField(t *testing.T) {
	l := webtest.NewLab(t)
	path := webtest.StudyPage(l.Study(studytest.Design(), true)) + "/appointments"
	for name, tt := range map[string]struct {
		fields     url.Values
		field, say string
	}{
		"no date":                  {webtest.Offer("", "09:00", "11:00", "1"), "date", "This is not a date: write it as in 2026-03-31."},
		"a date that is none":      {webtest.Offer("2026-02-30", "09:00", "11:00", "1"), "date", "This is not a date: write it as in 2026-03-31."},
		"a time that is none":      {webtest.Offer("2026-03-20", "9 o'clock", "11:00", "1"), "from", "This is not a time: write it as in 14:30."},
		"an end that is none":      {webtest.Offer("2026-03-20", "09:00", "25:00", "1"), "to", "This is not a time: write it as in 14:30."},
		"the past":                 {webtest.Offer("2026-03-14", "11:00", "18:00", "1"), "from", "This time has passed."},
		"too short for one":        {webtest.Offer("2026-03-20", "09:00", "09:30", "1"), "to", "No appointment of 35 minutes fits in before 09:30."},
		"an end before it begins":  {webtest.Offer("2026-03-20", "11:00", "09:00", "1"), "to", "No appointment of 35 minutes fits in before 09:00."},
		"nowhere":                  {webtest.Offer("2026-03-20", "09:00", "11:00", ""), "station", "Name the place in 1 to 40 characters."},
		"a station out of nothing": {webtest.Offer("2026-03-20", "09:00", "11:00", "\x00"), "station", "Name the place in 1 to 40 characters."},
	} {
		t.Run(name, func(t *testing.T) {
			a := l.Post(path, tt.fields)
			l.Wants(a, 422, "Some of these times cannot be offered.")
			if got := webtest.Text(l.One(a.Page, "p", "id="+tt.field+"-error")); got != tt.say {
				t.Errorf("beside %s it says %q, want %q", tt.field, got, tt.say)
			}
			if got := webtest.Attr(l.One(a.Page, "input", "id=from"), "value"); got != tt.fields.Get("from") {
				t.Errorf("what was typed, %q, became %q", tt.fields.Get("from"), got)
			}
		})
	}
}

func TestMoreThanTheMachinesAreAConflictInWords(t *testing.T) {
	l := webtest.NewLab(t)
	path := webtest.StudyPage(l.Study(studytest.Design(), true)) + "/appointments"
	l.WantsRedirect(l.Post(path, webtest.Offer("2026-03-20", "09:00", "11:00", "1")), path)
	l.Wants(l.Post(path, webtest.Offer("2026-03-20", "10:00", "11:00", "1")), 409, "")
	l.WantsRedirect(l.Post(path, webtest.Offer("2026-03-20", "09:00", "11:00", "2")), path)
	a := l.Post(path, webtest.Offer("2026-03-20", "09:00", "11:00", "3")) // the lab has two machines
	l.Wants(a, 409, "")
	if say := webtest.Text(l.One(a.Page, "p", "role=alert")); !strings.HasSuffix(say, ".") || strings.Contains(say, "conflict") {
		t.Errorf("it says %q, want a sentence", say)
	}
	if got := webtest.Attr(l.One(a.Page, "input", "id=station"), "value"); got != "3" {
		t.Errorf("what was typed became %q", got)
	}
}

func TestOnlyFreeTimesAreRemoved(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"link"}, l.Now)
	l.Must(err)
	path := webtest.StudyPage(id) + "/appointments"
	l.Post(path, webtest.Offer("2026-03-20", "09:00", "11:00", "1"))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	_, err = l.Store.BookSlot(t.Context(), slots[0].ID, people[0].ID, l.Now)
	l.Must(err)

	refused := l.Post(fmt.Sprintf("%s/%d/remove", path, slots[0].ID), nil)
	l.Wants(refused, 409, "")
	l.One(refused.Page, "form", "class=offer") // the page with the slots says it
	l.WantsRedirect(l.Post(fmt.Sprintf("%s/%d/remove", path, slots[1].ID), nil), path)
	l.Wants(l.Post(fmt.Sprintf("%s/%d/remove", path, slots[1].ID), nil), 404, "This time is not on offer any more.")
	left, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	if len(left) != len(slots)-1 {
		t.Errorf("%d times are left of %d, want one less", len(left), len(slots))
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/participants"), 200, "Fri 20 Mar 09:00 UTC, 1")
}

func TestADayShowsTheTimesOfAllStudies(t *testing.T) {
	l := webtest.NewLab(t)
	one, two := l.Study(studytest.Design(), true), l.Study(studytest.OneTrial(), true)
	l.Post(webtest.StudyPage(one)+"/appointments", webtest.Offer("2026-03-20", "09:00", "09:40", "1"))
	l.Post(webtest.StudyPage(two)+"/appointments", webtest.Offer("2026-03-20", "09:00", "09:08", "2"))
	l.Post(webtest.StudyPage(two)+"/appointments", webtest.Offer("2026-03-21", "09:00", "09:08", "2"))
	a := l.Get("/lab/day?date=2026-03-20")
	rows := webtest.Text(l.One(a.Page, "tbody", ""))
	if len(webtest.All(a.Page, "tr", "")) != 3 || !strings.Contains(rows, studytest.Design().Name()) || !strings.Contains(rows, studytest.OneTrial().Name()) {
		t.Errorf("the day shows %s, want one time of each study", rows)
	}
	l.Wants(l.Get("/lab/day"), 200, "Saturday, 14 March 2026")
	l.Wants(l.Get("/lab/day?date=tomorrow"), 422, "“tomorrow” is not a date: write it as in 2026-03-31.")
}
