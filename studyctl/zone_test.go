package main

import (
	"errors"
	"testing"

	"vmstudy/study"
)

func TestTheLaboratorysZone(t *testing.T) {
	for name, tt := range map[string]struct {
		chosen, tz string
		want       string // "" if it is refused
	}{
		"the chosen one":                     {"Europe/Berlin", "America/New_York", "Europe/Berlin"},
		"that of the environment":            {"", "America/New_York", "America/New_York"},
		"that of the environment as a path":  {"", ":/usr/share/zoneinfo/Asia/Kolkata", "Asia/Kolkata"},
		"an empty one, which is UTC":         {"", "", "UTC"},
		"one that nobody knows":              {"Europe/Atlantis", "UTC", ""},
		"a path that leads out of the zones": {"../../etc/passwd", "UTC", ""},
		"Local, which says nothing":          {"Local", "UTC", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TZ", tt.tz)
			zone, err := Config{Zone: tt.chosen}.zone()
			if tt.want == "" {
				if !errors.Is(err, study.ErrInvalid) {
					t.Errorf("zone %v, error %v; want it refused", zone, err)
				}
				return
			}
			if err != nil || zone.String() != tt.want {
				t.Errorf("zone %v, error %v; want %s", zone, err, tt.want)
			}
		})
	}
}
