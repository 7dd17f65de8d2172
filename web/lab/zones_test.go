package lab_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// signInNow signs ada in again, after a test has changed the clock.
func signInNow(l *webtest.Lab) {
	l.T.Helper()
	token := sha256.Sum256([]byte("now"))
	l.Must(l.Store.OpenLogin(l.T.Context(), l.Ada.ID, "unused", token[:], l.Now.Add(time.Hour)))
	l.Login = &http.Cookie{Name: "login", Value: "now"}
}

// TestEveryPageShowsTheZoneOfTheTimeItself offers one slot in each zone, half a year before it
// begins, and looks at every page that shows the slot.
func TestEveryPageShowsTheZoneOfTheTimeItself(t *testing.T) {
	for name, tt := range map[string]struct {
		zone         string
		offered      time.Time
		date, at, to string
		zoned        string // name of the zone at that time
		short        string // the name where there is little space
		starts       string // the time itself
	}{
		"summer in Berlin, seen from winter": {
			"Europe/Berlin", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC),
			"2027-07-01", "09:00", "09:05", "Europe/Berlin, CEST, UTC+2", "CEST", "2027-07-01T07:00:00Z",
		},
		"winter in New York, seen from summer": {
			"America/New_York", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
			"2026-12-01", "09:00", "09:05", "America/New_York, EST, UTC−5", "EST", "2026-12-01T14:00:00Z",
		},
		"Kolkata": {
			"Asia/Kolkata", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
			"2026-12-01", "09:00", "09:05", "Asia/Kolkata, IST, UTC+5:30", "IST", "2026-12-01T03:30:00Z",
		},
		"Lord Howe, whose summer is half an hour": {
			"Australia/Lord_Howe", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
			"2026-12-01", "09:00", "09:05", "Australia/Lord_Howe, UTC+11", "UTC+11", "2026-11-30T22:00:00Z",
		},
		"Santiago, the day of its change": {
			"America/Santiago", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
			"2026-09-06", "01:00", "01:05", "America/Santiago, UTC−3", "UTC−3", "2026-09-06T04:00:00Z",
		},
		"Cairo, the day of its change": {
			"Africa/Cairo", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC),
			"2026-04-24", "01:00", "01:05", "Africa/Cairo, EEST, UTC+3", "EEST", "2026-04-23T22:00:00Z",
		},
		"Apia, a day ahead": {
			"Pacific/Apia", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
			"2026-12-01", "09:00", "09:05", "Pacific/Apia, UTC+13", "UTC+13", "2026-11-30T20:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			l.Now = tt.offered.In(webtest.Zone(t, tt.zone))
			id := l.Study(studytest.OneTrial(), true)
			people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"link"}, l.Now)
			l.Must(err)
			signInNow(l)
			path := webtest.StudyPage(id) + "/appointments"
			l.WantsRedirect(l.Post(path, webtest.Offer(tt.date, tt.at, tt.to, "1")), path)
			slots, err := l.Store.Slots(t.Context(), id)
			l.Must(err)
			if len(slots) != 1 || slots[0].StartsAt.UTC().Format(time.RFC3339) != tt.starts {
				t.Fatalf("offered are %v, want one time at %s", slots, tt.starts)
			}
			date, err := time.Parse(time.DateOnly, tt.date)
			l.Must(err)
			day, span := page.DayName(date), tt.at+" – "+tt.to

			l.Wants(l.Get(path), 200, day+" "+tt.zoned)
			l.Wants(l.Get(path), 200, span)
			l.Wants(l.Get("/lab/day?date="+tt.date), 200, day)
			l.Wants(l.Get("/lab/day?date="+tt.date), 200, tt.zoned)
			l.Wants(l.Get("/lab/day?date="+tt.date), 200, span)
			for _, link := range webtest.All(l.Get("/lab/day?date="+tt.date).Page, "a", "class=button quiet") {
				other, isOther := strings.CutPrefix(webtest.Attr(link, "href"), "/lab/day?date=")
				if isOther && other != date.AddDate(0, 0, 1).Format(time.DateOnly) && other != date.AddDate(0, 0, -1).Format(time.DateOnly) {
					t.Errorf("beside %s the page leads to %s", tt.date, other)
				}
			}
			l.Wants(l.Get("/p/link"), 200, day+" "+tt.zoned)
			l.Wants(l.Get("/p/link"), 200, span)

			_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[0].ID, At: l.Now})
			l.Must(err)
			l.Wants(l.Get("/p/link"), 200, day+" "+span+" "+tt.zoned)
			l.Wants(l.Get(fmt.Sprintf("%s/participants/%d", webtest.StudyPage(id), people[0].ID)), 200, date.Format("Mon 2 Jan ")+tt.at+" "+tt.short)
			l.Wants(l.Get(fmt.Sprintf("%s/participants/%d", webtest.StudyPage(id), people[0].ID)), 200, " on "+l.Now.Format("2 Jan 2006 15:04:05 ")+page.ZoneName(l.Now))
			opens := slots[0].StartsAt.Add(-15 * time.Minute).In(l.Now.Location())
			l.Wants(l.Get("/p/link"), 200, opens.Format("Monday, 2 January, from 15:04")+" ("+page.ZoneInWords(opens)+")")
			l.Wants(l.Get(webtest.StudyPage(id)+"/participants"), 200, date.Format("Mon 2 Jan ")+tt.at+" "+tt.short)
			l.Must(l.Store.SetAppointing(t.Context(), id, study.Appointing{Notice: 24 * time.Hour, At: l.Now}))
			until := slots[0].StartsAt.Add(-24 * time.Hour).In(l.Now.Location())
			l.Wants(l.Get("/p/link"), 200, fmt.Sprintf("until %s, %s (%s).", page.DayName(until), until.Format("15:04"), page.ZoneName(until)))
			stamp := slots[0].StartsAt.UTC().Format("20060102T150405Z")
			if body := l.Get("/p/link/appointment.ics").Body; !strings.Contains(body, "DTSTART:"+stamp) {
				t.Errorf("the calendar entry does not begin at %s:\n%s", stamp, body)
			}
		})
	}
}

