package studytest

import (
	"time"

	"vmstudy/study"
)

func testLinkWays(l *lab) {
	d := Design()
	want := func(what string, v study.VersionID, ways ...study.LinkWay) {
		l.Helper()
		got, err := l.LinkWays(l.ctx(), v)
		l.must(err)
		l.wantEqual(what, got, ways)
	}
	by := func(x study.Session, way study.LinkWay) {
		l.Helper()
		a := l.opened(x.Trials[0])
		a.Link.Way = way
		l.must(l.RecordAttempt(l.ctx(), a, Noon, time.Second))
	}
	one := l.visitor(d)
	v := one.Version.ID
	want("the ways of a version before anybody came", v)
	by(one, "")
	want("the ways of a version whose first attempt had no link", v)

	pilot := l.started(l.people(one.Version.Study, true, 1)[0])
	by(pilot, study.KernelWay)
	want("the ways of a version that a pilot tried", v)

	by(l.started(l.people(one.Version.Study, false, 1)[0]), study.UserspaceWay)
	by(l.started(l.people(one.Version.Study, false, 1)[0]), study.TunWay)
	by(l.started(l.people(one.Version.Study, false, 1)[0]), study.UserspaceWay)
	want("the ways of a version", v, study.TunWay, study.UserspaceWay)

	by(l.visitor(d), study.KernelWay)
	want("the ways of a version beside another study", v, study.TunWay, study.UserspaceWay)
}
