package studytest

import (
	"time"

	"vmstudy/study/audit"
)

func testAudit(l *lab) {
	var heads []audit.Head
	for i, e := range []audit.Entry{
		{Who: "ada", Action: "view", About: "/lab/sessions/7"},
		{Who: "bob", Action: "view", About: "/lab/sessions/8"},
		{Who: "ada", Action: "export", About: "/lab/studies/7/download", Why: "everything"},
	} {
		e.At = Noon.Add(time.Duration(i)*time.Second + time.Nanosecond)
		head, err := l.Record(l.ctx(), e)
		l.must(err)
		heads = append(heads, head)
	}
	head, err := audit.Check(l.Trail(l.ctx()), heads...)
	l.must(err)
	l.wantEqual("the head of the audit", head, heads[2])
	for name, test := range map[string]struct {
		f    audit.Filter
		want []int64
	}{
		"all":              {audit.Filter{}, []int64{3, 2, 1}},
		"by whom":          {audit.Filter{Who: "ada"}, []int64{3, 1}},
		"what":             {audit.Filter{Action: "view"}, []int64{2, 1}},
		"to what":          {audit.Filter{About: "sessions/"}, []int64{2, 1}},
		"a percent sign":   {audit.Filter{About: "%"}, nil},
		"when":             {audit.Filter{From: Noon.Add(time.Second), To: Noon.Add(2 * time.Second)}, []int64{2}},
		"the next page":    {audit.Filter{Before: 3}, []int64{2, 1}},
		"only the newest":  {audit.Filter{Most: 1}, []int64{3}},
		"by whom and what": {audit.Filter{Who: "ada", Action: "view"}, []int64{1}},
	} {
		if test.f.Most == 0 {
			test.f.Most = 10
		}
		entries, err := l.Entries(l.ctx(), test.f)
		l.must(err)
		var got []int64
		for _, e := range entries {
			got = append(got, e.Number)
		}
		l.wantEqual("entries chosen by "+name, got, test.want)
	}
}
