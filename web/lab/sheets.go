package lab

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/page"
)

// A sheet has personal links that were just made. It is in memory only, for a while, since the database has no more than hashes.
type sheet struct {
	study   study.StudyID
	by      study.ExperimenterID // nobody else sees it
	made    time.Time
	expires time.Time // when the links do; zero: never
	open    bool      // it is one link, for everybody
	rows    []sheetRow
}

type sheetRow struct{ code, path string }

const (
	sheetLasts = 30 * time.Minute
	mostSheets = 200 // at a time; the oldest goes first
)

// sheets are the sheets that can still be shown, by ticket.
type sheets struct {
	mu  sync.Mutex
	all map[string]sheet
}

// add keeps a sheet, and returns its ticket.
func (s *sheets) add(x sheet) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := ""
	for ticket, y := range s.all {
		if x.made.Sub(y.made) >= sheetLasts {
			delete(s.all, ticket)
		} else if oldest == "" || y.made.Before(s.all[oldest].made) {
			oldest = ticket
		}
	}
	if len(s.all) >= mostSheets {
		delete(s.all, oldest)
	}
	if s.all == nil {
		s.all = map[string]sheet{}
	}
	ticket := strings.ToLower(rand.Text())
	s.all[ticket] = x
	return ticket
}

// errSheetGone answers who wants to see links that are not shown any more.
var errSheetGone = study.Refuse(study.ErrNotFound,
	"Links are shown for half an hour after they were made, to the person who made them. The program keeps no copy. Make new ones on the page of the participants: they take the place of these.")

// sheet returns the sheet of the ticket in the path.
func (s *Server) sheet(r *http.Request, st study.Study) (sheet, error) {
	s.sheets.mu.Lock()
	defer s.sheets.mu.Unlock()
	x, found := s.sheets.all[chi.URLParam(r, "sheet")]
	if !found || x.study != st.ID || x.by != page.Who(r.Context()).ID || s.Now().Sub(x.made) >= sheetLasts {
		return sheet{}, errSheetGone
	}
	return x, nil
}

// keepSheet keeps links that were just made for people, and returns the path of the page that shows them.
func (s *Server) keepSheet(r *http.Request, st study.StudyID, people []study.Participant, links []study.NewLink, expires time.Time) string {
	x := sheet{study: st, by: page.Who(r.Context()).ID, made: s.Now(), expires: expires}
	codes := map[study.ParticipantID]string{}
	for _, p := range people {
		codes[p.ID] = p.Code
	}
	for _, l := range links {
		x.rows = append(x.rows, sheetRow{codes[l.Participant], page.LinkPath(l.Secret)})
	}
	return studyPath(st) + "/links/" + s.sheets.add(x)
}