func TestATimeThatTheClocksSkipIsNotOffered(t *testing.T) {
	l := webtest.NewLab(t)
	l.Now = l.Now.In(webtest.Zone(t, "Europe/Berlin"))
	path := webtest.StudyPage(l.Study(studytest.OneTrial(), true)) + "/appointments"
	a := l.Post(path, webtest.Offer("2026-03-29", "02:30", "04:00", "1"))
	l.Wants(a, 422, "There is no 02:30 on this day: the clocks are put forward over it.")
}

func TestTimesThatComeTwiceAreToldApart(t *testing.T) {
	l := webtest.NewLab(t)
	l.Now = l.Now.In(webtest.Zone(t, "Europe/Berlin"))
	path := webtest.StudyPage(l.Study(studytest.OneTrial(), true)) + "/appointments"
	l.WantsRedirect(l.Post(path, webtest.Offer("2026-10-25", "02:00", "02:59", "1")), path)
	for _, span := range []string{"02:00 – 02:05 CEST", "02:55 CEST – 02:00 CET", "02:00 – 02:05 CET"} {
		l.Wants(l.Get(path), 200, span)
	}
}

func TestTheBrowserAddsTheTimesOfItsOwnZone(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	l.Now = l.Now.In(webtest.Zone(t, "Europe/Berlin"))
	id := l.Study(studytest.OneTrial(), true)
	_, err := l.Store.AddParticipants(t.Context(), id, false, []string{"link"}, l.Now)
	l.Must(err)
	l.Post(webtest.StudyPage(id)+"/appointments", webtest.Offer("2026-07-01", "03:00", "03:05", "1"))
	ctx := l.Browse("/healthz")
	origin, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.origin"))
	l.Must(err)
	for name, tt := range map[string]struct{ zone, first, note string }{
		"the same zone":      {"Europe/Berlin", "03:00–03:05", ""},
		"the same offset":    {"Europe/Paris", "03:00–03:05", ""},
		"an hour behind":     {"Europe/London", "03:00–03:05 02:00–02:05 for you", "Europe/London"},
		"the day before":     {"America/New_York", "03:00–03:05 Tue 30 Jun, 21:00–21:05 for you", "America/New_York"},
		"half an hour apart": {"Asia/Kolkata", "03:00–03:05 06:30–06:35 for you", "Asia/Calcutta"},
		"three quarters":     {"Asia/Kathmandu", "03:00–03:05 06:45–06:50 for you", "Asia/Katmandu"},
	} {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: tt.zone})
		l.Must(err)
		pages := []string{"/p/link"}
		if name == "the day before" {
			pages = append(pages, webtest.StudyPage(id)+"/appointments", "/lab/day?date=2026-07-01")
		}
		for _, page := range pages {
			t.Log(name, page)
			l.Must(chromedp.Do(ctx, chromedp.Navigate(origin+page)))
			l.Eventually(ctx, `document.querySelector(".span")?.textContent.replace(/\s+/g, " ").replaceAll(" –", "–").trim() === "`+tt.first+`"`)
			l.Eventually(ctx, `[...document.querySelectorAll("[data-own-zone]")].some(e => !e.hidden && e.textContent.includes("`+tt.note+`")) === `+map[bool]string{true: "true", false: "false"}[tt.note != ""])
		}
	}
}
