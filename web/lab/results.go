package lab

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"vmstudy/analysis"
	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/view"
)

// chosen returns the filter for a page of results or a download. It leaves pilots out unless the
// address asks for them.
func (s *Server) chosen(r *http.Request, id study.StudyID) analysis.Filter {
	return analysis.Filter{Study: id, Pilots: r.URL.Query().Get("pilots") == "1", Group: r.URL.Query().Get("group"), At: s.Now()}
}

// ShowResults shows what a version of the study has found so far: the newest, or the one that the address names. Versions
// that differ from it in wording only are pooled with it if the address asks for that.
func (s *Server) ShowResults(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	p := s.LabPage(r, "Results of "+st.Draft.Name())
	p.Styles = []string{"results.css"}
	v := view.Results{Study: studyView(st)}
	if st.Published != nil {
		if v, err = s.resultsOf(r, st); err != nil {
			return err
		}
	}
	return s.Render(w, r, http.StatusOK, view.ResultsPage(p, v))
}

func (s *Server) resultsOf(r *http.Request, st study.Study) (view.Results, error) {
	versions, err := s.Store.Versions(r.Context(), st.ID)
	if err != nil {
		return view.Results{}, err
	}
	number := cmp.Or(r.URL.Query().Get("version"), strconv.Itoa(st.Published.Number))
	i := slices.IndexFunc(versions, func(v study.Version) bool { return strconv.Itoa(v.Number) == number })
	if i < 0 {
		return view.Results{}, fmt.Errorf("version %q of study %d: %w", number, st.ID, study.ErrNotFound)
	}
	f, alike := s.chosen(r, st.ID), sameButWording(versions, versions[i])
	pool := r.URL.Query().Get("pool") == "1" && len(alike) > 0
	var with []int
	for _, other := range alike {
		with = append(with, other.Number)
		if pool {
			f.Pooled = append(f.Pooled, other.Hash)
		}
	}
	if groups := versions[i].Design.Groups; f.Group != "" && !slices.ContainsFunc(groups, func(g study.Group) bool { return g.Name == f.Group }) {
		return view.Results{}, fmt.Errorf("group %q of version %s: %w", f.Group, number, study.ErrNotFound)
	}
	found, err := s.Results.Find(r.Context(), f, versions[i])
	if err != nil {
		return view.Results{}, err
	}
	v, err := resultsView(found)
	v.Study, v.Pilots, v.Pooled, v.Alike = studyView(st), f.Pilots, pool, with
	for _, g := range versions[i].Design.Groups {
		v.Groups = append(v.Groups, g.Name)
	}
	for _, other := range versions {
		v.Versions = append(v.Versions, other.Number)
	}
	return v, err
}

// sameButWording returns the other versions that differ from v in nothing but what participants read.
func sameButWording(versions []study.Version, v study.Version) (alike []study.Version) {
	for _, other := range versions {
		if other.ID != v.ID && document.OnlyWording(document.Changes(other.Design, v.Design)) {
			alike = append(alike, other)
		}
	}
	return alike
}

// mostDownloads is how many exports are sent at once. Each uses database connections for as long as
// it takes.
const mostDownloads = 4

var errDownloads = study.Refuse(study.ErrConflict,
	"%d downloads are under way already, and more would only slow each other down. Try again when one of them has ended.", mostDownloads)

// Download sends all data of the study as a ZIP file, row by row as it is read, so that the file is
// never whole in memory. After the first byte, an error can be reported only by cutting the
// connection: the browser then says that the download failed, whereas after a normal end it would
// take the file for complete.
func (s *Server) Download(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	select {
	case s.downloads <- struct{}{}:
		defer func() { <-s.downloads }()
	default:
		return errDownloads
	}
	name := fmt.Sprintf("study-%d-%s.zip", st.ID, s.Now().Format("2006-01-02"))
	file := &attachment{w: w, kind: "application/zip", name: name}
	out := bufio.NewWriterSize(file, 64<<10)
	err = s.Results.Export(r.Context(), s.chosen(r, st.ID), out)
	if err = errors.Join(err, out.Flush()); err == nil || !file.begun {
		return err
	}
	if r.Context().Err() == nil { // otherwise the browser has left, which is no error
		s.Log.ErrorContext(r.Context(), "download cut short", "study", st.ID, "err", err)
	}
	panic(http.ErrAbortHandler)
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
