package studytest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"vmstudy/study"
)

// hours returns the time so many hours after Noon.
func hours(n float64) time.Time { return Noon.Add(time.Duration(n * float64(time.Hour))) }

// kinds returns what is on record of somebody's appointments, in their order.
func (l *lab) kinds(p study.ParticipantID) (all []study.BookingKind) {
	l.Helper()
	d, err := l.Diary(l.ctx(), p)
	l.must(err)
	for _, f := range d.Facts {
		all = append(all, f.Kind)
	}
	return all
}

func testBookingFacts(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	eve, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	s := l.published(OneTrial()).Study
	people := l.people(s, false, 2)
	ada, bob := people[0], people[1]
	slots := l.offered(slot(s, "A", 1, 2), slot(s, "A", 2, 3), slot(s, "A", 4, 5))
	book := func(i int, p study.Participant, at time.Time) error {
		_, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[i].ID, Participant: p.ID, At: at})
		return err
	}
	l.must(book(0, ada, Noon))
	l.wantKind("a move by an experimenter without a reason", func() error {
		_, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: ada.ID, By: eve.ID, At: Noon})
		return err
	}(), study.ErrInvalid)
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: ada.ID, By: eve.ID, Reason: study.ReasonIll, Why: "flu", At: hours(0.5)})
	l.must(err)
	d, err := l.Diary(l.ctx(), ada.ID)
	l.must(err)
	l.wantEqual("the facts of a move", d.Facts, []study.Booking{
		{Participant: ada.ID, Kind: study.BookingMade, Visit: 1, Slot: slots[0].ID, Station: "A", StartsAt: hours(1), EndsAt: hours(2), At: Noon},
		{Participant: ada.ID, Kind: study.BookingMoved, Visit: 1, Slot: slots[1].ID, Station: "A", StartsAt: hours(2), EndsAt: hours(3), Reason: study.ReasonIll, Why: "flu", By: eve.ID, Name: "ada", At: hours(0.5)},
	})

	// The time that was given up is free, and the other is not.
	l.must(book(0, bob, hours(0.5)))
	l.wantKind("the time that was moved to", book(1, bob, hours(0.5)), study.ErrConflict)
	end := func(kind study.BookingKind, i int, p study.Participant, by study.ExperimenterID, at time.Time) error {
		return l.EndBooking(l.ctx(), study.Booking{Participant: p.ID, Kind: kind, Slot: slots[i].ID, By: by, Reason: study.ReasonBusy, At: at})
	}
	l.wantKind("cancel a time that one had before", end(study.BookingCancelled, 0, ada, 0, hours(0.6)), study.ErrConflict)
	l.wantKind("cancel the time of nobody there is", l.EndBooking(l.ctx(), study.Booking{Participant: 4711, Kind: study.BookingCancelled, Slot: slots[0].ID, At: Noon}), study.ErrNotFound)
	l.wantKind("miss a time that is to come", end(study.BookingMissed, 1, ada, eve.ID, hours(0.6)), study.ErrConflict)
	for range 2 { // the second call must change nothing
		l.must(end(study.BookingCancelled, 1, ada, 0, hours(0.6)))
		l.must(end(study.BookingMissed, 0, bob, eve.ID, hours(1.5)))
	}
	l.wantEqual("what is on record of who cancelled", l.kinds(ada.ID), []study.BookingKind{study.BookingMade, study.BookingMoved, study.BookingCancelled})
	l.wantEqual("what is on record of who did not come", l.kinds(bob.ID), []study.BookingKind{study.BookingMade, study.BookingMissed})
	free, err := l.Slots(l.ctx(), s)
	l.must(err)
	l.wantEqual("slots after that", free, slots)

	// That somebody did not come stays on record when they book anew.
	l.must(book(2, bob, hours(2)))
	diaries, err := l.Diaries(l.ctx(), s)
	l.must(err)
	had := diaries[bob.ID].Appointments()
	if len(diaries) != 2 || len(had) != 2 || diaries[bob.ID].State(had[0], hours(2)) != study.AppointmentMissed || diaries[bob.ID].State(had[1], hours(2)) != study.AppointmentDue {
		l.Errorf("who missed a time and booked another has %+v", had)
	}

	// A visit that has begun ends all of that.
	x := l.begun(bob)
	d, err = l.Diary(l.ctx(), bob.ID)
	l.must(err)
	l.wantEqual("when the visit began", d.Course, study.OneVisit(x.StartedAt))
	l.wantKind("cancel after the visit has begun", end(study.BookingCancelled, 2, bob, eve.ID, hours(2)), study.ErrConflict)
	l.wantKind("move after the visit has begun", book(1, bob, hours(1.5)), study.ErrConflict)
}

