package lab

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ChangeLinks makes new personal links for some participants, revokes them, or says until when one can begin with them.
func (s *Server) ChangeLinks(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	c, err := s.linksChange(r.Context(), st.ID, in)
	if say := study.Sentence(err); say != "" {
		return s.renderParticipants(w, r, http.StatusUnprocessableEntity, view.Participants{Number: "1", Links: view.LinksForm{Whose: in.Get("whose"), Until: in.Get("until"), Say: say}})
	}
	if err != nil {
		return err
	}
	if c, err = s.carryOut(r.Context(), st.ID, in, c); err != nil {
		return err
	}
	if len(c.Made) > 0 {
		return page.Redirect(w, r, s.keepSheet(r, st.ID, c.People, c.Made, c.Until))
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/participants")
}

// LinksChange is a change of personal links.
type LinksChange struct {
	People []study.Participant // whose links they are
	Until  time.Time           // from then on nobody begins with them; zero: never
	Made   []study.NewLink     // those that are new
}

// DoWithLinks does with personal links what a form asks for.
func (s *Server) DoWithLinks(ctx context.Context, in study.StudyID, form url.Values) (LinksChange, error) {
	c, err := s.linksChange(ctx, in, form)
	if err != nil {
		return c, err
	}
	return s.carryOut(ctx, in, form, c)
}

// linksChange reads from a form whose links it is about, and until when.
func (s *Server) linksChange(ctx context.Context, in study.StudyID, form url.Values) (c LinksChange, err error) {
	people, err := s.Store.Participants(ctx, in)
	if err != nil {
		return c, err
	}
	if whose := form.Get("whose"); whose != "unbegun" && whose != "all" {
		if err := allThere(people, form["who"]); err != nil {
			return c, err
		}
	}
	c.People = chosenPeople(people, form)
	c.Until, err = s.lastDay(form.Get("until"))
	if err == nil && len(c.People) == 0 {
		err = study.Refuse(study.ErrInvalid, "Choose whose links these are: tick participants, or choose all who have not begun.")
	}
	return c, err
}

// carryOut does with links what a form says, and returns c with the links that were made.
func (s *Server) carryOut(ctx context.Context, in study.StudyID, form url.Values, c LinksChange) (LinksChange, error) {
	ids := make([]study.ParticipantID, len(c.People))
	for i, p := range c.People {
		ids[i] = p.ID
	}
	switch form.Get("do") {
	case "renew":
		for i, secret := range NewLinks(len(ids)) {
			c.Made = append(c.Made, study.NewLink{Participant: ids[i], Secret: secret})
		}
		return c, s.Store.RenewLinks(ctx, in, c.Made, c.Until, s.Now())
	case "revoke":
		return c, s.revokeLinks(ctx, in, c.People, ids)
	case "expire":
		return c, s.Store.ExpireLinks(ctx, in, ids, c.Until)
	}
	return c, study.Refuse(study.ErrInvalid, "Choose what to do with the links.")
}

// revokeLinks takes links away, and with them the pages that are open.
func (s *Server) revokeLinks(ctx context.Context, in study.StudyID, people []study.Participant, ids []study.ParticipantID) error {
	if err := s.Store.RevokeLinks(ctx, in, ids, s.Now()); err != nil {
		return err
	}
	for _, p := range people {
		if p.Session != 0 {
			s.Desks.Recheck(p.Session)
		}
	}
	return nil
}

// chosenPeople returns those whose links a form is about. Who has withdrawn has to be ticked: their link leads to what has become of
// what they gave, and stays as it is when the links of all others change.
func chosenPeople(people []study.Participant, in url.Values) []study.Participant {
	return slices.DeleteFunc(slices.Clone(people), func(p study.Participant) bool {
		switch in.Get("whose") {
		case "unbegun", "all":
			if p.Simulated {
				return true
			}
		}
		switch in.Get("whose") {
		case "unbegun":
			return p.Ruled == study.PlaceWithdrawn || p.Session != 0 || p.Pilot
		case "all":
			return p.Ruled == study.PlaceWithdrawn
		}
		return !slices.Contains(in["who"], strconv.FormatInt(int64(p.ID), 10))
	})
}

// lastDay returns the end of the day that a form names as the last one; the zero time if it names none.
func (s *Server) lastDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := study.ParseDate(text)
	if err != nil {
		return time.Time{}, study.Refuse(study.ErrInvalid, "The last day is not a date: write it as in 2026-03-31, or leave it empty.")
	}
	end := day.Add(1).Start(s.Now().Location())
	if !s.Now().Before(end) {
		return time.Time{}, study.Refuse(study.ErrInvalid, "The last day has passed. To end links at once, revoke them.")
	}
	return end, nil
}

