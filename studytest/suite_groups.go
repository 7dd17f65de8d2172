package studytest

import (
	"slices"
	"time"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Grouped returns a design with everything that a version may have between people and beside the usual factors: groups into
// which people get in each way, a free factor, tasks of two appliances, and a task with two forms.
func Grouped() study.Design {
	d := Design()
	d.Tasks[0].Forms = []study.Form{{Name: "A"}, {Name: "B", Goal: "other.txt", Instruction: study.Plain("Copy the letter on the right.")}}
	d.Tasks = append(d.Tasks, study.Task{ID: "type", Appliance: "office", Title: study.Plain("Write a report")})
	d.Factors = []study.FreeFactor{{
		Name: "light", Only: study.Crossing{Methods: []string{"vnc"}},
		Levels: []study.FreeLevel{{Name: "bright"}, {Name: "dark", Label: "Dark room", Shown: study.Plain("The light goes out."), Told: "Draw the curtains."}},
	}}
	d.Groups = []study.Group{
		{Name: "invited", Title: "Who was invited", Codes: []string{"P002"}},
		{Name: "old", Title: "Who is 40 or older", Answered: &instrument.When{Item: "age", Is: []string{"44"}}, Crossing: study.Crossing{Networks: []string{"LAN"}}, Thanks: study.Plain("Well done.")},
		{Name: "young", Crossing: study.Crossing{Tasks: []string{"type"}}, Instructions: []study.Instead{{Task: "type", Instruction: study.Plain("Copy it.")}}},
		{Name: "staff", ByHand: true},
	}
	return d
}

// testGroups lets people get into their groups in each way.
func testGroups(l *lab) {
	v := l.published(Grouped())
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	by := ada.ID
	people := l.people(v.Study, false, 4)
	l.wantKind("a group that is not there", l.PutIntoGroup(l.ctx(), people[3].ID, "nobody", by, Noon), study.ErrNotFound)
	l.must(l.PutIntoGroup(l.ctx(), people[3].ID, "invited", by, Noon))
	l.must(l.PutIntoGroup(l.ctx(), people[3].ID, "staff", by, Noon))
	all, err := l.Participants(l.ctx(), v.Study)
	l.must(err)
	l.wantEqual("the group that somebody is put into", all[3].Put, "staff")
	ages := []string{"44", "44", "20", "44"}
	want := []string{"old", "invited", "young", "staff"}
	for i, p := range people {
		id, err := l.StartSession(l.ctx(), p.ID, Noon)
		l.must(err)
		l.must(l.RecordConsent(l.ctx(), id, false, Noon))
		asks := i == 0 || i == 2 // whose group depends on what they answer
		if x := l.found(id); x.Assignment.Taken() == asks || x.ConsentedAt.IsZero() || (len(x.Trials) == 0) != asks {
			l.Errorf("who gets into group %s has place %+v and %d trials after consent", want[i], x.Assignment, len(x.Trials))
		}
		l.wantEqual("the step after consent", l.found(id).Step().Kind, study.StepAbout)
		l.must(l.RecordRating(l.ctx(), id, 0, study.Rating{Instrument: "about", At: Noon, Answers: []study.Answer{{Item: "age", Value: ages[i]}}}))
		l.must(l.RecordVisit(l.ctx(), id, study.Step{Kind: study.StepAbout}, Noon))
		l.wantLaidOut(l.found(id), want[i])
		l.wantKind("a group after the place", l.PutIntoGroup(l.ctx(), p.ID, "staff", by, Noon), study.ErrConflict)
		l.wantEqual("the group that somebody had been put into when they consented", l.found(id).PutThen, []string{"", "", "", "staff"}[i])
	}
	late := l.people(v.Study, false, 1)[0]
	id, err := l.StartSession(l.ctx(), late.ID, Noon)
	l.must(err)
	l.must(l.RecordConsent(l.ctx(), id, false, Noon))
	l.must(l.PutIntoGroup(l.ctx(), late.ID, "staff", by, Noon.Add(time.Minute)))
	x := l.found(id)
	l.wantEqual("the groups of who was put into one after the consent, now and then", []string{x.Participant.Put, x.PutThen}, []string{"staff", ""})
	l.must(l.Withdraw(l.ctx(), late.ID, study.Withdrawal{At: Noon}))
	l.wantKind("a group for who has withdrawn", l.PutIntoGroup(l.ctx(), late.ID, "invited", by, Noon.Add(time.Hour)), study.ErrConflict)
}

// wantLaidOut checks that x is in the group, with the trials of its place.
func (l *lab) wantLaidOut(x study.Session, group string) {
	l.Helper()
	l.wantEqual("the group", x.Assignment.Place.Group, group)
	d := x.Version.Design.For(group)
	want := d.Plan(x.Assignment.Place.Sequence)
	practice, _ := d.PracticeCondition()
	var got []study.Condition
	for _, t := range x.Trials {
		got = append(got, t.Condition)
	}
	l.wantEqual("the trials of group "+group, got, append([]study.Condition{practice}, want...))
	forms := slices.ContainsFunc(got, func(c study.Condition) bool { return c.Form == "B" && c.Task.Goal == "other.txt" })
	l.wantEqual("whether some trial has the form B", forms, true)
}

// screened returns a design whose screening turns away who is under 18, and puts the others into groups.
func screened() study.Design {
	d := Grouped()
	d.About, d.Screening, d.Visits = "", []string{"fit"}, []study.Visit{{After: 1, Apart: 24 * time.Hour}}
	young, _ := instrument.ParseDecimal("17")
	d.TurnAway, d.TurnedAway = []instrument.When{{Item: "age", AtMost: &young}}, study.Plain("Thank you.")
	return d
}

// testScreening lets people answer a screening that turns some of them away.
func testScreening(l *lab) {
	v := l.published(screened())
	ages, want := []string{"44", "16", "20"}, []string{"old", "", "young"}
	people := l.people(v.Study, false, 4)
	people = append(people[:1], people[2:]...) // the second is invited by their code
	for i, p := range people {
		id, err := l.StartSession(l.ctx(), p.ID, Noon)
		l.must(err)
		l.must(l.RecordConsent(l.ctx(), id, false, Noon))
		if x := l.found(id); x.Assignment.Taken() || len(x.Trials) > 0 || x.Step().Kind != study.StepScreening {
			l.Errorf("before the screening somebody has place %+v and stands at %+v", x.Assignment, x.Step())
		}
		l.must(l.RecordRating(l.ctx(), id, 0, study.Rating{Instrument: "fit", At: Noon, Answers: []study.Answer{{Item: "age", Value: ages[i]}}}))
		for _, at := range []time.Time{Noon.Add(time.Minute), Noon.Add(time.Hour)} { // the second call must change nothing
			l.must(l.RecordVisit(l.ctx(), id, study.Step{Kind: study.StepScreening}, at))
			x := l.found(id)
			l.wantEqual("when the screening was answered", x.ScreenedAt, Noon.Add(time.Minute))
			if x.TurnedAway != (want[i] == "") || x.Participant.TurnedAway != x.TurnedAway {
				l.Errorf("%s years old: turned away %v, and as a participant %v", ages[i], x.TurnedAway, x.Participant.TurnedAway)
			}
			if want[i] != "" {
				l.wantLaidOut(x, want[i])
			}
		}
	}
	x, err := l.Participants(l.ctx(), v.Study)
	l.must(err)
	turned := l.found(x[2].Session)
	l.must(l.RecordConsent(l.ctx(), turned.ID, false, Noon.Add(2*time.Hour))) // from a page that was open all the time
	l.must(l.RecordVisit(l.ctx(), turned.ID, study.Step{Kind: study.StepAbout}, Noon))
	if turned = l.found(turned.ID); turned.Assignment.Taken() || turned.Step().Kind != study.StepTurnedAway {
		l.Errorf("who was turned away has place %+v and stands at %+v", turned.Assignment, turned.Step())
	}
	r, err := l.Roster(l.ctx(), v.ID)
	l.must(err)
	l.wantEqual("places taken", len(r.Taken), 2)
	open, err := l.OpenSessions(l.ctx(), Noon.Add(-time.Hour), Noon)
	l.must(err)
	l.wantEqual("open sessions", len(open), 2)
}
