package study_test

import (
	"testing"
	"time"

	"vmstudy/study"
)

func TestTheStateOfAPersonFollowsFromFacts(t *testing.T) {
	begun := study.Session{ID: 7, Version: study.Version{Design: demo()}, StartedAt: morning}
	consented := visit(study.Trial{Position: 1})
	consented.ID, consented.StartedAt = 7, morning
	consented.Assignment = study.Assignment{TakenAt: morning, LeaseEnds: morning.Add(study.Lease)}
	with := func(s study.Session, change func(*study.Session)) study.Session {
		change(&s)
		return s
	}
	ruled := func(s study.Session, state study.PlaceState) study.Session {
		return with(s, func(s *study.Session) { s.Assignment.Ruling.State = state })
	}
	soon, later := morning.Add(study.Idle-1), morning.Add(study.Idle)
	for name, test := range map[string]struct {
		p    study.Person
		now  time.Time
		want study.PersonState
	}{
		"has a link":                            {study.Person{}, soon, study.Invited},
		"has an appointment":                    {study.Person{BookedUntil: soon.Add(1)}, soon, study.Booked},
		"has missed it":                         {study.Person{BookedUntil: soon}, soon, study.Invited},
		"reads the consent":                     {study.Person{Visit: begun}, soon, study.Started},
		"went away before consent":              {study.Person{Visit: begun}, later, study.Paused},
		"has begun before the appointment ends": {study.Person{Visit: begun, BookedUntil: later}, soon, study.Started},
		"works":                                 {study.Person{Visit: consented}, soon, study.Started},
		"has not opened a page for long":        {study.Person{Visit: consented}, later, study.Paused},
		"has been at one desktop for long": {study.Person{Visit: with(consented, func(s *study.Session) {
			s.Trials = []study.Trial{{Position: 1, Attempts: tried(study.Running)}}
		})}, later, study.Started},
		"rests": {study.Person{Visit: with(consented, func(s *study.Session) {
			s.Version.Design.PauseEvery = 1
			s.Trials = []study.Trial{{Position: 2}}
		})}, soon, study.Paused},
		"did not come back":           {study.Person{Visit: consented}, morning.Add(study.Lease), study.PersonDropped},
		"has finished":                {study.Person{Visit: with(consented, func(s *study.Session) { s.Assignment.EndedAt = soon })}, later, study.PersonFinished},
		"was dropped":                 {study.Person{Visit: ruled(consented, study.PlaceDropped)}, soon, study.PersonDropped},
		"was dropped before consent":  {study.Person{Visit: ruled(begun, study.PlaceDropped)}, soon, study.PersonDropped},
		"was excluded":                {study.Person{Visit: ruled(consented, study.PlaceExcluded)}, soon, study.PersonExcluded},
		"withdrew before consent":     {study.Person{Visit: ruled(begun, study.PlaceWithdrawn)}, soon, study.PersonWithdrawn},
		"was excluded, and put back":  {study.Person{Visit: ruled(consented, study.PlaceActive)}, soon, study.Started},
		"was put back before consent": {study.Person{Visit: ruled(begun, study.PlaceActive)}, soon, study.Started},
	} {
		if got := test.p.State(test.now); got != test.want {
			t.Errorf("somebody who %s is %q, want %q", name, got, test.want)
		}
	}
}

func TestWhoIsRuledOutCannotGoOn(t *testing.T) {
	ended := study.Assignment{TakenAt: morning, LeaseEnds: morning.Add(study.Lease), EndedAt: morning}
	for name, test := range map[string]struct {
		a     study.Assignment
		state study.PlaceState
		may   bool
	}{
		"nothing was said":              {study.Assignment{}, "", true},
		"the lease ran out":             {study.Assignment{TakenAt: morning, LeaseEnds: morning}, "", true},
		"they are dropped":              {study.Assignment{}, study.PlaceDropped, false},
		"they are excluded":             {study.Assignment{}, study.PlaceExcluded, false},
		"they are put back":             {study.Assignment{}, study.PlaceActive, true},
		"they withdrew":                 {study.Assignment{}, study.PlaceWithdrawn, false},
		"they finished, then excluded":  {ended, study.PlaceExcluded, true},
		"they finished, then withdrew":  {ended, study.PlaceWithdrawn, false},
		"they finished and are dropped": {ended, study.PlaceDropped, true},
	} {
		test.a.Ruling.State = test.state
		err := test.a.MayGoOn()
		if (err == nil) != test.may || err != nil && study.Sentence(err) == "" {
			t.Errorf("%s: got %v, want that they may go on: %v", name, err, test.may)
		}
	}
}
