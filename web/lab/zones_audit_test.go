package lab_test

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/study/audit"
)

// TestADayOfTheAuditIsTheLaboratorysDay looks for the entries of one day, of which some zones skip the first hour.
func TestADayOfTheAuditIsTheLaboratorysDay(t *testing.T) {
	for name, tt := range map[string]struct {
		zone, day     string
		begins, after string // the first moment of the day, and of the next
	}{
		"an ordinary day":                       {"Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z"},
		"Berlin, a day of 23 hours":             {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"Berlin, a day of 25 hours":             {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"Cairo, which skips midnight":           {"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"},
		"Cairo, the day before":                 {"Africa/Cairo", "2026-04-23", "2026-04-22T22:00:00Z", "2026-04-23T22:00:00Z"},
		"Beirut, which skips midnight":          {"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"},
		"Beirut, the day before":                {"Asia/Beirut", "2026-03-28", "2026-03-27T22:00:00Z", "2026-03-28T22:00:00Z"},
		"Santiago, which skips midnight":        {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		"Santiago, the day before":              {"America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		"Santiago, where an hour comes twice":   {"America/Santiago", "2026-04-04", "2026-04-04T03:00:00Z", "2026-04-05T04:00:00Z"},
		"Lord Howe, a day of 24 and a half":     {"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"},
		"Apia, whose day is over elsewhere":     {"Pacific/Apia", "2026-12-01", "2026-11-30T11:00:00Z", "2026-12-01T11:00:00Z"},
		"Kolkata, half an hour from the others": {"Asia/Kolkata", "2026-12-01", "2026-11-30T18:30:00Z", "2026-12-01T18:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			l.Now = l.Now.In(webtest.Zone(t, tt.zone))
			begins, err := time.Parse(time.RFC3339, tt.begins)
			l.Must(err)
			after, err := time.Parse(time.RFC3339, tt.after)
			l.Must(err)
			for about, at := range map[string]time.Time{
				"before": begins.Add(-time.Microsecond), "first": begins, "last": after.Add(-time.Microsecond), "after": after,
			} {
				_, err := l.Store.Record(t.Context(), audit.Entry{At: at, Who: "ada", Action: "test", About: about})
				l.Must(err)
			}
			for query, want := range map[string][]string{
				"from=" + tt.day + "&to=" + tt.day: {"first", "last"},
				"from=" + tt.day:                   {"after", "first", "last"},
				"to=" + tt.day:                     {"before", "first", "last"},
			} {
				if got := abouts(l.Get("/lab/audit?action=test&" + query).Page); !slices.Equal(got, want) {
					t.Errorf("%s shows %v, want %v", query, got, want)
				}
			}
		})
	}
}

// abouts returns what the entries on a page of the audit are about, sorted.
func abouts(page *html.Node) (all []string) {
	for _, body := range webtest.All(page, "tbody", "") {
		for _, row := range webtest.All(body, "tr", "") {
			all = append(all, webtest.Text(webtest.All(row, "td", "")[4]))
		}
	}
	slices.Sort(all)
	return all
}

func TestTheNextDayIsOfferedWhateverTheClocksSkip(t *testing.T) {
	for name, tt := range map[string]struct{ zone, now, date string }{
		"Cairo, in the hour that the next day skips":    {"Africa/Cairo", "2026-04-22T22:30:00Z", "2026-04-24"},
		"Santiago, in the hour that the next day skips": {"America/Santiago", "2026-09-05T04:30:00Z", "2026-09-06"},
		"Beirut, in the hour that the next day skips":   {"Asia/Beirut", "2026-03-27T22:30:00Z", "2026-03-29"},
		"Berlin, an ordinary day":                       {"Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-02"},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			path := webtest.StudyPage(l.Study(twoOrders(), true)) + "/appointments"
			now, err := time.Parse(time.RFC3339, tt.now)
			l.Must(err)
			l.Now = now.In(webtest.Zone(t, tt.zone))
			signInNow(l)
			if got := webtest.Attr(l.One(l.Get(path).Page, "input", "name=date"), "value"); got != tt.date {
				t.Errorf("at %s the form offers %s, want %s", l.Now, got, tt.date)
			}
		})
	}
}
