package study_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

var morning = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

func TestTheStateOfAPlaceFollowsFromFacts(t *testing.T) {
	taken := study.Assignment{TakenAt: morning, LeaseEnds: morning.Add(study.Lease)}
	ended := taken
	ended.EndedAt = morning.Add(time.Hour)
	ruled := func(a study.Assignment, s study.PlaceState) study.Assignment {
		a.Ruling.State = s
		return a
	}
	within, after := morning.Add(study.Lease-1), morning.Add(study.Lease)
	for name, test := range map[string]struct {
		a      study.Assignment
		now    time.Time
		want   study.PlaceState
		counts bool
	}{
		"nothing taken":              {study.Assignment{}, within, "", false},
		"within the lease":           {taken, within, study.PlaceActive, true},
		"after the lease":            {taken, after, study.PlaceDropped, false},
		"finished, after the lease":  {ended, after, study.PlaceFinished, true},
		"dropped":                    {ruled(taken, study.PlaceDropped), within, study.PlaceDropped, false},
		"dropped, but finished":      {ruled(ended, study.PlaceDropped), after, study.PlaceFinished, true},
		"excluded":                   {ruled(ended, study.PlaceExcluded), within, study.PlaceExcluded, false},
		"withdrawn":                  {ruled(ended, study.PlaceWithdrawn), within, study.PlaceWithdrawn, false},
		"a ruling that was revoked":  {ruled(ended, study.PlaceActive), within, study.PlaceFinished, true},
		"revoked, the lease ran out": {ruled(taken, study.PlaceActive), after, study.PlaceDropped, false},
	} {
		if got, counts := test.a.State(test.now), test.a.Counts(test.now); got != test.want || counts != test.counts {
			t.Errorf("%s: %q and counts: %v; want %q, %v", name, got, counts, test.want, test.counts)
		}
		test.a.Pilot = true
		if test.a.Counts(test.now) {
			t.Errorf("%s: a pilot counts", name)
		}
	}
}

func TestRulingsThatCannotBeAreRefused(t *testing.T) {
	taken := study.Assignment{TakenAt: morning, LeaseEnds: morning.Add(study.Lease)}
	ended, gone := taken, taken
	ended.EndedAt = morning
	gone.Ruling.State = study.PlaceWithdrawn
	for name, test := range map[string]struct {
		about study.Assignment
		rule  study.Ruling
		want  error
	}{
		"exclude":                      {ended, study.Ruling{State: study.PlaceExcluded, Why: "ill"}, nil},
		"drop":                         {taken, study.Ruling{State: study.PlaceDropped, Why: "left"}, nil},
		"put back":                     {taken, study.Ruling{State: study.PlaceActive, Why: "came again"}, nil},
		"withdraw, without a reason":   {taken, study.Ruling{State: study.PlaceWithdrawn}, nil},
		"who has no place yet":         {study.Assignment{}, study.Ruling{State: study.PlaceDropped, Why: "left"}, nil},
		"a reason of the list":         {taken, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundTechnical}, nil},
		"another one, without a text":  {taken, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundOther}, study.ErrInvalid},
		"a reason of no list":          {taken, study.Ruling{State: study.PlaceExcluded, Ground: "boring", Why: "x"}, study.ErrInvalid},
		"withdraw twice":               {gone, study.Ruling{State: study.PlaceWithdrawn}, nil},
		"drop who has finished":        {ended, study.Ruling{State: study.PlaceDropped, Why: "left"}, study.ErrConflict},
		"put back who has withdrawn":   {gone, study.Ruling{State: study.PlaceActive, Why: "no"}, study.ErrConflict},
		"no reason":                    {taken, study.Ruling{State: study.PlaceExcluded}, study.ErrInvalid},
		"a reason of too many letters": {taken, study.Ruling{State: study.PlaceExcluded, Why: strings.Repeat("x", 1001)}, study.ErrInvalid},
		"an unknown state":             {taken, study.Ruling{State: study.PlaceFinished, Why: "x"}, study.ErrInvalid},
	} {
		if err := test.about.Admits(test.rule); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}
