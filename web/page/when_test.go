package page_test

import (
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"vmstudy/internal/webtest"
	"vmstudy/web/page"
)

func TestAZoneIsNamedAsItIsAtThatTime(t *testing.T) {
	for name, tt := range map[string]struct {
		zone  string
		at    time.Time
		words string
	}{
		"summer in Berlin":              {"Europe/Berlin", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "Europe/Berlin, CEST, UTC+2"},
		"winter in Berlin":              {"Europe/Berlin", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), "Europe/Berlin, CET, UTC+1"},
		"a zone of half an hour":        {"Asia/Kolkata", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "Asia/Kolkata, IST, UTC+5:30"},
		"a zone with no name":           {"America/Sao_Paulo", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "America/Sao_Paulo, UTC−3"},
		"a change of half an hour":      {"Australia/Lord_Howe", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "Australia/Lord_Howe, UTC+10:30"},
		"summer south of the equator":   {"Australia/Lord_Howe", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), "Australia/Lord_Howe, UTC+11"},
		"west of Greenwich":             {"America/New_York", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "America/New_York, EDT, UTC−4"},
		"no zone":                       {"UTC", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "UTC"},
		"no zone, by its other name":    {"Etc/UTC", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "UTC"},
		"Greenwich, which is not UTC":   {"Europe/London", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), "Europe/London, GMT, UTC"},
		"a zone of three quarters":      {"Asia/Kathmandu", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), "Asia/Kathmandu, UTC+5:45"},
		"summer that ends in Ramadan":   {"Africa/Casablanca", time.Date(2026, 2, 20, 12, 0, 0, 0, time.UTC), "Africa/Casablanca, UTC"},
		"the rest of Casablanca's year": {"Africa/Casablanca", time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC), "Africa/Casablanca, UTC+1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := page.ZoneInWords(tt.at.In(webtest.Zone(t, tt.zone))); got != tt.words {
				t.Errorf("%q, want %q", got, tt.words)
			}
		})
	}
}

func TestADayBeginsAtItsFirstMoment(t *testing.T) {
	for name, tt := range map[string]struct {
		zone  string
		month time.Month
		day   int
		want  string
		hours float64 // length of the day
	}{
		"an ordinary day":                   {"Europe/Berlin", 7, 1, "2026-07-01T00:00:00+02:00", 24},
		"a day of 23 hours":                 {"Europe/Berlin", 3, 29, "2026-03-29T00:00:00+01:00", 23},
		"a day of 25 hours":                 {"Europe/Berlin", 10, 25, "2026-10-25T00:00:00+02:00", 25},
		"clocks put forward at midnight":    {"Africa/Cairo", 4, 24, "2026-04-24T01:00:00+03:00", 23},
		"and in Beirut":                     {"Asia/Beirut", 3, 29, "2026-03-29T01:00:00+03:00", 23},
		"west, clocks forward at midnight":  {"America/Santiago", 9, 6, "2026-09-06T01:00:00-03:00", 23},
		"clocks put back at midnight":       {"America/Santiago", 4, 4, "2026-04-04T00:00:00-03:00", 25},
		"half an hour more":                 {"Australia/Lord_Howe", 4, 5, "2026-04-05T00:00:00+11:00", 24.5},
		"the day after the end of a month":  {"UTC", 2, 29, "2026-03-01T00:00:00Z", 24},
		"the day after the end of the year": {"UTC", 12, 32, "2027-01-01T00:00:00Z", 24},
	} {
		t.Run(name, func(t *testing.T) {
			at := page.DayStart(2026, tt.month, tt.day, webtest.Zone(t, tt.zone))
			if got := at.Format(time.RFC3339); got != tt.want {
				t.Errorf("begins %s, want %s", got, tt.want)
			}
			next := page.DayStart(2026, tt.month, tt.day+1, webtest.Zone(t, tt.zone))
			if got := next.Sub(at).Hours(); got != tt.hours {
				t.Errorf("has %v h, want %v", got, tt.hours)
			}
		})
	}
}

func TestTheClockShowsATimeOnceTwiceOrNever(t *testing.T) {
	for name, tt := range map[string]struct {
		zone, at    string
		first, last string // "" if the clocks skip the time
	}{
		"an ordinary time":                      {"Europe/Berlin", "2026-07-01 14:30", "2026-07-01T14:30:00+02:00", "2026-07-01T14:30:00+02:00"},
		"skipped in spring":                     {"Europe/Berlin", "2026-03-29 02:30", "", ""},
		"just before what is skipped":           {"Europe/Berlin", "2026-03-29 01:59", "2026-03-29T01:59:00+01:00", "2026-03-29T01:59:00+01:00"},
		"just after what is skipped":            {"Europe/Berlin", "2026-03-29 03:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"},
		"twice in autumn":                       {"Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"},
		"the first that comes twice":            {"Europe/Berlin", "2026-10-25 02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"},
		"the first after those that come twice": {"Europe/Berlin", "2026-10-25 03:00", "2026-10-25T03:00:00+01:00", "2026-10-25T03:00:00+01:00"},
		"twice west of Greenwich":               {"America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"},
		"half an hour that comes twice":         {"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"},
		"half an hour that is skipped":          {"Australia/Lord_Howe", "2026-10-04 02:15", "", ""},
		"a midnight that is skipped":            {"Africa/Cairo", "2026-04-24 00:30", "", ""},
		"a zone without changes":                {"Asia/Kolkata", "2026-03-29 02:30", "2026-03-29T02:30:00+05:30", "2026-03-29T02:30:00+05:30"},
	} {
		t.Run(name, func(t *testing.T) {
			typed, err := time.Parse("2006-01-02 15:04", tt.at)
			if err != nil {
				t.Fatal(err)
			}
			first, last, ok := page.OnClock(typed, typed, webtest.Zone(t, tt.zone))
			if ok != (tt.first != "") {
				t.Fatalf("exists: %v", ok)
			}
			if !ok {
				return
			}
			if got := first.Format(time.RFC3339); got != tt.first {
				t.Errorf("first %s, want %s", got, tt.first)
			}
			if got := last.Format(time.RFC3339); got != tt.last {
				t.Errorf("last %s, want %s", got, tt.last)
			}
		})
	}
}
