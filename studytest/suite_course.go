package studytest

import (
	"time"

	"vmstudy/study"
)

// done lets somebody do a trial, which ends at Noon.
func (l *lab) done(t study.Trial) {
	l.Helper()
	a := l.turned(l.opened(t), study.Running)
	a.EndedAt = Noon
	l.turned(a, study.Finished)
}

// comesTwice returns somebody who has done the first visit of two, which ended at Noon; the second may begin three hours later.
func (l *lab) comesTwice() study.Session {
	l.Helper()
	d := Design()
	d.Practice, d.Visits = nil, []study.Visit{{After: 1, Apart: 3 * time.Hour}}
	x := l.visitor(d)
	l.done(x.Trials[0])
	l.seat(x, Noon)
	return l.found(x.ID)
}

// The appointment of somebody who comes twice is for the visit that comes next. That of the first visit stays theirs.
func testBookingsOfVisits(l *lab) {
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	eve := l.named("eve")
	d := Design()
	d.Practice, d.Visits = nil, []study.Visit{{After: 1, Apart: 3 * time.Hour}}
	s := l.published(d).Study
	ada := l.people(s, false, 1)[0]
	slots := l.offered(slot(s, "A", 0, 1), slot(s, "A", 1, 2), slot(s, "A", 3, 4), slot(s, "A", 5, 6))
	book := func(i int, by study.ExperimenterID, at time.Time) error {
		b := study.Booking{Slot: slots[i].ID, Participant: ada.ID, By: by, At: at}
		if by != 0 {
			b.Reason = study.ReasonAsked
		}
		_, err := l.BookSlot(l.ctx(), b)
		return err
	}
	l.must(book(0, 0, hours(-1)))
	x := l.started(ada)
	l.wantKind("another time in the first visit", book(2, 0, Noon), study.ErrConflict)
	l.done(x.Trials[0])
	x = l.found(x.ID)
	diary, err := l.Diary(l.ctx(), ada.ID)
	l.must(err)
	l.wantEqual("how far they have come", diary.Course, x.Course())
	l.wantEqual("when they may come back", diary.Back, hours(3))
	all, err := l.Diaries(l.ctx(), s)
	l.must(err)
	l.wantEqual("their diary among all", all[ada.ID], diary)
	some, err := l.DiariesOf(l.ctx(), []study.ParticipantID{ada.ID})
	l.must(err)
	l.wantEqual("their diary among some", some[ada.ID], diary)

	l.wantKind("a time before they may come back", book(1, 0, hours(0.5)), study.ErrConflict)
	l.wantKind("such a time by hand", book(1, eve, hours(0.5)), study.ErrConflict)
	l.must(book(2, 0, hours(0.5)))
	l.must(book(3, 0, hours(0.6)))
	for _, from := range []study.SlotID{slots[0].ID, slots[2].ID} { // of the first visit, and given up
		_, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[2].ID, From: from, Participant: ada.ID, By: eve, Reason: study.ReasonAsked, At: hours(0.7)})
		l.wantKind("move what they have not for the next visit", err, study.ErrConflict)
	}
	diary, err = l.Diary(l.ctx(), ada.ID)
	l.must(err)
	l.wantEqual("what the time is for", diary.Last().Visit, 2)
	now, err := l.Slots(l.ctx(), s)
	l.must(err)
	for i, want := range []study.ParticipantID{ada.ID, 0, 0, ada.ID} {
		l.wantEqual("who has time "+now[i].StartsAt.Format("15:04"), now[i].Participant, want)
	}
	l.wantKind("take back the time of the first visit", l.RemoveSlot(l.ctx(), slots[0].ID), study.ErrConflict)
	l.must(l.EndBooking(l.ctx(), study.Booking{Participant: ada.ID, Kind: study.BookingCancelled, Slot: slots[3].ID, At: hours(1)}))
	_, err = l.WalkIn(l.ctx(), study.Booking{Participant: ada.ID, By: eve, At: hours(2)}, study.Slot{Study: s, Station: "B", StartsAt: hours(2), EndsAt: hours(3)}, 9)
	l.wantKind("walk in before they may come back", err, study.ErrConflict)
	_, err = l.WalkIn(l.ctx(), study.Booking{Participant: ada.ID, By: eve, At: hours(3)}, study.Slot{Study: s, Station: "B", StartsAt: hours(3), EndsAt: hours(4)}, 9)
	l.must(err)
	l.opened(x.Trials[1])
	l.wantKind("another time in the last visit", book(3, eve, hours(3)), study.ErrConflict)
}

