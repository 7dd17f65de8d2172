package studytest

import (
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func testFirstCrisp(l *lab) {
	v := l.published(Design())
	pilot, person := l.started(l.people(v.Study, true, 1)[0]), l.started(l.people(v.Study, false, 1)[0])
	of := map[study.SessionID]map[study.AttemptID]time.Time{}
	for _, x := range []study.Session{pilot, person} {
		never, a := l.opened(x.Trials[1]), l.opened(x.Trials[2])
		l.must(l.SaveBatch(l.ctx(), BatchOf(never.ID, 1, inputs(1, 3)))) // each answer took 3 s
		given := inputs(1, 8)
		for n, change := range []func(*study.Interaction){
			func(i *study.Interaction) { i.Drawn = study.CrispLimit },
			func(i *study.Interaction) { i.Drawn = 0 },
			func(i *study.Interaction) { i.Kind, i.Drawn = study.Move, time.Millisecond },
			func(i *study.Interaction) { i.Kind, i.Drawn = study.Wheel, time.Millisecond },
			func(i *study.Interaction) { i.Drawn, i.At = time.Millisecond, i.At.Add(time.Second) },
			func(i *study.Interaction) { i.Drawn = study.CrispLimit - 1 },
			func(i *study.Interaction) { i.Kind, i.Drawn = study.Click, time.Millisecond },
		} {
			change(&given[n])
		}
		l.must(l.SaveBatch(l.ctx(), BatchOf(a.ID, 1, given)))
		of[x.ID] = map[study.AttemptID]time.Time{a.ID: given[5].At.Add(study.CrispLimit - 1)}
		got, err := l.FirstCrisp(l.ctx(), x.ID)
		l.must(err)
		l.wantEqual("first crisp answers of a session", got, of[x.ID])
	}
	got, err := l.source.FirstCrisp(l.ctx(), filter(v))
	l.must(err)
	l.wantEqual("first crisp answers", got, of[person.ID])
	got, err = l.source.FirstCrisp(l.ctx(), analysis.Filter{Study: v.Study, Pilots: true})
	l.must(err)
	l.wantEqual("attempts with a crisp answer, with pilots", len(got), 2)
	none, err := l.FirstCrisp(l.ctx(), 4711)
	l.must(err)
	l.wantEqual("first crisp answers of an unknown session", none, map[study.AttemptID]time.Time{})
}
