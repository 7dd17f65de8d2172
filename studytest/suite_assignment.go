package studytest

import (
	"errors"
	"slices"
	"sync"
	"time"

	"vmstudy/study"
)

func (l *lab) roster(v study.Version) study.Roster {
	l.Helper()
	r, err := l.Roster(l.ctx(), v.ID)
	l.must(err)
	return r
}

// fills returns how many people fill each place of a version's plan at the moment at.
func (l *lab) fills(v study.Version, at time.Time) (all []int) {
	l.Helper()
	for _, t := range l.roster(v).Tallies(at) {
		all = append(all, t.Filled())
	}
	return all
}

func testBalance(l *lab) {
	v := l.published(Design())
	rows := v.Design.Sequences()
	for round := range 2 {
		for range rows {
			l.started(l.people(v.Study, true, 1)[0])
			l.started(l.people(v.Study, false, 1)[0])
		}
		l.wantEqual("people at each place", l.fills(v, Noon), slices.Repeat([]int{round + 1}, rows))
	}
	_, err := l.Roster(l.ctx(), 4711)
	l.wantKind("the roster of an unknown version", err, study.ErrNotFound)
}

// testBalanceAtOnce lets 50 people consent at the same moment, each by two presses. They must get what
// they would get one after the other.
func testBalanceAtOnce(l *lab) {
	v := l.published(Design())
	people := l.people(v.Study, false, 50)
	sessions := make([]study.SessionID, 2*len(people))
	errs := make([]error, len(sessions))
	var all sync.WaitGroup
	for i := range sessions {
		all.Go(func() {
			if sessions[i], errs[i] = l.StartSession(l.ctx(), people[i/2].ID, Noon); errs[i] == nil {
				errs[i] = l.RecordConsent(l.ctx(), sessions[i], false, Noon)
			}
		})
	}
	all.Wait()
	for i, id := range sessions {
		l.must(errs[i])
		if id != sessions[i/2*2] {
			l.Errorf("a second press started session %d beside %d", id, sessions[i/2*2])
		}
		if n := len(l.found(id).Trials); n != 1+v.Design.Sequences()/2 {
			l.Errorf("session %d has %d trials, want %d", id, n, 1+v.Design.Sequences()/2)
		}
	}
	r := l.roster(v)
	taken := r.Taken
	slices.SortFunc(taken, func(a, b study.Assignment) int { return a.Arrival - b.Arrival })
	for i, got := range taken {
		r.Taken = taken[:i]
		want, err := r.Next(study.Participant{ID: got.Participant}, Noon)
		l.must(err)
		l.wantEqual("a place that was taken at the same moment as others", got, want)
	}
	l.wantEqual("people who have a place", len(taken), len(people))
}

// testGivenBack lets the first of two people go in every way. The place must go to the next one.
func testGivenBack(l *lab) {
	d := Design()
	d.Order, d.Methods, d.Tasks = study.Latin, study.PlainLevels(study.Local), append(d.Tasks, study.Task{ID: "draw", Title: study.Plain("Draw")})
	rule := func(state study.PlaceState) func(study.Session) {
		return func(x study.Session) {
			l.must(l.Rule(l.ctx(), x.ID, study.Ruling{State: state, Why: "ill", At: Noon}))
		}
	}
	late := Noon.Add(study.Lease)
	for name, test := range map[string]struct {
		goes func(study.Session)
		at   time.Time
		back bool
	}{
		"is still there":          {func(study.Session) {}, late.Add(-time.Second), false},
		"has dropped":             {rule(study.PlaceDropped), Noon, true},
		"is excluded":             {rule(study.PlaceExcluded), Noon, true},
		"has withdrawn":           {rule(study.PlaceWithdrawn), Noon, true},
		"has not come back":       {func(study.Session) {}, late, true},
		"has finished long ago":   {func(x study.Session) { l.must(l.RecordVisit(l.ctx(), x.ID, study.Step{Kind: study.StepEnd}, Noon)) }, late, false},
		"has opened another page": {func(x study.Session) { l.seat(x, Noon.Add(time.Second)) }, late, false},
	} {
		v := l.published(d)
		people := l.people(v.Study, false, 2)
		first := l.started(people[0])
		l.seat(first, Noon.Add(-time.Hour)) // a page that was asked for earlier takes nothing away
		test.goes(first)
		next := l.begun(people[1])
		l.must(l.RecordConsent(l.ctx(), next.ID, false, test.at))
		filled := make([]int, 2)
		filled[l.found(next.ID).Assignment.Place.Sequence]++
		if !test.back {
			filled[first.Assignment.Place.Sequence]++
		}
		l.wantEqual("people at each place if the first "+name, l.fills(v, test.at), filled)
		if l.seat(first, test.at); l.found(first.ID).Assignment.Place != first.Assignment.Place {
			l.Errorf("the first %s and has another place after coming back", name)
		}
	}
}

