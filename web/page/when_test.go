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
