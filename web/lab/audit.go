package lab

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// auditPage is how many entries a page of the audit shows.
const auditPage = 200

// ShowAudit shows who did what, the newest first.
func (s *Server) ShowAudit(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f, err := auditFilter(q, s.Now().Location())
	if err != nil {
		return err
	}
	f.Most = auditPage + 1 // one more says whether there is another page
	entries, err := s.Store.Entries(r.Context(), f)
	if err != nil {
		return err
	}
	v := view.Audit{
		Who: f.Who, Action: f.Action, About: f.About, From: q.Get("from"), To: q.Get("to"), Head: page.Audited(r.Context()).String(),
	}
	if len(entries) > auditPage {
		entries = entries[:auditPage]
		q.Set("before", strconv.FormatInt(entries[auditPage-1].Number, 10))
		v.Older = "/lab/audit?" + q.Encode()
	}
	for _, e := range entries {
		v.Rows = append(v.Rows, view.AuditRow{
			Number: strconv.FormatInt(e.Number, 10), At: s.Moment(e.At), Who: e.Who, Action: e.Action, About: e.About, Why: e.Why, Sum: e.Sum.String(),
		})
	}
	return s.Render(w, r, http.StatusOK, view.AuditPage(s.LabPage(r, "Audit"), v))
}

// auditFilter reads a filter from the query of the page. Days are those of the laboratory's zone.
func auditFilter(q url.Values, zone *time.Location) (audit.Filter, error) {
	f := audit.Filter{Who: strings.TrimSpace(q.Get("who")), Action: strings.TrimSpace(q.Get("action")), About: strings.TrimSpace(q.Get("about"))}
	for _, text := range []string{f.Who, f.Action, f.About} {
		if !page.Storable(text) {
			return f, study.Refuse(study.ErrInvalid, "a text holds a character that cannot be searched for")
		}
	}
	for _, bound := range []struct {
		name string
		days int // from the start of the day that was named; the day of "to" is in it
		at   *time.Time
	}{{"from", 0, &f.From}, {"to", 1, &f.To}} {
		if text := q.Get(bound.name); text != "" {
			day, err := study.ParseDate(text)
			if err != nil {
				return f, study.Refuse(study.ErrInvalid, "A day is written as 2026-03-14, not as %q.", text)
			}
			*bound.at = day.Add(bound.days).Start(zone)
		}
	}
	if text := q.Get("before"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return f, study.Refuse(study.ErrInvalid, "There is no page of the audit before %q.", text)
		}
		f.Before = n
	}
	return f, nil
}

// DownloadAudit answers with all entries as CSV, with their hashes, so that anybody can check them. The hash is that of the text
// without the apostrophe of harmless.
func (s *Server) DownloadAudit(w http.ResponseWriter, r *http.Request) error {
	giveBack, err := s.takeDownload()
	if err != nil {
		return err
	}
	defer giveBack()
	file := &attachment{w: w, kind: "text/csv; charset=utf-8", name: "audit-" + s.Now().Format(time.DateOnly) + ".csv"}
	out := csv.NewWriter(file)
	_ = out.Write([]string{"number", "at", "who", "action", "about", "why", "sha256"}) // Flush returns its error
	for e, err := range s.Store.Trail(r.Context()) {
		if err != nil {
			if !file.begun {
				return err
			}
			panic(http.ErrAbortHandler) // so that the browser does not take the file for complete
		}
		_ = out.Write([]string{
			strconv.FormatInt(e.Number, 10), e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), harmless(e.Who), harmless(e.Action), harmless(e.About), harmless(e.Why), e.Sum.String(),
		})
	}
	out.Flush()
	return out.Error()
}

// harmless puts an apostrophe before a text that a spreadsheet would take for a formula, as exports do.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
