package studytest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"vmstudy/study"
)

// testParts reads each list in parts of every size, and holds what they make to the list as it is read at once.
func testParts(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada := l.named("ada")
	first := l.visitor(Design())
	in := first.Study
	other := l.visitor(Design()) // of another study, in between
	people := l.people(in, false, 4)
	for _, p := range people[:2] {
		l.begun(p)
	}
	day := Noon.Add(24 * time.Hour)
	var offered []study.Slot
	for i := range 4 {
		at := day.Add(-time.Duration(i) * 2 * time.Hour) // the newest is the earliest
		offered = append(offered, study.Slot{Study: in, Station: "A", StartsAt: at, EndsAt: at.Add(time.Hour)})
	}
	l.must(l.OfferSlots(l.ctx(), offered, 4))
	slots, err := l.Slots(l.ctx(), in)
	l.must(err)
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[1].ID, Participant: people[3].ID, By: ada, At: Noon})
	l.must(err)
	for i := range 3 {
		_, err := l.AddNote(l.ctx(), study.Note{Session: first.ID, At: Noon.Add(-time.Duration(i) * time.Minute), WrittenAt: Noon, By: ada, Text: fmt.Sprint("note ", i)})
		l.must(err)
	}

	studies, err := l.Studies(l.ctx())
	l.must(err)
	wantParts(l, "all studies", studies, func(p study.Part) ([]study.Study, error) { return l.StudiesIn(l.ctx(), nil, p) })
	one := slices.DeleteFunc(slices.Clone(studies), func(s study.Study) bool { return s.ID != in })
	wantParts(l, "one study", one, func(p study.Part) ([]study.Study, error) { return l.StudiesIn(l.ctx(), []study.StudyID{in}, p) })
	wantParts(l, "no studies", nil, func(p study.Part) ([]study.Study, error) { return l.StudiesIn(l.ctx(), []study.StudyID{}, p) })
	everybody, err := l.Participants(l.ctx(), in)
	l.must(err)
	wantParts(l, "participants", everybody, func(p study.Part) ([]study.Participant, error) { return l.ParticipantsIn(l.ctx(), in, p) })
	wantParts(l, "who has a link", everybody, func(p study.Part) ([]study.Participant, error) { return l.LinkedIn(l.ctx(), in, p) })
	slots, err = l.Slots(l.ctx(), in)
	l.must(err)
	wantParts(l, "slots", slots, func(p study.Part) ([]study.Slot, error) { return l.SlotsIn(l.ctx(), in, p) })
	sessions, err := l.Sessions(l.ctx(), in)
	l.must(err)
	wantParts(l, "sessions", sessions, func(p study.Part) ([]study.Session, error) { return l.SessionsIn(l.ctx(), in, p) })
	notes, err := l.Notes(l.ctx(), first.ID)
	l.must(err)
	wantParts(l, "notes", notes, func(p study.Part) ([]study.Note, error) { return l.NotesIn(l.ctx(), first.ID, p) })
	for _, amount := range []string{"5 EUR", "10 EUR"} {
		l.must(l.RecordCompensations(l.ctx(), in, []study.Compensation{{Participant: people[2].ID, Amount: amount, By: ada, At: Noon}, {Participant: people[0].ID, Amount: amount, By: ada, At: Noon}}))
	}
	got, err := l.Compensations(l.ctx(), in)
	l.must(err)
	wantParts(l, "compensations", slices.Collect(maps.Values(got)), func(p study.Part) ([]study.Compensation, error) { return l.CompensationsIn(l.ctx(), in, p) })

	numbered, err := l.SessionsNumbered(l.ctx(), []study.SessionID{other.ID, 4711, first.ID})
	l.must(err)
	l.wantEqual("sessions by number", numbered, []study.Session{l.found(other.ID), l.found(first.ID)})
	all, err := l.Diaries(l.ctx(), in)
	l.must(err)
	some, err := l.DiariesOf(l.ctx(), []study.ParticipantID{people[0].ID, people[3].ID})
	l.must(err)
	l.wantEqual("diaries of two", some, all)
	none, err := l.DiariesOf(l.ctx(), []study.ParticipantID{people[0].ID})
	l.must(err)
	l.wantEqual("diaries of one who never had an appointment", len(none), 0)
}

// wantParts fails the test unless the parts of a list, of each size, are the list by number, and no part is larger than it was to be.
func wantParts[T any](l *lab, what string, whole []T, read func(study.Part) ([]T, error)) {
	l.Helper()
	number := func(x T) int64 { return numberOf(l, x) }
	whole = slices.SortedFunc(slices.Values(whole), func(a, b T) int { return cmp.Compare(number(a), number(b)) })
	for most := range len(whole) + 2 {
		var got []T
		for p := (study.Part{Most: most}); ; {
			some, err := read(p)
			l.must(err)
			if most > 0 && len(some) > most {
				l.Fatalf("%s: %d in a part of %d", what, len(some), most)
			}
			got = append(got, some...)
			if len(some) == 0 || most == 0 {
				break
			}
			p.After = number(some[len(some)-1])
		}
		l.wantEqual(fmt.Sprintf("%s in parts of %d", what, most), got, whole)
	}
}

// numberOf returns the number of a thing of a list.
func numberOf(l *lab, x any) int64 {
	switch x := x.(type) {
	case study.Study:
		return int64(x.ID)
	case study.Participant:
		return int64(x.ID)
	case study.Slot:
		return int64(x.ID)
	case study.Session:
		return int64(x.ID)
	case study.Note:
		return int64(x.ID)
	case study.Compensation:
		return int64(x.Participant)
	}
	l.Fatalf("%s has no number", strings.ToLower(fmt.Sprintf("%T", x)))
	return 0
}
