package lab

import (
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// arrivalView returns how many rows of a session are on record, and the pages of which rows are
// missing. While the session is open, it does not list a page only because that page has not
// closed.
func arrivalView(receipts []study.Receipt, open bool) view.Arrival {
	var a view.Arrival
	stored := int64(0)
	for _, p := range study.PageReports(receipts) {
		stored += p.Stored
		if p.Whole() || open && p.Lost() == 0 && len(p.Missing) == 0 {
			continue
		}
		a.Pages = append(a.Pages, pageView(p, open))
	}
	a.Stored = whole(stored)
	return a
}

func pageView(p study.PageReport, open bool) view.PageRow {
	row := view.PageRow{
		Page: p.Page, Given: whole(p.Given), Stored: whole(p.Stored), Lost: strconv.FormatInt(p.Lost(), 10),
	}
	var missing []string
	for _, n := range p.Missing {
		missing = append(missing, strconv.FormatInt(n, 10))
	}
	row.Missing = strings.Join(missing, ", ")
	var say []string
	if p.Dropped > 0 {
		say = append(say, "the browser had no room for "+strconv.FormatInt(p.Dropped, 10))
	}
	switch {
	case open && p.Lost() > p.Dropped:
		say = append(say, "may still arrive")
	case !p.Closed:
		say = append(say, "the page went without saying how many there were")
	}
	row.Say = strings.Join(say, "; ")
	return row
}

// eventsView returns rows for events of a session. began is when the session began. Events on that
// day show only their time, as long as the clocks have not changed since: an hour may come twice.
func (s *Server) eventsView(events []study.Event, began time.Time) []view.EventRow {
	var rows []view.EventRow
	began = s.Local(began)
	for _, e := range events {
		at := s.Moment(e.At)
		if t := s.Local(e.At); page.DayName(t) == page.DayName(began) && page.ZoneName(t) == page.ZoneName(began) {
			at = t.Format(time.TimeOnly)
		}
		rows = append(rows, view.EventRow{At: at, What: eventNames[e.Kind], Detail: e.Detail, By: e.Name})
	}
	return rows
}

var eventNames = map[study.EventKind]string{
	study.PageOpened: "page opened", study.PageHidden: "tab hidden", study.PageShown: "tab shown", study.PictureUnseen: "picture seen late",
	study.FocusLost: "keyboard elsewhere", study.FocusGot: "keyboard back", study.Resized: "page resized",
	study.ScreenLost: "screen interrupted", study.ScreenBack: "screen back",
	study.LineLost: "measurements interrupted", study.LineBack: "measurements back",
	study.StorageDenied: "browser keeps nothing", study.StorageFull: "browser has no room", study.NoteShown: "note shown", study.SlowShown: "“answers late” shown",
	study.TextTyped: "text typed in", study.TextCopied: "text copied out",
	study.PageJoined: "page joined", study.MachinePaused: "machine paused", study.MachineResumed: "machine resumed",
	study.MachineWaited: "machine waited", study.MachineWarned: "machine not as it should be",
	study.MoveBegan: "move to another host began", study.MoveResumed: "machine runs at another host", study.MoveComplete: "move complete", study.MoveFailed: "move failed",
	study.NetworkMade: "network made", study.NetworkChanged: "network changed",
	study.NoteSent: "note sent", study.Extended: "time extended", study.EndedBy: "ended", study.MovedBy: "moved by hand",
}
