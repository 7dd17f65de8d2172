package lab

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// A choice is what the address of a page of results, or of a download, asks for.
type choice struct {
	analysis.Filter
	version  study.Version        // that is described
	versions []analysis.Published // of the study, the oldest first
	alike    []study.Version      // the other versions that differ from version in wording only
	pooled   bool                 // whether their data count, too
}

// chosen returns what the address asks for in a study that has been published: the newest version in which somebody but pilots has taken part unless it
// names another, and neither pilots nor versions of other wording unless it asks for them.
func (s *Server) chosen(r *http.Request, st study.Study) (c choice, err error) {
	asked, number := r.URL.Query(), 0
	if text := asked.Get("version"); text != "" {
		if number, err = strconv.Atoi(text); err != nil || number < 1 {
			return c, fmt.Errorf("version %q of study %d: %w", text, st.ID, study.ErrNotFound)
		}
	}
	c.Filter = analysis.Filter{Study: st.ID, Pilots: asked.Get("pilots") == "1", Simulated: asked.Get("simulated") == "1", Group: asked.Get("group"), Excel: asked.Get("excel") == "1", At: s.Now(), Blind: page.Blind(r.Context(), st.ID)}
	// A version that only pilots have seen is not the default: no row of a download that counts would be of it.
	if c.versions, err = s.Results.Versions(r.Context(), analysis.Filter{Study: st.ID, Blind: c.Blind, Simulated: c.Simulated}); err != nil {
		return c, err
	}
	if c.version, c.alike, err = analysis.Described(c.versions, number); err != nil {
		return c, err
	}
	if c.Pilots { // their visits are told, too
		if c.versions, err = s.Results.Versions(r.Context(), c.Filter); err != nil {
			return c, err
		}
	}
	c.Filter = c.Describing(c.version)
	if c.pooled = asked.Get("pool") == "1" && len(c.alike) > 0; c.pooled {
		c.Filter = c.Describing(c.version, c.alike...)
	}
	return c, nil
}

// ShowResults shows what a version of the study has found so far: the newest, or the one that the address names. Versions
// that differ from it in wording only are pooled with it if the address asks for that.
func (s *Server) ShowResults(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	p := s.LabPage(r, "Results of "+st.Draft.Name())
	p.Styles, p.Scripts = []string{"results.css"}, []string{"results.js"}
	v := view.Results{Study: studyView(st)}
	if st.Published != nil {
		if v, err = s.resultsOf(r, st); err != nil {
			return err
		}
	}
	return s.Render(w, r, http.StatusOK, view.ResultsPage(p, v))
}

// found reads what the address asks for.
func (s *Server) found(r *http.Request, st study.Study) (choice, analysis.Results, error) {
	c, err := s.chosen(r, st)
	if err != nil {
		return c, analysis.Results{}, err
	}
	groups := c.version.Design.Groups
	if c.Group != "" && !slices.ContainsFunc(groups, func(g study.Group) bool { return g.Name == c.Group }) {
		return c, analysis.Results{}, fmt.Errorf("group %q of version %d: %w", c.Group, c.version.Number, study.ErrNotFound)
	}
	results, err := s.Results.Find(r.Context(), c.Filter, c.version)
	return c, results, err
}

func (s *Server) resultsOf(r *http.Request, st study.Study) (view.Results, error) {
	c, found, err := s.found(r, st)
	if err != nil {
		return view.Results{}, err
	}
	v, err := resultsView(found)
	v.Study, v.Pilots, v.Pooled, v.Simulated = studyView(st), c.Pilots, c.pooled, c.Simulated
	madeUp, wrong := s.madeUp(r, c)
	if wrong != nil {
		return view.Results{}, wrong
	}
	v.MadeUp = madeUp
	v.Sections = sectionViews(st.ID, c.query(), report.Sections(found.Data))
	v.Fitted = fittedViews(st.ID, c.query(), found)
	for _, other := range c.alike {
		v.Alike = append(v.Alike, other.Number)
	}
	for _, g := range c.version.Design.Groups {
		v.Groups = append(v.Groups, g.Name)
	}
	for _, other := range slices.Backward(c.versions) {
		v.Versions = append(v.Versions, view.VersionOf{Number: other.Number, Visits: other.Visits})
	}
	return v, err
}

// madeUp returns how many visits of simulated participants the version on the page has.
func (s *Server) madeUp(r *http.Request, c choice) (int, error) {
	all, err := s.Results.Versions(r.Context(), analysis.Filter{Study: c.Study, Blind: c.Blind, Simulated: true})
	for _, v := range all {
		if v.Number == c.version.Number {
			return v.Visits, err
		}
	}
	return 0, err
}

// query is the query of an address that chooses the same.
func (c choice) query() string {
	q := url.Values{"version": {strconv.Itoa(c.version.Number)}}
	if c.Pilots {
		q.Set("pilots", "1")
	}
	if c.Simulated {
		q.Set("simulated", "1")
	}
	if c.pooled {
		q.Set("pool", "1")
	}
	if c.Group != "" {
		q.Set("group", c.Group)
	}
	return q.Encode()
}

// Download sends all data of the study as a ZIP file, row by row as it is read, so that the file is
// never whole in memory. After the first byte, an error can be reported only by cutting the
// connection: the browser then says that the download failed, whereas after a normal end it would
// take the file for complete.
func (s *Server) Download(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	f := analysis.Filter{Study: st.ID, At: s.Now(), Blind: page.Blind(r.Context(), st.ID)}
	if st.Published != nil { // else nobody can have taken part
		c, err := s.chosen(r, st)
		if err != nil {
			return err
		}
		f = c.Filter
	}
	f.Audit = page.Audited(r.Context()).String()
	giveBack, err := s.takeDownload()
	if err != nil {
		return err
	}
	defer giveBack()
	name := fmt.Sprintf("study-%d%s-%s.zip", st.ID, simulatedName(f), s.Now().Format("2006-01-02"))
	file := &attachment{w: w, kind: "application/zip", name: name}
	out := bufio.NewWriterSize(file, 64<<10)
	err = s.Results.Export(r.Context(), f, out)
	if err = errors.Join(err, out.Flush()); err == nil || !file.begun {
		return err
	}
	if r.Context().Err() == nil { // otherwise the browser has left, which is no error
		s.Log.ErrorContext(r.Context(), "download cut short", "study", st.ID, "err", err)
	}
	panic(http.ErrAbortHandler)
}

// simulatedName marks the name of a file with what was made up.
func simulatedName(f analysis.Filter) string {
	if f.Simulated {
		return "-simulated"
	}
	return ""
}

// An attachment is a response that browsers save as a file. Before the first byte is written, the
// handler can still answer an error with a page.
type attachment struct {
	w     http.ResponseWriter
	kind  string // the media type
	name  string
	begun bool
}

// Write implements [io.Writer].
func (a *attachment) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun = true
		a.w.Header().Set("Content-Type", a.kind)
		a.w.Header().Set("Content-Disposition", `attachment; filename="`+a.name+`"`)
	}
	return a.w.Write(p)
}
