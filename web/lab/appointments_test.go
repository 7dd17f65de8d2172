package lab_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"vmstudy/internal/webtest"
	"vmstudy/study"
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

// with returns a form with one more field.
func with(form url.Values, field, value string) url.Values {
	form.Add(field, value)
	return form
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
		"the past":                 {webtest.Offer("2026-03-13", "11:00", "18:00", "1"), "from", "This time has passed."},
		"too short for one":        {webtest.Offer("2026-03-20", "09:00", "09:30", "1"), "to", "No appointment of 35 minutes fits in before 09:30."},
		"an end before it begins":  {webtest.Offer("2026-03-20", "11:00", "09:00", "1"), "to", "No appointment of 35 minutes fits in before 09:00."},
		"a last day before it":     {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "until", "2026-03-19"), "until", "The last day must not lie before the first, 2026-03-20."},
		"a last day that is none":  {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "until", "soon"), "until", "This is not a date: write it as in 2026-03-31."},
		"two years":                {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "until", "2028-03-19"), "until", "A rule may reach over 366 days, not 731."},
		"more times than are good": {with(webtest.Offer("2026-03-20", "00:00", "23:59", "1"), "until", "2026-12-20"), "until", "These are more than 500 times: offer them in several steps."},
		"no day of the week":       {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "weekday", "1"), "weekday", "None of the days from 2026-03-20 to 2026-03-20 is one of these and not left out."},
		"an eighth day of a week":  {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "weekday", "7"), "weekday", "Choose days of the week."},
		"a holiday that is none":   {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "without", "Easter"), "without", "“Easter” is not a date: write it as in 2026-03-31."},
		"a second part before it":  {with(with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "from2", "10:00"), "to2", "12:00"), "from2", "The second part of the day begins at 11:00 or later, when the first has ended."},
		"half a second part":       {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "from2", "13:00"), "to2", "This is not a time: write it as in 14:30."},
		"a gap of words":           {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "gap", "some"), "gap", "This is not a number of one or more."},
		"a gap of a day":           {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "gap", "1440"), "gap", "A gap is from 0 to 240 minutes."},
		"less than none a day":     {with(webtest.Offer("2026-03-20", "09:00", "11:00", "1"), "most", "-1"), "most", "This is not a number of one or more."},
		"a station twice":          {webtest.Offer("2026-03-20", "09:00", "11:00", "1, 2, 1"), "station", "The station “1” is there twice."},
		"nowhere":                  {webtest.Offer("2026-03-20", "09:00", "11:00", ""), "station", "Name the place in 1 to 40 characters."},
		"a station out of nothing": {webtest.Offer("2026-03-20", "09:00", "11:00", "\x00"), "station", "Name the place in 1 to 40 characters."},
	} {
		t.Run(name, func(t *testing.T) {
			asked := l.Get(path + "?" + tt.fields.Encode())
			l.Wants(asked, 422, tt.say)
			if len(webtest.All(asked.Page, "section", "id=offered")) > 0 {
				t.Errorf("times are shown: %s", webtest.Text(asked.Page))
			}
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
	_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[0].ID, At: l.Now})
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

// fortnight is a rule for Mondays and Wednesdays of two weeks, at two stations, before and after noon, without a holiday.
func fortnight() url.Values {
	return url.Values{
		"date": {"2026-03-16"}, "until": {"2026-03-29"}, "weekday": {"1", "3"}, "from": {"11:00"}, "to": {"12:00"}, "from2": {"13:00"}, "to2": {"14:30"},
		"station": {"1, 2"}, "gap": {"10"}, "most": {"4"}, "without": {"2026-03-18"},
	}
}

func TestTimesAreShownBeforeTheyAreOffered(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	path := webtest.StudyPage(id) + "/appointments"
	offered := func() (lines []string) {
		slots, err := l.Store.Slots(t.Context(), id)
		l.Must(err)
		for _, x := range slots {
			lines = append(lines, x.StartsAt.Format("2 15:04 ")+x.Station)
		}
		return lines
	}
	a := l.Get(path + "?" + fortnight().Encode())
	l.Wants(a, 200, "12 times would be offered")
	for _, shown := range []string{"Monday, 16 March 2026 UTC 11:00 – 11:35 at 1, 2 13:00 – 13:35 at 1, 2", "Wednesday, 25 March 2026"} {
		l.Wants(a, 200, shown)
	}
	if text := webtest.Text(l.One(a.Page, "section", "id=offered")); strings.Contains(text, "18 March") || strings.Contains(text, "13:45") {
		t.Errorf("a holiday, or more than four a day, are shown: %s", text)
	}
	if got := offered(); got != nil {
		t.Fatalf("to look at times has offered %v", got)
	}
	sent := url.Values{}
	for _, in := range webtest.All(l.One(a.Page, "section", "id=offered"), "input", "type=hidden") {
		sent.Add(webtest.Attr(in, "name"), webtest.Attr(in, "value"))
	}
	l.WantsRedirect(l.Post(path, sent), path)
	want := []string{"16 11:00 1", "16 11:00 2", "16 13:00 1", "16 13:00 2", "23 11:00 1", "23 11:00 2", "23 13:00 1", "23 13:00 2", "25 11:00 1", "25 11:00 2", "25 13:00 1", "25 13:00 2"}
	if got := offered(); !slices.Equal(got, want) {
		t.Errorf("offered are %q, want %q", got, want)
	}
	a = l.Post(path, sent) // a second press
	l.Wants(a, 409, "These times are not those that were shown")
	l.Wants(l.Get(path+"?"+fortnight().Encode()), 200, "None of these times can be offered")
	if got := offered(); !slices.Equal(got, want) {
		t.Errorf("a second press has made them %q", got)
	}
}

func TestWhatIsThereAlreadyIsLeftOutAndNamed(t *testing.T) {
	l := webtest.NewLab(t)
	id, other := l.Study(studytest.Design(), true), l.Study(studytest.OneTrial(), true)
	path := webtest.StudyPage(id) + "/appointments"
	there := study.Slot{Study: other, Station: "1", StartsAt: time.Date(2026, 3, 16, 10, 50, 0, 0, time.UTC), EndsAt: time.Date(2026, 3, 16, 11, 10, 0, 0, time.UTC)}
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{there}, 2))
	a := l.Get(path + "?" + fortnight().Encode())
	l.Wants(a, 200, "11 times would be offered")
	l.Wants(a, 200, "Left out: 1 time, because another time is on offer then at the same station: Mon 16 Mar 11:00 UTC, 1")

	sent := fortnight()
	sent.Set("seen", webtest.Attr(l.One(a.Page, "input", "name=seen"), "value"))
	there.StartsAt, there.EndsAt, there.Station = there.StartsAt.Add(24*7*time.Hour), there.EndsAt.Add(24*7*time.Hour), "2"
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{there}, 2))
	a = l.Post(path, sent)
	l.Wants(a, 409, "something else has been offered meanwhile")
	l.Wants(a, 409, "10 times would be offered") // the page shows what can be offered now
	if slots, err := l.Store.Slots(t.Context(), id); err != nil || len(slots) > 0 {
		t.Errorf("offered are %v, %v, although nobody has seen these times", slots, err)
	}
}

func TestARuleOverTheNightOfSummerTimeSaysWhatItLeavesOut(t *testing.T) {
	l := webtest.NewLab(t)
	l.Now = l.Now.In(webtest.Zone(t, "Europe/Berlin"))
	path := webtest.StudyPage(l.Study(studytest.OneTrial(), true)) + "/appointments"
	form := webtest.Offer("2026-03-28", "02:30", "02:40", "1")
	form.Set("until", "2026-03-30")
	a := l.Get(path + "?" + form.Encode())
	l.Wants(a, 200, "4 times would be offered")
	l.Wants(a, 200, "Left out: Sunday, 29 March 2026: there is no 02:30 on this day, because the clocks are put forward over it")
}