func testWalkIns(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	eve, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	s := l.published(OneTrial()).Study
	people := l.people(s, false, 5)
	stranger := l.people(l.published(OneTrial()).Study, false, 1)[0]
	slots := l.offered(slot(s, "A", 0, 1), slot(s, "B", 2, 3))
	walk := func(p study.Participant, station string, at float64, machines int) (study.Slot, error) {
		return l.WalkIn(l.ctx(), study.Booking{Participant: p.ID, By: eve.ID, At: hours(at)},
			study.Slot{Study: s, Station: station, StartsAt: hours(at), EndsAt: hours(at + 1)}, machines)
	}
	got, err := walk(people[0], "A", 0.5, 2)
	l.must(err)
	l.wantEqual("the slot of who walks in while one is free", got.ID, slots[0].ID)
	made, err := walk(people[1], "C", 0.5, 2)
	l.must(err)
	if made.ID == 0 || !made.StartsAt.Equal(hours(0.5)) || !made.EndsAt.Equal(hours(1.5)) {
		l.Errorf("who walks in where nothing is on offer got %+v", made)
	}
	for name, c := range map[string]struct {
		who      study.Participant
		station  string
		at       float64
		machines int
		kind     error
	}{
		"where somebody sits":               {people[2], "A", 0.6, 9, study.ErrConflict},
		"where somebody sits who walked in": {people[2], "C", 0.6, 9, study.ErrConflict},
		"where a time begins soon":          {people[2], "B", 1.5, 9, study.ErrConflict},
		"when all machines are taken":       {people[2], "D", 0.6, 2, study.ErrConflict},
		"of another study":                  {stranger, "D", 0.6, 9, study.ErrNotFound},
		"whom nobody knows":                 {study.Participant{ID: 4711}, "D", 0.6, 9, study.ErrNotFound},
		"nowhere":                           {people[2], "", 0.6, 9, study.ErrInvalid},
	} {
		_, err := walk(c.who, c.station, c.at, c.machines)
		l.wantKind("somebody walks in "+name, err, c.kind)
	}
	again, err := walk(people[0], "A", 0.9, 2)
	l.must(err)
	l.wantEqual("the slot of who walks in during their own time", again.ID, slots[0].ID)
	l.wantEqual("what is on record of them", l.kinds(people[0].ID), []study.BookingKind{study.BookingWalkedIn})
	_, err = walk(people[4], "B", 2.6, 9)
	l.wantKind("somebody walks in when less than half of the time is left", err, study.ErrConflict)
	if all, err := l.Slots(l.ctx(), s); err != nil || len(all) != 3 {
		l.Errorf("slots are %+v, %v, want the two on offer and one that was made", all, err)
	}

	// Where no times are offered, nobody needs one; the first one would lock out everybody else.
	_, err = l.WalkIn(l.ctx(), study.Booking{Participant: stranger.ID, By: eve.ID, At: hours(0.5)},
		study.Slot{Study: stranger.Study, Station: "D", StartsAt: hours(0.5), EndsAt: hours(1.5)}, 9)
	l.wantKind("somebody walks in where no times are offered", err, study.ErrNoTimes)
	if all, err := l.Slots(l.ctx(), stranger.Study); err != nil || len(all) > 0 {
		l.Errorf("slots of a study without times are %+v, %v", all, err)
	}

	// Who had an appointment later gives it up.
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: people[3].ID, At: Noon})
	l.must(err)
	_, err = walk(people[3], "E", 1.2, 9)
	l.must(err)
	l.wantEqual("what is on record of who came early", l.kinds(people[3].ID), []study.BookingKind{study.BookingMade, study.BookingWalkedIn})
	d, err := l.Diary(l.ctx(), people[3].ID)
	l.must(err)
	l.wantEqual("what became of the later time", d.State(d.Appointments()[0], hours(1.2)), study.AppointmentMoved)
}

func testAppointing(l *lab) {
	s := l.published(OneTrial()).Study
	got, err := l.Appointing(l.ctx(), s)
	l.must(err)
	l.wantEqual("what nobody has said", got, study.Appointing{})
	want := study.Appointing{Notice: 24 * time.Hour, Contact: "Ada, room 12", Mail: "ada@example.org", At: Noon}
	l.must(l.SetAppointing(l.ctx(), s, want))
	got, err = l.Appointing(l.ctx(), s)
	l.must(err)
	l.wantEqual("what was said", got, want)
	l.wantKind("a notice of less than nothing", l.SetAppointing(l.ctx(), s, study.Appointing{Notice: -1, At: Noon}), study.ErrInvalid)
	l.wantKind("an address that is none", l.SetAppointing(l.ctx(), s, study.Appointing{Mail: "ada", At: Noon}), study.ErrInvalid)
	l.wantKind("a study that there is not", l.SetAppointing(l.ctx(), 4711, want), study.ErrNotFound)

	ada := l.people(s, false, 1)[0]
	slots := l.offered(slot(s, "A", 24, 25), slot(s, "A", 25, 26))
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: ada.ID, At: Noon})
	l.must(err)
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: ada.ID, At: hours(0)})
	l.wantKind("a move at the end of the notice", err, study.ErrConflict)
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: ada.ID, At: hours(-0.01)})
	l.must(err)
}

