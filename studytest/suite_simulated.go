package studytest

import (
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func testSimulated(l *lab) {
	v := l.published(OneTrial())
	person := l.started(l.people(v.Study, false, 1)[0])
	l.gave(person)
	before := l.roster(v)

	made, err := l.AddSimulated(l.ctx(), v.Study, 2, Noon)
	l.must(err)
	l.wantEqual("their codes", []string{made[0].Code, made[1].Code}, []string{"S001", "S002"})
	_, err = l.AddSimulated(l.ctx(), 4711, 1, Noon)
	l.wantKind("simulated participants of no study", err, study.ErrNotFound)
	first := l.started(made[0])
	l.gave(first)
	second := l.started(made[1])
	l.wantEqual("what a session says of whose it is", first.Participant.Simulated, true)

	// They stand beside people: they fill none of their places, and are in none of their lists.
	l.wantEqual("the roster of people", l.roster(v), before)
	l.wantEqual("arrivals", []int{first.Assignment.Arrival, second.Assignment.Arrival}, []int{1, 2})
	open, err := l.OpenSessions(l.ctx(), Noon.Add(-time.Hour), Noon)
	l.must(err)
	l.wantEqual("open sessions", len(open), 1)
	l.wantEqual("the next code of a person", l.people(v.Study, false, 1)[0].Code, "P002")
	l.wantKind("a link for somebody simulated", l.RenewLinks(l.ctx(), v.Study, []study.NewLink{{Participant: made[0].ID, Secret: "of nobody"}}, time.Time{}, Noon), study.ErrNotFound)

	// An export is about people, or about them.
	rows := func(f analysis.Filter) []int {
		return []int{
			len(all(l, l.source.Participants(l.ctx(), f))), len(all(l, l.source.Sessions(l.ctx(), f))), len(all(l, l.source.Responses(l.ctx(), f))),
			len(all(l, l.source.Interactions(l.ctx(), f))), len(all(l, l.source.Events(l.ctx(), f))), len(all(l, l.source.Inputs(l.ctx(), f))),
		}
	}
	l.wantEqual("rows about people", rows(analysis.Filter{Study: v.Study, Pilots: true}), []int{2, 1, 4, 1, 2, 1})
	l.wantEqual("rows about simulated participants", rows(analysis.Filter{Study: v.Study, Simulated: true}), []int{2, 2, 4, 1, 2, 1})

	// They go as one, and with them everything that is on record of them; nobody else does.
	n, err := l.RemoveSimulated(l.ctx(), v.Study)
	l.must(err)
	l.wantEqual("how many are removed", n, 2)
	_, err = l.Session(l.ctx(), first.ID)
	l.wantKind("a session of one who was removed", err, study.ErrNotFound)
	l.wantEqual("rows about simulated participants that are left", rows(analysis.Filter{Study: v.Study, Simulated: true}), []int{0, 0, 0, 0, 0, 0})
	l.wantEqual("rows about people afterwards", rows(analysis.Filter{Study: v.Study, Pilots: true}), []int{2, 1, 4, 1, 2, 1})
	made, err = l.AddSimulated(l.ctx(), v.Study, 1, Noon)
	l.must(err)
	l.wantEqual("the code of the next", made[0].Code, "S001")
	_, err = l.RemoveSimulated(l.ctx(), 4711)
	l.wantKind("remove those of no study", err, study.ErrNotFound)
}
