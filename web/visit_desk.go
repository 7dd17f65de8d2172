package web

import (
	"github.com/a-h/templ"

	"vmstudy/study"
	"vmstudy/web/view"
)

// deskPage returns the title of the page with the desktop of t, and what makes the page.
func deskPage(v study.Session, t study.Trial) (string, func(view.Page) templ.Component, error) {
	task := t.Condition.Task
	m := view.Desktop{
		Visit: visitPath(v.ID), Session: int64(v.ID), Key: handInKey(v), Seat: v.Seat, Trial: int64(t.ID), Attempt: int64(t.Last().ID), Title: task.Title, Instruction: task.Instruction,
		Limit: v.Version.Design.TrialLimit, Practice: t.Practice(),
		Clipboard: v.Version.Design.Clipboard,
	}
	return m.Title, func(p view.Page) templ.Component {
		p.Styles = nil // the desktop brings its own: it is a tool, and no page to be read
		p.Visits = ""  // it hands in nothing for others: that would be in the way of what it measures
		return view.DesktopPage(p, m)
	}, nil
}