// seat opens a page of a session.
func (l *lab) seat(x study.Session, at time.Time) {
	l.Helper()
	_, err := l.TakeSeat(l.ctx(), x.ID, at)
	l.must(err)
}

// conflictIf returns study.ErrConflict if something is refused, else nil.
func conflictIf(refused bool) error {
	if refused {
		return study.ErrConflict
	}
	return nil
}

func testRulings(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	x := l.visitor(OneTrial())
	say := func(state study.PlaceState, why string) study.Ruling {
		return study.Ruling{State: state, Why: why, By: ada.ID, At: Noon.Add(time.Minute)}
	}
	l.wantKind("about an unknown session", l.Rule(l.ctx(), 4711, say(study.PlaceDropped, "left")), study.ErrNotFound)
	l.wantKind("without a reason", l.Rule(l.ctx(), x.ID, say(study.PlaceExcluded, "")), study.ErrInvalid)
	l.must(l.Rule(l.ctx(), x.ID, say(study.PlaceActive, "as it is")))
	l.wantEqual("the session after a ruling that changes nothing", l.found(x.ID), x)

	want := x
	for _, r := range []study.Ruling{say(study.PlaceExcluded, "slept"), say(study.PlaceActive, "did not"), say(study.PlaceDropped, "left"), say(study.PlaceExcluded, "slept")} {
		l.must(l.Rule(l.ctx(), x.ID, r))
		l.must(l.Rule(l.ctx(), x.ID, r)) // a second press
		again := r
		again.Why = "as somebody else says"
		l.wantKind("the same for another reason", l.Rule(l.ctx(), x.ID, again), conflictIf(r.State != study.PlaceActive))
		r.Name = "ada"
		want.Assignment.Ruling, want.Participant.Ruled = r, r.State
		l.wantEqual("the session after a ruling", l.found(x.ID), want)
		l.wantEqual("the roster after a ruling", l.roster(x.Version).Taken, []study.Assignment{want.Assignment})
	}
	l.must(l.Rule(l.ctx(), x.ID, study.Ruling{State: study.PlaceWithdrawn, At: Noon}))
	l.wantKind("about one who has withdrawn", l.Rule(l.ctx(), x.ID, say(study.PlaceActive, "no")), study.ErrConflict)
}

// testRuledOut rules on people before and after they have a place. What they try then must be refused, and must work again when
// the ruling is taken back.
func testRuledOut(l *lab) {
	for name, state := range map[string]study.PlaceState{"dropped": study.PlaceDropped, "excluded": study.PlaceExcluded} {
		x := l.visitor(OneTrial())
		early := l.begun(l.people(x.Study, false, 1)[0])
		try := func(when string, want error) {
			_, err := l.OpenAttempt(l.ctx(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: Noon})
			for what, err := range map[string]error{
				"consents":          l.RecordConsent(l.ctx(), early.ID, false, Noon),
				"answers":           l.RecordRating(l.ctx(), x.ID, 0, study.Rating{Instrument: "sus", At: Noon}),
				"passes a step":     l.RecordVisit(l.ctx(), x.ID, study.Step{Kind: study.StepAbout}, Noon),
				"begins an attempt": err,
			} {
				if !errors.Is(err, want) {
					l.Errorf("somebody who %s %s: got %v, want %v", when, what, err, want)
				}
			}
		}
		for _, id := range []study.SessionID{x.ID, early.ID} {
			l.must(l.Rule(l.ctx(), id, study.Ruling{State: state, Ground: study.GroundAbsent, At: Noon}))
		}
		want := study.Assignment{Participant: early.Participant.ID, Ruling: study.Ruling{State: state, Ground: study.GroundAbsent, At: Noon}}
		l.wantEqual("what is on record of somebody without a place who is "+name, l.found(early.ID).Assignment, want)
		try("is "+name, study.ErrConflict)
		for _, id := range []study.SessionID{x.ID, early.ID} {
			l.must(l.Rule(l.ctx(), id, study.Ruling{State: study.PlaceActive, Why: "came back", At: Noon}))
		}
		try("was "+name+" and put back", nil)
		if a := l.found(early.ID).Assignment; !a.Taken() || a.Ruling.Why != "came back" {
			l.Errorf("who was put back and consented has %+v", a)
		}
	}
}