// The place is kept through the appointment, and not if that is cancelled. Nothing of it is written into the lease.
func testLeaseOfAppointments(l *lab) {
	x := l.comesTwice()
	before := x.Assignment.LeaseEnds
	late := int(before.Sub(Noon).Hours()) + 24
	at := l.offered(slot(x.Study, "A", late, late+1))[0]
	_, err := l.BookSlot(l.ctx(), study.Booking{Slot: at.ID, Participant: x.Participant.ID, At: Noon})
	l.must(err)
	a := l.found(x.ID).Assignment
	l.wantEqual("the lease", a.LeaseEnds, before)
	l.wantEqual("until when the place is kept", a.KeptUntil(), at.EndsAt.Add(study.Lease))
	taken := l.roster(x.Version).Taken
	l.wantEqual("in the roster", taken[0].KeptUntil(), at.EndsAt.Add(study.Lease))
	l.must(l.EndBooking(l.ctx(), study.Booking{Participant: x.Participant.ID, Kind: study.BookingCancelled, Slot: at.ID, At: Noon}))
	a = l.found(x.ID).Assignment
	l.wantEqual("until when the place is kept without it", a.KeptUntil(), before)
}

// Who began before their appointment, and is excluded and put back, has it all the same.
func testRulingsOfWhoBeganEarly(l *lab) {
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	eve := l.named("eve")
	s := l.published(OneTrial()).Study
	p := l.people(s, false, 1)[0]
	at := l.offered(slot(s, "A", 1, 2))[0]
	_, err := l.BookSlot(l.ctx(), study.Booking{Slot: at.ID, Participant: p.ID, At: Noon})
	l.must(err)
	x, err := l.StartSession(l.ctx(), p.ID, hours(1).Add(-10*time.Minute))
	l.must(err)
	for i, state := range []study.PlaceState{study.PlaceExcluded, study.PlaceActive} {
		r := study.Ruling{State: state, Ground: study.GroundTechnical, By: eve, At: hours(1).Add(time.Duration(i-5) * time.Minute)}
		if state == study.PlaceActive {
			r.Ground, r.Why = "", "back"
		}
		l.must(l.Rule(l.ctx(), x, r))
	}
	l.wantEqual("what is on record", l.kinds(p.ID), []study.BookingKind{study.BookingMade})
	now, err := l.Slots(l.ctx(), s)
	l.must(err)
	l.wantEqual("who has the time", now[0].Participant, p.ID)
}

// Who is dropped, excluded or withdrawn between two visits gives back their appointment, and gets no other.
func testWhoIsOutBetweenVisits(l *lab) {
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	eve := l.named("eve")
	for _, state := range []study.PlaceState{study.PlaceDropped, study.PlaceExcluded, study.PlaceWithdrawn} {
		x := l.comesTwice()
		p := x.Participant.ID
		slots := l.offered(slot(x.Study, "of "+string(state), 5, 6), slot(x.Study, "of "+string(state), 6, 7))
		_, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: p, At: Noon})
		l.must(err)
		l.must(l.SetAddress(l.ctx(), study.Address{Participant: p, Mail: "ada@example.org", Language: "en", At: Noon}))
		l.must(l.Rule(l.ctx(), x.ID, study.Ruling{State: state, Ground: study.GroundAbsent, By: eve, At: hours(1)}))
		l.wantEqual("what is on record", l.kinds(p), []study.BookingKind{study.BookingMade, study.BookingCancelled})
		free, err := l.Slots(l.ctx(), x.Study)
		l.must(err)
		l.wantEqual("the times", free, slots)
		c := l.only(x.Participant)
		owed := c.Owed(hours(1))
		if len(owed) != 1 || owed[0].Kind != study.MailCancels || c.Over(hours(1)) {
			l.Errorf("%s: owed are %+v, and over is %t", state, owed, c.Over(hours(1)))
		}
		_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: p, By: eve, Reason: study.ReasonAsked, At: hours(1)})
		l.wantKind("another time for who is out", err, study.ErrConflict)
		if state == study.PlaceWithdrawn {
			continue
		}
		l.must(l.Rule(l.ctx(), x.ID, study.Ruling{State: study.PlaceActive, Why: "back", By: eve, At: hours(2)}))
		l.wantEqual("what is on record of who is back", len(l.kinds(p)), 2)
		_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: p, By: eve, Reason: study.ReasonAsked, At: hours(2)})
		l.must(err)
	}
}
