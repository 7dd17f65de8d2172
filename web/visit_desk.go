package web

import (
	"github.com/a-h/templ"

	"vmstudy/study"
	"vmstudy/web/view"
)

// deskPage returns the title of the page with the desktop of t, and what makes the page.
func deskPage(_ study.Session, t study.Trial) (string, func(view.Page) templ.Component, error) {
	m := view.Waiting{Title: t.Condition.Task.Title}
	return m.Title, func(p view.Page) templ.Component { return view.WaitingPage(p, m) }, nil
}