func testTrialRulings(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	d := OneTrial()
	d.Practice = &d.Tasks[0]
	x := l.visitor(d)
	practice, t := x.Trials[0], x.Trials[1]
	say := func(excluded bool, g study.Ground) study.TrialRuling {
		return study.TrialRuling{Excluded: excluded, Ground: g, Why: "noise", By: ada.ID, At: Noon.Add(time.Minute)}
	}
	l.wantKind("about a trial of nobody", l.RuleOnTrial(l.ctx(), x.ID, 4711, say(true, study.GroundTechnical)), study.ErrNotFound)
	l.wantKind("about a trial of somebody else", l.RuleOnTrial(l.ctx(), l.visitor(OneTrial()).ID, t.ID, say(true, study.GroundTechnical)), study.ErrNotFound)
	l.wantKind("about the practice trial", l.RuleOnTrial(l.ctx(), x.ID, practice.ID, say(true, study.GroundTechnical)), study.ErrConflict)
	l.wantKind("without a reason", l.RuleOnTrial(l.ctx(), x.ID, t.ID, study.TrialRuling{Excluded: true, At: Noon}), study.ErrInvalid)
	l.must(l.RuleOnTrial(l.ctx(), x.ID, t.ID, say(false, study.GroundTechnical)))
	l.wantEqual("the session after a ruling that changes nothing", l.found(x.ID), x)
	for _, r := range []study.TrialRuling{say(true, study.GroundTechnical), say(false, study.GroundOther), say(true, study.GroundOther)} {
		l.must(l.RuleOnTrial(l.ctx(), x.ID, t.ID, r))
		l.must(l.RuleOnTrial(l.ctx(), x.ID, t.ID, r)) // a second press
		again := r
		again.Why = "as somebody else says"
		l.wantKind("the same of a trial for another reason", l.RuleOnTrial(l.ctx(), x.ID, t.ID, again), conflictIf(r.Excluded))
		r.Name = "ada"
		l.wantEqual("the trial after a ruling", l.found(x.ID).Trials[1].Ruling, r)
		l.wantEqual("the practice trial after it", l.found(x.ID).Trials[0], practice)
	}
}

func testClosed(l *lab) {
	v := l.published(Design())
	shut := func(sequence int, closed bool) study.Closing {
		return study.Closing{Place: study.Place{Sequence: sequence}, Closed: closed, At: Noon}
	}
	l.wantKind("a place of an unknown version", l.SetClosed(l.ctx(), 4711, shut(0, true)), study.ErrNotFound)
	l.wantKind("a place that the plan has not", l.SetClosed(l.ctx(), v.ID, shut(v.Design.Sequences(), true)), study.ErrNotFound)
	for _, c := range []study.Closing{shut(1, true), shut(1, true), shut(3, true), shut(4, false), shut(5, true), shut(5, false)} {
		l.must(l.SetClosed(l.ctx(), v.ID, c))
	}
	l.wantEqual("what is closed", l.roster(v).Closed, []study.Place{{Sequence: 1}, {Sequence: 3}})
	for range 2 * v.Design.Sequences() {
		if s := l.started(l.people(v.Study, false, 1)[0]).Assignment.Place.Sequence; s == 1 || s == 3 {
			l.Errorf("somebody got sequence %d, which is closed", s)
		}
	}

	l.must(l.SetClosed(l.ctx(), v.ID, shut(study.WholeGroup, true)))
	x := l.begun(l.people(v.Study, false, 1)[0])
	l.wantKind("consent while all is closed", l.RecordConsent(l.ctx(), x.ID, false, Noon), study.ErrConflict)
	l.wantEqual("the session after that", l.found(x.ID), x)
	l.started(l.people(v.Study, true, 1)[0]) // a pilot
	l.must(l.SetClosed(l.ctx(), v.ID, shut(study.WholeGroup, false)))
	l.must(l.RecordConsent(l.ctx(), x.ID, false, Noon))
}

func testSharedPlan(l *lab) {
	first := l.published(Design())
	next := func(change func(*study.Design)) study.Version {
		d := Design()
		change(&d)
		l.must(Redraft(l.ctx(), l, first.Study, d))
		v, err := l.Publish(l.ctx(), first.Study, 0, Noon)
		l.must(err)
		return v
	}
	a := l.started(l.people(first.Study, false, 1)[0])
	l.must(l.SetClosed(l.ctx(), first.ID, study.Closing{Place: study.Place{Sequence: 2}, Closed: true, At: Noon}))
	reworded := next(func(d *study.Design) { d.Title, d.Consent = study.Plain("Reworded"), study.Plain("Do you agree?") })
	b := l.started(l.people(first.Study, false, 1)[0])
	l.wantEqual("who has a place, seen from either version", l.roster(first), l.roster(reworded))
	l.wantEqual("arrivals", []int{a.Assignment.Arrival, b.Assignment.Arrival}, []int{1, 2})
	if len(l.roster(first).Taken) != 2 || len(l.roster(first).Closed) != 1 {
		l.Errorf("two versions with the same plan have the roster %+v", l.roster(first))
	}
	other := next(func(d *study.Design) { d.Seed++ })
	c := l.started(l.people(first.Study, false, 1)[0])
	l.wantEqual("who has a place in another plan", l.roster(other).Taken, []study.Assignment{c.Assignment})
	l.wantEqual("what is closed in another plan", l.roster(other).Closed, []study.Place{})
}
