package visit

import (
	"github.com/a-h/templ"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// deskPage returns the title of the page with the desktop of t, and the function that makes the
// page.
func deskPage(v study.Session, t study.Trial) (string, func(view.Page) templ.Component, error) {
	task := t.Condition.Task
	m := view.Desktop{
		Visit: page.VisitPath(v.ID), Session: int64(v.ID), Key: handInKey(v), Seat: v.Seat, Trial: int64(t.ID), Attempt: int64(t.Last().ID), Title: task.Title.String(),
		Instruction: page.ProseOf(v.Version.Design, task.Instruction.String(), imagesPath(v)),
		Limit:       v.Version.Design.TrialLimit, Practice: t.Practice(),
		Clipboard: v.Version.Design.Clipboard, Stop: stopPath(v.ID),
	}
	return m.Title, func(p view.Page) templ.Component {
		p.Styles = nil // this page is a tool and not a text, so it has its own style sheet
		p.Stop = ""
		p.Visits = "" // does not send old batches: that would disturb its own measurements
		return view.DesktopPage(p, m)
	}, nil
}
