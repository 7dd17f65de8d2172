package studytest

import (
	"fmt"
	"time"

	"vmstudy/study"
)

func testLayout(l *lab) {
	_, err := l.Session(l.ctx(), 4711)
	l.wantKind("an unknown session", err, study.ErrNotFound)
	v := l.published(Design())
	p := l.people(v.Study, false, 1)[0]
	x := l.begun(p)
	p.Session, p.Link = x.ID, ""
	want := study.Session{ID: x.ID, Study: v.Study, Version: v, Participant: p, StartedAt: Noon}
	l.wantEqual("the session before consent", x, want)

	x = l.started(p)
	want.ConsentedAt, want.Trials = Noon, []study.Trial{{Position: 0}}
	want.Assignment = study.Assignment{
		Participant: p.ID, Place: x.Assignment.Place, Arrival: 1, TakenAt: Noon, LeaseEnds: Noon.Add(study.Lease),
	}
	want.Trials[0].Condition, _ = v.Design.PracticeCondition()
	for i, c := range v.Design.Plan(x.Assignment.Place.Sequence) {
		want.Trials = append(want.Trials, study.Trial{Position: i + 1, Condition: c})
	}
	if len(x.Trials) != len(want.Trials) {
		l.Fatalf("got %d trials, want %d", len(x.Trials), len(want.Trials))
	}
	for i := range want.Trials {
		want.Trials[i].ID = x.Trials[i].ID
	}
	l.wantEqual("the session", x, want)
	if y := l.visitor(OneTrial()); len(y.Trials) != 1 || y.Trials[0].Position != 1 {
		l.Errorf("without practice got trials %+v, want one at position 1", y.Trials)
	}
}

func testSessionOnce(l *lab) {
	_, err := l.StartSession(l.ctx(), 4711, Noon)
	l.wantKind("a session of nobody", err, study.ErrNotFound)
	draft, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	p := l.people(draft, false, 1)[0]
	_, err = l.StartSession(l.ctx(), p.ID, Noon)
	l.wantKind("a session in a draft", err, study.ErrConflict)

	_, err = l.Publish(l.ctx(), draft, 0, Noon)
	l.must(err)
	x := l.started(p)
	l.must(Redraft(l.ctx(), l, draft, Design()))
	_, err = l.Publish(l.ctx(), draft, 0, Noon)
	l.must(err)
	id, err := l.StartSession(l.ctx(), p.ID, Noon.Add(time.Hour))
	l.must(err)
	l.wantEqual("the session started again, on the version it began with", l.found(id), x)

	later, err := l.StartSession(l.ctx(), l.people(draft, false, 1)[0].ID, Noon.Add(time.Hour))
	l.must(err)
	all, err := l.Sessions(l.ctx(), draft)
	l.must(err)
	l.wantEqual("sessions, the newest first", all, []study.Session{l.found(later), x})
	if all[0].Version.Number != 2 {
		l.Errorf("a new session is on version %d, want the newest, 2", all[0].Version.Number)
	}
}

func testLanguage(l *lab) {
	l.wantKind("a language in an unknown session", l.ChooseLanguage(l.ctx(), 4711, "de"), study.ErrNotFound)
	v := l.published(Bilingual())
	x := l.begun(l.people(v.Study, false, 1)[0])
	if got := x.Speaks(); got != "en" {
		l.Errorf("before anybody chose, the language is %q, want the first, en", got)
	}
	l.wantKind("a language that the study does not have", l.ChooseLanguage(l.ctx(), x.ID, "fr"), study.ErrInvalid)
	for _, language := range []study.Language{"de", "en", "de"} {
		l.must(l.ChooseLanguage(l.ctx(), x.ID, language))
		if got := l.found(x.ID).Speaks(); got != language {
			l.Errorf("the language is %q, want %q", got, language)
		}
	}
	l.must(l.RecordConsent(l.ctx(), x.ID, false, Noon))
	l.wantKind("another language after consent", l.ChooseLanguage(l.ctx(), x.ID, "en"), study.ErrConflict)
	l.must(l.ChooseLanguage(l.ctx(), x.ID, "de"))
	if got := l.found(x.ID).Speaks(); got != "de" {
		l.Errorf("after consent the language is %q, want de", got)
	}
}

func testSeats(l *lab) {
	_, err := l.TakeSeat(l.ctx(), 4711, Noon)
	l.wantKind("a seat in an unknown session", err, study.ErrNotFound)
	x := l.visitor(OneTrial())
	for want := 1; want <= 3; want++ {
		got, err := l.TakeSeat(l.ctx(), x.ID, Noon)
		l.must(err)
		if kept := l.found(x.ID).Seat; got != want || kept != want {
			l.Errorf("took seat %d and found %d, want %d", got, kept, want)
		}
	}
}

