package web

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

// signInNow signs ada in again, after a test has changed the clock.
func (l *lab) signInNow() {
	l.t.Helper()
	token := sha256.Sum256([]byte("now"))
	l.must(l.store.OpenLogin(l.t.Context(), l.ada.ID, token[:], l.now.Add(time.Hour)))
	l.login = &http.Cookie{Name: "login", Value: "now"}
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
			l := newLab(t)
			l.now = tt.offered.In(zone(t, tt.zone))
			id := l.study(studytest.OneTrial(), true)
			people, err := l.store.AddParticipants(t.Context(), id, false, []string{"link"}, l.now)
			l.must(err)
			l.signInNow()
			path := studyPath(id) + "/appointments"
			l.wantsRedirect(l.post(path, offer(tt.date, tt.at, tt.to, "1")), path)
			slots, err := l.store.Slots(t.Context(), id)
			l.must(err)
			if len(slots) != 1 || slots[0].StartsAt.UTC().Format(time.RFC3339) != tt.starts {
				t.Fatalf("offered are %v, want one time at %s", slots, tt.starts)
			}
			date, err := time.Parse(time.DateOnly, tt.date)
			l.must(err)
			day, span := dayName(date), tt.at+" – "+tt.to

			l.wants(l.get(path), 200, day+" "+tt.zoned)
			l.wants(l.get(path), 200, span)
			l.wants(l.get("/lab/day?date="+tt.date), 200, day)
			l.wants(l.get("/lab/day?date="+tt.date), 200, tt.zoned)
			l.wants(l.get("/lab/day?date="+tt.date), 200, span)
			for _, link := range all(l.get("/lab/day?date="+tt.date).page, "a", "class=button quiet") {
				other, isOther := strings.CutPrefix(attr(link, "href"), "/lab/day?date=")
				if isOther && other != date.AddDate(0, 0, 1).Format(time.DateOnly) && other != date.AddDate(0, 0, -1).Format(time.DateOnly) {
					t.Errorf("beside %s the page leads to %s", tt.date, other)
				}
			}
			l.wants(l.get("/p/link"), 200, day+" "+tt.zoned)
			l.wants(l.get("/p/link"), 200, span)

			_, err = l.store.BookSlot(t.Context(), slots[0].ID, people[0].ID, l.now)
			l.must(err)
			l.wants(l.get("/p/link"), 200, day+" "+span+" "+tt.zoned)
			opens := slots[0].StartsAt.Add(-early).In(l.now.Location())
			l.wants(l.get("/p/link"), 200, opens.Format("Monday, 2 January, from 15:04")+" ("+zoneInWords(opens)+")")
			l.wants(l.get(studyPath(id)+"/participants"), 200, date.Format("Mon 2 Jan ")+tt.at+" "+tt.short)
			stamp := slots[0].StartsAt.UTC().Format("20060102T150405Z")
			if body := l.get("/p/link/appointment.ics").body; !strings.Contains(body, "DTSTART:"+stamp) {
				t.Errorf("the calendar entry does not begin at %s:\n%s", stamp, body)
			}
		})
	}
}

func TestATimeThatTheClocksSkipIsNotOffered(t *testing.T) {
	l := newLab(t)
	l.now = l.now.In(zone(t, "Europe/Berlin"))
	path := studyPath(l.study(studytest.OneTrial(), true)) + "/appointments"
	a := l.post(path, offer("2026-03-29", "02:30", "04:00", "1"))
	l.wants(a, 422, "There is no 02:30 on this day: the clocks are put forward over it.")
}

func TestTimesThatComeTwiceAreToldApart(t *testing.T) {
	l := newLab(t)
	l.now = l.now.In(zone(t, "Europe/Berlin"))
	path := studyPath(l.study(studytest.OneTrial(), true)) + "/appointments"
	l.wantsRedirect(l.post(path, offer("2026-10-25", "02:00", "02:59", "1")), path)
	for _, span := range []string{"02:00 – 02:05 CEST", "02:55 CEST – 02:00 CET", "02:00 – 02:05 CET"} {
		l.wants(l.get(path), 200, span)
	}
}

func TestTheBrowserAddsTheTimesOfItsOwnZone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.now = l.now.In(zone(t, "Europe/Berlin"))
	id := l.study(studytest.OneTrial(), true)
	_, err := l.store.AddParticipants(t.Context(), id, false, []string{"link"}, l.now)
	l.must(err)
	l.post(studyPath(id)+"/appointments", offer("2026-07-01", "03:00", "03:05", "1"))
	ctx := l.browse("/healthz")
	origin, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.origin"))
	l.must(err)
	for name, tt := range map[string]struct{ zone, first, note string }{
		"the same zone":      {"Europe/Berlin", "03:00–03:05", ""},
		"the same offset":    {"Europe/Paris", "03:00–03:05", ""},
		"an hour behind":     {"Europe/London", "03:00–03:05 02:00–02:05 for you", "Europe/London"},
		"the day before":     {"America/New_York", "03:00–03:05 Tue 30 Jun, 21:00–21:05 for you", "America/New_York"},
		"half an hour apart": {"Asia/Kolkata", "03:00–03:05 06:30–06:35 for you", "Asia/Calcutta"},
		"three quarters":     {"Asia/Kathmandu", "03:00–03:05 06:45–06:50 for you", "Asia/Katmandu"},
	} {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: tt.zone})
		l.must(err)
		pages := []string{"/p/link"}
		if name == "the day before" {
			pages = append(pages, studyPath(id)+"/appointments", "/lab/day?date=2026-07-01")
		}
		for _, page := range pages {
			t.Log(name, page)
			l.must(chromedp.Do(ctx, chromedp.Navigate(origin+page)))
			l.eventually(ctx, `document.querySelector(".span")?.textContent.replace(/\s+/g, " ").replaceAll(" –", "–").trim() === "`+tt.first+`"`)
			l.eventually(ctx, `[...document.querySelectorAll("[data-own-zone]")].some(e => !e.hidden && e.textContent.includes("`+tt.note+`")) === `+map[bool]string{true: "true", false: "false"}[tt.note != ""])
		}
	}
}
