package studytest

import (
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

// traffic returns two seconds with a value in every field.
func traffic() []study.LinkSecond {
	moved := study.LinkReport{
		BytesDown: 1 << 40, BytesUp: 2, PacketsDown: 3, PacketsUp: 4, DropsDown: 5, DropsUp: 6,
		CausesDown: study.Drops{Lost: 11, Full: 12, Managed: 13, Cut: 14}, CausesUp: study.Drops{Lost: 15, Full: 16, Managed: 17, Cut: 18},
	}
	return []study.LinkSecond{
		{At: Noon, Span: time.Second + 1, Moved: moved, WaitDown: 7, WaitUp: 8, LongestDown: 9, LongestUp: 10},
		{At: Noon.Add(time.Second), Span: 1},
	}
}

func testTraffic(l *lab) {
	v := l.published(Design())
	pilot, person := l.started(l.people(v.Study, true, 1)[0]), l.started(l.people(v.Study, false, 1)[0])
	l.wantKind("the traffic of an unknown attempt", l.RecordTraffic(l.ctx(), 4711, traffic()), study.ErrNotFound)
	var want []analysis.Traffic
	for _, x := range []study.Session{person, pilot} {
		t := x.Trials[1]
		l.turned(l.opened(t), study.Failed) // an attempt that failed before it had a link
		a := l.opened(t)
		l.must(l.RecordTraffic(l.ctx(), a.ID, traffic()))
		l.must(l.RecordTraffic(l.ctx(), a.ID, traffic()[:1]))
		got, err := l.Traffic(l.ctx(), x.ID)
		l.must(err)
		l.wantEqual("the traffic as first recorded", got, map[study.AttemptID][]study.LinkSecond{a.ID: traffic()})
		for i, second := range traffic() {
			want = append(want, analysis.Traffic{
				Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position, Attempt: 2,
				Condition: t.Condition, Hash: v.Hash, Number: i + 1, LinkSecond: second,
			})
		}
	}
	f := filter(v)
	l.wantEqual("traffic", all(l, l.source.Traffic(l.ctx(), f)), want[:2])
	most := study.Busiest(traffic())
	l.wantEqual("busiest seconds", all(l, l.source.Goodputs(l.ctx(), f)), []analysis.Goodput{{Trial: person.Trials[1].ID, Attempt: 2, Down: most}})
	f.Pilots = true
	l.wantEqual("how many busiest seconds there are with pilots", len(all(l, l.source.Goodputs(l.ctx(), f))), 2)
	l.wantEqual("traffic with pilots", all(l, l.source.Traffic(l.ctx(), f)), want)
}