func testVisits(l *lab) {
	x := l.visitor(Design())
	for name, step := range map[string]study.Step{
		"the desktop":     {Kind: study.StepDesktop},
		"a rating":        {Kind: study.StepRate},
		"an unknown step": {Kind: "lunch"},
		"trial -1":        {Kind: study.StepPause, Trial: -1},
	} {
		l.wantKind(name, l.RecordVisit(l.ctx(), x.ID, step, Noon), study.ErrInvalid)
	}
	l.wantKind("a pause before no trial", l.RecordVisit(l.ctx(), x.ID, study.Step{Kind: study.StepPause, Trial: 99}, Noon), study.ErrNotFound)
	l.wantKind("an unknown session", l.RecordVisit(l.ctx(), 4711, study.Step{Kind: study.StepEnd}, Noon), study.ErrNotFound)

	at := func(n int) time.Time { return Noon.Add(time.Duration(n) * time.Minute) }
	steps := []study.Step{{Kind: study.StepConsent}, {Kind: study.StepAbout}, {Kind: study.StepPause, Trial: 3}, {Kind: study.StepEnd}}
	want := x
	want.ConsentedAt, want.AboutAt, want.EndedAt, want.Assignment.EndedAt = at(0), at(1), at(3), at(3)
	want.Trials[3].ReadyAt = at(2)
	want.Participant.Finished = true
	for _, day := range []time.Duration{0, 24 * time.Hour} { // the second call must change nothing
		for i, step := range steps {
			l.must(l.RecordVisit(l.ctx(), x.ID, step, at(i).Add(day)))
		}
		l.wantEqual("the session", l.found(x.ID), want)
	}
}

func testRatings(l *lab) {
	x, other := l.visitor(Design()), l.visitor(Design())
	trial := x.Trials[1].ID
	first := study.Rating{Instrument: "tlx", At: Noon, Answers: []study.Answer{{Item: "z", Value: "5"}, {Item: "a", Value: "ünïcode, \"quoted\"\n"}}}
	second := study.Rating{Instrument: "tlx", At: Noon.Add(time.Hour), Answers: []study.Answer{{Item: "z", Value: "6"}}}
	empty := study.Rating{Instrument: "satisfaction", At: Noon.Add(time.Minute)}
	about := study.Rating{Instrument: "about", At: Noon, Answers: []study.Answer{{Item: "age", Value: "44"}}}
	for _, r := range []study.Rating{first, second, empty} {
		l.must(l.RecordRating(l.ctx(), x.ID, trial, r))
	}
	l.must(l.RecordRating(l.ctx(), x.ID, 0, about))
	l.must(l.RecordRating(l.ctx(), x.ID, 0, about))
	l.wantKind("a trial of another session", l.RecordRating(l.ctx(), x.ID, other.Trials[1].ID, second), study.ErrNotFound)
	l.wantKind("an unknown session", l.RecordRating(l.ctx(), 4711, 0, about), study.ErrNotFound)
	l.wantKind("an instrument without a name", l.RecordRating(l.ctx(), x.ID, trial, study.Rating{At: Noon}), study.ErrInvalid)
	twice := study.Rating{Instrument: "remarks", At: Noon, Answers: []study.Answer{{Item: "a"}, {Item: "a"}}}
	l.wantKind("an item answered twice", l.RecordRating(l.ctx(), x.ID, trial, twice), study.ErrConflict)

	got, err := l.Ratings(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("ratings", got, map[study.TrialID][]study.Rating{0: {about}, trial: {first, empty}})
	l.wantEqual("instruments rated about no trial", l.found(x.ID).Rated, []string{"about"})
	l.wantEqual("instruments rated", l.found(x.ID).Trials[1].Rated, []string{"tlx", "satisfaction"})
	l.wantEqual("instruments rated after another trial", l.found(x.ID).Trials[2].Rated, []string{})
	_, err = l.Ratings(l.ctx(), 4711)
	l.wantKind("ratings of an unknown session", err, study.ErrNotFound)
}

func testOpenSessions(l *lab) {
	v := l.published(OneTrial())
	people := l.people(v.Study, false, 3)
	var ids []study.SessionID
	for i, p := range people {
		id, err := l.StartSession(l.ctx(), p.ID, Noon.Add(time.Duration(i)*time.Hour))
		l.must(err)
		ids = append(ids, id)
	}
	other := l.visitor(OneTrial()) // a session of another study
	l.must(l.RecordVisit(l.ctx(), ids[2], study.Step{Kind: study.StepEnd}, Noon))
	kept := other.Assignment.LeaseEnds
	if kept.IsZero() {
		l.Fatalf("who has consented has the place %+v", other.Assignment)
	}
	for _, tt := range []struct {
		since, now time.Time
		want       []study.Session
	}{
		{Noon, kept, []study.Session{l.found(ids[1]), other, l.found(ids[0])}},
		{Noon.Add(time.Minute), kept, []study.Session{l.found(ids[1])}},
		{Noon.Add(time.Minute), kept.Add(-time.Second), []study.Session{l.found(ids[1]), other}}, // whose place is kept
	} {
		got, err := l.OpenSessions(l.ctx(), tt.since, tt.now)
		l.must(err)
		l.wantEqual(fmt.Sprintf("open sessions since %v at %v", tt.since, tt.now), got, tt.want)
	}
	l.opened(other.Trials[0])
	got, err := l.OpenSessions(l.ctx(), Noon.Add(time.Minute), kept)
	l.must(err)
	l.wantEqual("open sessions, of which one has an attempt in flight", got, []study.Session{l.found(ids[1]), l.found(other.ID)})
}
