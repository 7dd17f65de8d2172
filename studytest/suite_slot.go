package studytest

import (
	"sync"
	"time"

	"vmstudy/study"
)

// slot returns an offered slot at a station. from and to are hours after Noon.
func slot(s study.StudyID, station string, from, to int) study.Slot {
	return study.Slot{
		Study: s, Station: station,
		StartsAt: Noon.Add(time.Duration(from) * time.Hour), EndsAt: Noon.Add(time.Duration(to) * time.Hour),
	}
}

func (l *lab) offered(slots ...study.Slot) []study.Slot {
	l.Helper()
	l.must(l.OfferSlots(l.ctx(), slots, 10))
	all, err := l.Slots(l.ctx(), slots[0].Study)
	l.must(err)
	return all
}

func testOffers(l *lab) {
	s, other := l.published(OneTrial()).Study, l.published(OneTrial()).Study
	got := l.offered(slot(s, "B", 1, 2), slot(s, "A", 1, 2), slot(s, "A", 0, 1))
	want := []study.Slot{slot(s, "A", 0, 1), slot(s, "A", 1, 2), slot(s, "B", 1, 2)}
	for i := range want {
		want[i].ID = got[i].ID
	}
	l.wantEqual("slots by time", got, want)

	for name, c := range map[string]struct {
		offers []study.Slot
		kind   error
	}{
		"one that overlaps, in another study": {[]study.Slot{slot(other, "A", 1, 3)}, study.ErrConflict},
		"two that overlap each other":         {[]study.Slot{slot(s, "C", 1, 3), slot(s, "C", 2, 4)}, study.ErrConflict},
		"one that ends as it begins":          {[]study.Slot{slot(s, "C", 1, 1)}, study.ErrInvalid},
		"one at no station":                   {[]study.Slot{slot(s, "", 1, 2)}, study.ErrInvalid},
		"one of an unknown study":             {[]study.Slot{slot(4711, "C", 1, 2)}, study.ErrNotFound},
	} {
		l.wantKind(name, l.OfferSlots(l.ctx(), append([]study.Slot{slot(s, "D", 8, 9)}, c.offers...), 10), c.kind)
	}
	elsewhere := l.offered(slot(other, "A", 2, 3))
	day, err := l.Day(l.ctx(), Noon.Add(time.Hour), Noon.Add(2*time.Hour))
	l.must(err)
	l.wantEqual("slots that begin in the hour", day, want[1:])
	day, err = l.Day(l.ctx(), Noon, Noon.Add(24*time.Hour))
	l.must(err)
	l.wantEqual("slots of the day, nothing left of what was refused", day, append(want, elsewhere...))
}

func testMachines(l *lab) {
	s, other := l.published(OneTrial()).Study, l.published(OneTrial()).Study
	offer := func(slots ...study.Slot) error { return l.OfferSlots(l.ctx(), slots, 2) }
	l.must(offer(slot(s, "A", 0, 4), slot(s, "B", 2, 6)))
	l.wantKind("a third that holds the busy time", offer(slot(other, "C", 1, 5)), study.ErrConflict)
	l.wantKind("a third within the busy time", offer(slot(other, "C", 3, 4)), study.ErrConflict)
	l.wantKind("three at once", offer(slot(s, "C", 8, 9), slot(s, "D", 8, 9), slot(s, "E", 8, 9)), study.ErrConflict)
	l.must(offer(slot(other, "C", 0, 2), slot(other, "C", 4, 6)))
	l.must(l.OfferSlots(l.ctx(), []study.Slot{slot(s, "D", 8, 9)}, 1)) // fewer machines than slots, but no other slot is at that time
}

func testBooking(l *lab) {
	s := l.published(OneTrial()).Study
	people := l.people(s, false, 8)
	ada, bob := people[0], people[1]
	stranger := l.people(l.published(OneTrial()).Study, false, 1)[0]
	slots := l.offered(slot(s, "A", 1, 2), slot(s, "A", 2, 3), slot(s, "A", 3, 4))
	book := func(id study.SlotID, p study.Participant, now time.Time) error {
		_, err := l.BookSlot(l.ctx(), study.Booking{Slot: id, Participant: p.ID, At: now})
		return err
	}
	want := slots[0]
	want.Participant, want.Code = ada.ID, ada.Code
	for range 2 { // the second call must change nothing
		got, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: ada.ID, At: Noon})
		l.must(err)
		l.wantEqual("the booked slot", got, want)
	}
	err := book(slots[0].ID, bob, Noon)
	l.wantKind("a taken slot", err, study.ErrConflict)
	if study.Sentence(err) == "" {
		l.Errorf("a taken slot: %v has no sentence for the participant", err)
	}
	l.wantKind("a slot that has begun", book(slots[1].ID, bob, slots[1].StartsAt), study.ErrConflict)
	l.wantKind("a slot of another study", book(slots[1].ID, stranger, Noon), study.ErrNotFound)
	l.wantKind("an unknown slot", book(4711, bob, Noon), study.ErrNotFound)
	l.wantKind("nobody", book(slots[1].ID, study.Participant{ID: 4711}, Noon), study.ErrNotFound)

	l.must(book(slots[1].ID, ada, Noon))
	after, err := l.Slots(l.ctx(), s)
	l.must(err)
	l.wantEqual("the slot given back", after[0], slots[0])
	l.must(book(slots[0].ID, bob, Noon))

	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = book(slots[2].ID, people[2+i], Noon) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		l.Errorf("six asked for one slot at the same time and %d got it, want 1: %v", won, errs)
	}
}

func testRemove(l *lab) {
	v := l.published(OneTrial())
	slots := l.offered(slot(v.Study, "A", 1, 2), slot(v.Study, "A", 2, 3))
	_, err := l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: l.people(v.Study, false, 1)[0].ID, At: Noon})
	l.must(err)
	l.wantKind("a booked slot", l.RemoveSlot(l.ctx(), slots[0].ID), study.ErrConflict)
	l.must(l.RemoveSlot(l.ctx(), slots[1].ID))
	l.wantKind("a slot that is gone", l.RemoveSlot(l.ctx(), slots[1].ID), study.ErrNotFound)
	left, err := l.Slots(l.ctx(), v.Study)
	l.must(err)
	if len(left) != 1 || left[0].ID != slots[0].ID {
		l.Errorf("left are %+v, want the booked one", left)
	}
}
