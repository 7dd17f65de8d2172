package studytest

import (
	"errors"
	"math/rand/v2"
	"time"

	"vmstudy/study"
)

// A double does the same to two stores: to the one under test and to one in memory.
type double struct {
	l        *lab
	other    *lab
	chance   *rand.Rand
	now      time.Time
	versions [2][]study.VersionID
	studies  [2]study.StudyID
	sessions [2][]study.SessionID
	people   [2][]study.ParticipantID // whose the sessions are
}

// testAlike does things at random to the places of a study, and compares what becomes of them with what
// becomes of them in memory.
func testAlike(l *lab) {
	other := &lab{T: l.T, Keeper: NewStore()}
	for seed := range uint64(Times(l.T, "STUDYCTL_TEST_PLACES", 5)) {
		d := &double{l: l, other: other, chance: rand.New(rand.NewPCG(seed, 1)), now: Noon}
		d.both(func(i int, l *lab) error {
			v := l.published(alikeDesign(0))
			d.studies[i], d.versions[i] = v.Study, []study.VersionID{v.ID}
			return nil
		})
		for range 40 {
			d.act()
		}
		for n := range d.versions[0] {
			var found [2][]study.Tally
			d.both(func(i int, l *lab) error {
				r, err := l.Roster(l.ctx(), d.versions[i][n])
				found[i] = r.Tallies(d.now)
				return err
			})
			l.wantEqual("places after the same was done to both stores", found[0], found[1])
		}
		if l.Failed() {
			l.Fatalf("with seed %d", seed)
		}
	}
}

// alikeDesign returns a design of three conditions. Odd numbers have another plan than even ones.
func alikeDesign(n int) study.Design {
	d := OneTrial()
	d.Title, d.Seed = study.Plain("Version "+string(rune('A'+n))), uint64(n%2)
	d.Tasks = append(d.Tasks, study.Task{ID: "draw", Title: study.Plain("Draw")}, study.Task{ID: "read", Title: study.Plain("Read")})
	return d
}

// both calls do with each store. Both must fail in the same way, or neither.
func (d *double) both(do func(i int, l *lab) error) {
	d.l.Helper()
	mine, other := do(0, d.l), do(1, d.other)
	for _, kind := range []error{study.ErrNotFound, study.ErrInvalid, study.ErrConflict, study.ErrDenied} {
		if errors.Is(mine, kind) != errors.Is(other, kind) || (mine == nil) != (other == nil) {
			d.l.Fatalf("one store says %v, the other %v", mine, other)
		}
	}
}

// act does one thing that people do.
func (d *double) act() {
	who := -1
	if n := len(d.sessions[0]); n > 0 {
		who = d.chance.IntN(n)
	}
	switch kind := d.chance.IntN(11); {
	case kind < 3 || who < 0:
		d.begin(d.chance.IntN(6) == 0)
	case kind < 6:
		d.both(func(i int, l *lab) error { return l.RecordConsent(l.ctx(), d.sessions[i][who], false, d.now) })
	case kind == 6:
		d.both(func(i int, l *lab) error {
			_, err := l.TakeSeat(l.ctx(), d.sessions[i][who], d.now)
			return err
		})
		d.now = d.now.Add(time.Duration(d.chance.IntN(7)) * time.Hour)
	case kind == 7:
		d.both(func(i int, l *lab) error {
			return l.RecordVisit(l.ctx(), d.sessions[i][who], study.Step{Kind: study.StepEnd}, d.now)
		})
	case kind == 8:
		state := []study.PlaceState{study.PlaceActive, study.PlaceDropped, study.PlaceExcluded, study.PlaceWithdrawn}[d.chance.IntN(4)]
		d.both(func(i int, l *lab) error {
			return l.Rule(l.ctx(), d.sessions[i][who], study.Ruling{State: state, Why: "so", At: d.now})
		})
	case kind == 9:
		w := study.Withdrawal{Erase: d.chance.IntN(2) == 0, At: d.now}
		d.both(func(i int, l *lab) error { return l.Withdraw(l.ctx(), d.people[i][who], w) })
		d.both(func(i int, l *lab) error {
			_, err := l.Erase(l.ctx(), d.people[i][who], d.now)
			return err
		})
	default:
		d.change()
	}
}

// begin lets somebody begin on the newest version.
func (d *double) begin(pilot bool) {
	d.both(func(i int, l *lab) error {
		x := l.begun(l.people(d.studies[i], pilot, 1)[0])
		d.sessions[i], d.people[i] = append(d.sessions[i], x.ID), append(d.people[i], x.Participant.ID)
		return nil
	})
}

// change closes or opens a place, or publishes a version.
func (d *double) change() {
	n := len(d.versions[0])
	if n < 4 && d.chance.IntN(3) == 0 {
		d.both(func(i int, l *lab) error {
			l.must(Redraft(l.ctx(), l, d.studies[i], alikeDesign(n)))
			v, err := l.Publish(l.ctx(), d.studies[i], 0, d.now)
			d.versions[i] = append(d.versions[i], v.ID)
			return err
		})
		return
	}
	of := d.chance.IntN(n)
	c := study.Closing{Place: study.Place{Sequence: d.chance.IntN(5) - 1}, Closed: d.chance.IntN(2) == 0, At: d.now}
	d.both(func(i int, l *lab) error { return l.SetClosed(l.ctx(), d.versions[i][of], c) })
}