// manyMachines is more than run at one time in all studies that a long test makes.
const manyMachines = 100_000

// testBookingsAlike does things at random to the appointments of a study, and compares what becomes of them with what becomes of them in memory.
func testBookingsAlike(l *lab) {
	for seed := range uint64(Times(l.T, "STUDYCTL_TEST_BOOKINGS", 4)) {
		d := &double{l: l, other: &lab{T: l.T, Keeper: NewStore()}, chance: rand.New(rand.NewPCG(seed, 2)), now: Noon}
		var slots [2][]study.Slot
		d.both(func(i int, l *lab) error {
			d.studies[i] = l.published(OneTrial()).Study
			for _, p := range l.people(d.studies[i], false, 4) {
				d.people[i] = append(d.people[i], p.ID)
			}
			l.must(l.SetPassword(l.ctx(), "ada", "hash"))
			l.must(l.SetAppointing(l.ctx(), d.studies[i], study.Appointing{Notice: 2 * time.Hour, At: Noon}))
			at := func(station string, from int) study.Slot {
				s := slot(d.studies[i], station, from, from+2)
				s.Station = fmt.Sprintf("%d-%s", seed, station) // over all studies, a station is used once
				return s
			}
			l.must(l.OfferSlots(l.ctx(), []study.Slot{at("1", 1), at("1", 4), at("2", 4), at("2", 9), at("1", 15)}, manyMachines))
			all, err := l.Slots(l.ctx(), d.studies[i])
			slots[i] = all
			return err
		})
		for range 60 {
			d.appoint(slots)
		}
		var states [2][][]string
		d.both(func(i int, l *lab) error {
			for _, p := range d.people[i] {
				diary, err := l.Diary(l.ctx(), p)
				l.must(err)
				var all []string
				for _, a := range diary.Appointments() {
					all = append(all, a.Got.StartsAt.Format("15:04 ")+a.Got.Station+" "+string(diary.State(a, d.now)))
				}
				states[i] = append(states[i], all)
			}
			return nil
		})
		l.wantEqual("appointments after the same was done to both stores", states[0], states[1])
		if l.Failed() {
			l.Fatalf("with seed %d", seed)
		}
	}
}

// appoint does one thing that people do with appointments.
func (d *double) appoint(slots [2][]study.Slot) {
	who, which := d.chance.IntN(len(d.people[0])), d.chance.IntN(len(slots[0]))
	experimenter, missed := d.chance.IntN(2) == 0, d.chance.IntN(2) == 0
	fact := func(i int, l *lab) study.Booking {
		b := study.Booking{Participant: d.people[i][who], Slot: slots[i][which].ID, Kind: study.BookingCancelled, Reason: study.ReasonIll, At: d.now}
		if missed {
			b.Kind = study.BookingMissed
		}
		if experimenter {
			e, _, err := l.Experimenter(l.ctx(), "ada")
			l.must(err)
			b.By = e.ID
		}
		return b
	}
	switch kind := d.chance.IntN(16); {
	case kind < 8:
		d.both(func(i int, l *lab) error {
			_, err := l.BookSlot(l.ctx(), fact(i, l))
			return err
		})
	case kind < 12:
		d.both(func(i int, l *lab) error { return l.EndBooking(l.ctx(), fact(i, l)) })
	case kind < 14:
		d.now = d.now.Add(time.Duration(d.chance.IntN(90)) * time.Minute)
	case kind == 14:
		station := string(rune('p' + d.chance.IntN(3)))
		d.both(func(i int, l *lab) error {
			s := study.Slot{Study: d.studies[i], Station: slots[i][0].Station + station, StartsAt: d.now, EndsAt: d.now.Add(time.Hour)}
			_, err := l.WalkIn(l.ctx(), fact(i, l), s, manyMachines)
			return err
		})
	default:
		d.both(func(i int, l *lab) error {
			return l.Withdraw(l.ctx(), d.people[i][who], study.Withdrawal{At: d.now})
		})
	}
	d.held()
}

// held fails unless each slot belongs to one person at most, who has no other.
func (d *double) held() {
	d.l.Helper()
	d.both(func(i int, l *lab) error {
		all, err := l.Slots(l.ctx(), d.studies[i])
		seen := map[study.ParticipantID]bool{}
		for _, s := range all {
			if s.Participant != 0 && seen[s.Participant] {
				l.Fatalf("participant %d has two times: %+v", s.Participant, all)
			}
			seen[s.Participant] = true
		}
		return err
	})
}
