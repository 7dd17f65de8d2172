package visit

import (
	"cmp"

	"github.com/a-h/templ"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// deskPage returns the title of the page with the desktop of t, and the function that makes the
// page.
func deskPage(v study.Session, t study.Trial) (string, func(view.Page) templ.Component, error) {
	m := deskView(v, t, reply{})
	return m.Title, func(p view.Page) templ.Component {
		p.Styles = nil // this page is a tool and not a text, so it has its own style sheet
		p.Stop = ""
		p.Visits = "" // does not send old batches: that would disturb its own measurements
		return view.DesktopPage(p, m)
	}, nil
}

// deskView returns what the page with the desktop of t shows; in a preview, without what only a visit has.
func deskView(v study.Session, t study.Trial, re reply) view.Desktop {
	task := t.Condition.Task
	m := view.Desktop{
		Visit: cmp.Or(re.preview, page.VisitPath(v.ID)), Session: int64(v.ID), Seat: v.Seat, Trial: int64(t.ID), Attempt: int64(t.Last().ID), Title: task.Title.String(),
		Instruction: page.ProseOf(v.Version.Design, task.Instruction.String(), re.images(v)),
		Limit:       v.Version.Design.TrialLimit, Practice: t.Practice(), Clipboard: v.Version.Design.Clipboard,
	}
	if re.preview == "" {
		m.Key, m.Stop = handInKey(v), stopPath(v.ID)
	}
	return m
}
