package study_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"pgregory.net/rapid"

	"vmstudy/study"
)

// zoned loads a time zone.
func zoned(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADateIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]study.Date{
		"2026-03-31": {Year: 2026, Month: 3, Day: 31},
		"2028-02-29": {Year: 2028, Month: 2, Day: 29},
	} {
		if got, err := study.ParseDate(text); got != want || err != nil || got.String() != text {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2026-02-30", "31.3.2026", "2026-3-1", "2026-03-31T10:00"} {
		if got, err := study.ParseDate(text); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%q is read as %v, %v, want a refusal", text, got, err)
		}
	}
	for text, want := range map[string]study.Clock{"09:05": {Hour: 9, Minute: 5}, "23:59": {Hour: 23, Minute: 59}} {
		if got, err := study.ParseClock(text); got != want || err != nil || got.String() != text {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "24:00", "9 o'clock", "12:60"} {
		if got, err := study.ParseClock(text); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%q is read as %v, %v, want a refusal", text, got, err)
		}
	}
}

func TestDaysAreCountedByTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := study.Date{Year: rapid.IntRange(1990, 2100).Draw(t, "year"), Month: 1, Day: 1}.Add(rapid.IntRange(0, 365).Draw(t, "day"))
		n := rapid.IntRange(-800, 800).Draw(t, "days")
		e := d.Add(n)
		if e.Add(-n) != d {
			t.Fatalf("%d days after %s and as many back is %s", n, d, e.Add(-n))
		}
		if got, want := d.Compare(e), -sign(n); got != want {
			t.Fatalf("%s is before %s: %d, want %d", d, e, got, want)
		}
		if (int(e.Weekday())-int(d.Weekday())-n)%7 != 0 {
			t.Fatalf("%d days after %s, a %s, is a %s", n, d, d.Weekday(), e.Weekday())
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
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
			zone := zoned(t, tt.zone)
			day := study.Date{Year: 2026, Month: tt.month, Day: 1}.Add(tt.day - 1)
			at := day.Start(zone)
			if got := at.Format(time.RFC3339); got != tt.want {
				t.Errorf("begins %s, want %s", got, tt.want)
			}
			next := day.Add(1).Start(zone)
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
		"a day that the zone skipped":           {"Pacific/Apia", "2011-12-30 09:00", "", ""},
		"a zone without changes":                {"Asia/Kolkata", "2026-03-29 02:30", "2026-03-29T02:30:00+05:30", "2026-03-29T02:30:00+05:30"},
	} {
		t.Run(name, func(t *testing.T) {
			typed, err := time.Parse("2006-01-02 15:04", tt.at)
			if err != nil {
				t.Fatal(err)
			}
			first, last, ok := study.DateOf(typed).At(study.Clock{Hour: typed.Hour(), Minute: typed.Minute()}, zoned(t, tt.zone))
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