// linkWords says what can be done with a participant's newest link.
func (s *Server) linkWords(p study.Participant) (words, made string) {
	l := p.Newest()
	made = "made " + s.Moment(l.IssuedAt)
	switch {
	case !l.RevokedAt.IsZero():
		return "revoked", made + ", revoked " + s.Moment(l.RevokedAt)
	case p.Ruled == study.PlaceWithdrawn:
		return "leads to their withdrawal", made
	case l.Expired(s.Now()):
		return "expired", made
	case !l.ExpiresAt.IsZero():
		return "until " + s.Day(l.ExpiresAt.Add(-time.Second)), made
	}
	return "works", made
}

// ShowSheet shows links that were just made.
func (s *Server) ShowSheet(w http.ResponseWriter, r *http.Request) error {
	st, x, err := s.studySheet(r)
	if err != nil {
		return err
	}
	p := s.LabPage(r, "Personal links of "+st.Draft.Name())
	p.Scripts = []string{"copy.js"}
	return s.Render(w, r, http.StatusOK, view.SheetPage(p, s.sheetView(r, st, x)))
}

// PrintSheet shows them as cards with QR codes, for paper.
func (s *Server) PrintSheet(w http.ResponseWriter, r *http.Request) error {
	st, x, err := s.studySheet(r)
	if err != nil {
		return err
	}
	v := s.sheetView(r, st, x)
	for i := range v.Rows {
		if v.Rows[i].QR, err = page.QR(v.Rows[i].Link); err != nil {
			return err
		}
	}
	p := s.LabPage(r, "Personal links of "+st.Draft.Name())
	p.Styles = []string{"report.css", "links.css"}
	return s.Render(w, r, http.StatusOK, view.SheetPrint(p, v))
}

func (s *Server) studySheet(r *http.Request) (study.Study, sheet, error) {
	st, err := s.study(r)
	if err != nil {
		return st, sheet{}, err
	}
	x, err := s.sheet(r, st)
	return st, x, err
}

func (s *Server) sheetView(r *http.Request, st study.Study, x sheet) view.Sheet {
	v := view.Sheet{
		Study: studyView(st), Path: r.URL.Path, Gone: s.Moment(x.made.Add(sheetLasts)), Title: st.Current().Title.String(),
		Open: x.open, Letter: "Please open your personal link: {link}",
	}
	v.Path = strings.TrimSuffix(v.Path, "/print")
	if !x.expires.IsZero() {
		v.Until = s.Day(x.expires.Add(-time.Second))
	}
	for _, row := range x.rows {
		v.Rows = append(v.Rows, view.SheetRow{Code: row.code, Link: s.Public.Origin(r) + row.path})
	}
	return v
}

// DownloadLinks sends links that were just made as CSV.
func (s *Server) DownloadLinks(w http.ResponseWriter, r *http.Request) error {
	st, x, err := s.studySheet(r)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", fmt.Sprintf("links-of-study-%d.csv", st.ID))
	out := csv.NewWriter(w)
	v := s.sheetView(r, st, x)
	until := ""
	if !x.expires.IsZero() {
		until = s.Local(x.expires).Format(time.RFC3339)
	}
	_ = out.Write([]string{"code", "link", "valid_until"}) // an error stays, and Error returns it
	for _, row := range v.Rows {
		_ = out.Write([]string{row.Code, row.Link, until})
	}
	out.Flush()
	return out.Error()
}

const longestLetter = 4000 // characters

// DownloadLetters sends a text for each of these links: what an experimenter has written, with code and link filled in.
func (s *Server) DownloadLetters(w http.ResponseWriter, r *http.Request) error {
	st, x, err := s.studySheet(r)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(r.URL.Query().Get("text"), "\r\n", "\n")
	switch {
	case utf8.RuneCountInString(text) > longestLetter:
		return study.Refuse(study.ErrInvalid, "A letter has at most %d characters.", longestLetter)
	case !strings.Contains(text, "{link}"):
		return study.Refuse(study.ErrInvalid, "The letter does not say {link}, so nobody would get theirs. Go back and put it in.")
	}
	attach(w, "text/plain; charset=utf-8", fmt.Sprintf("letters-of-study-%d.txt", st.ID))
	for i, row := range s.sheetView(r, st, x).Rows {
		if i > 0 {
			if _, err := fmt.Fprint(w, "\n\f"); err != nil { // each on a page of its own
				return err
			}
		}
		if _, err := fmt.Fprintln(w, strings.NewReplacer("{link}", row.Link, "{code}", row.Code).Replace(text)); err != nil {
			return err
		}
	}
	return nil
}

// attach says that the answer is a file to save.
func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
}
