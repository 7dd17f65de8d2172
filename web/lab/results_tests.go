package lab

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
	"vmstudy/web/view"
)

// crossing is what the address of the fitted curves has in place of an outcome.
const crossing = "crossover"

// ShowTests shows the tests and models of one outcome, or the fitted curves: a page, or with part=1 only what a page of results takes in.
func (s *Server) ShowTests(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	if st.Published == nil {
		return fmt.Errorf("tests of study %d: %w", st.ID, study.ErrNotFound)
	}
	c, found, err := s.found(r, st)
	if err != nil {
		return err
	}
	section, err := s.fitted(r.Context(), found, chi.URLParam(r, "outcome"))
	if err != nil {
		return err
	}
	v := sectionViews(st.ID, c.query(), []report.Section{section})[section.ID]
	if r.URL.Query().Get("part") == "1" {
		return s.Render(w, r, http.StatusOK, view.OpenSection(v))
	}
	p := s.LabPage(r, section.Title+": "+st.Draft.Name())
	p.Styles = []string{"results.css"}
	return s.Render(w, r, http.StatusOK, view.SectionPage(p, studyView(st), v, "/results?"+c.query()))
}

// fittedViews lead to the tests of each outcome, and to the curves, which come first.
func fittedViews(id study.StudyID, query string, found analysis.Results) (all []view.Fitted) {
	to := func(outcome, title string) {
		address := fmt.Sprintf("/lab/studies/%d/results/tests/%s?%s", id, outcome, query)
		all = append(all, view.Fitted{Title: title, Address: address, Part: address + "&part=1"})
	}
	to(crossing, "Fitted curve: at which round trip are both rated alike?")
	for _, o := range report.Outcomes(found.Data) {
		to(o.ID, o.Title)
	}
	return all
}

// fitted returns the section of an outcome, or the fitted curves.
func (s *Server) fitted(ctx context.Context, found analysis.Results, outcome string) (report.Section, error) {
	do := report.Crossover
	if outcome != crossing {
		all := report.Outcomes(found.Data)
		i := slices.IndexFunc(all, func(o report.Outcome) bool { return o.ID == outcome })
		if i < 0 {
			return report.Section{}, fmt.Errorf("tests of %q: %w", outcome, study.ErrNotFound)
		}
		do = func(d report.Data) report.Section { return report.Tested(d, all[i]) }
	}
	return s.fits.of(ctx, fitKey(outcome, found), func() report.Section { return do(found.Data) })
}

// fitKey is under what the section of an outcome is kept. Who is blind must not get what was made for somebody else, whatever the data are.
func fitKey(outcome string, found analysis.Results) string {
	return fmt.Sprintf("%s %s %q %t %x", outcome, found.Version.Hash, found.Group, found.Data.Blind, found.Data.Sum())
}

// fittedFile returns the section that has a table or a figure with a name, if that is one of tests or of curves.
func (s *Server) fittedFile(ctx context.Context, found analysis.Results, name string) ([]report.Section, error) {
	outcome := ""
	if strings.HasPrefix(name, crossing+"-") {
		outcome = crossing
	}
	for _, o := range report.Outcomes(found.Data) {
		if strings.HasPrefix(name, "tests-"+o.ID+"-") && len(o.ID) > len(outcome) {
			outcome = o.ID
		}
	}
	if outcome == "" {
		return nil, nil
	}
	section, err := s.fitted(ctx, found, outcome)
	return []report.Section{section}, err
}

// mostFits is how many sections of tests are kept.
const mostFits = 64

// fits keeps what took long to compute, by the data that it was computed of, so that nobody waits twice. One is computed at a time: the computer
// may have participants.
type fits struct {
	turn chan struct{} // has a value while one is computed

	mu    sync.Mutex
	known map[string]report.Section
	order []string // of known, the oldest first
}

func newFits() *fits { return &fits{turn: make(chan struct{}, 1), known: map[string]report.Section{}} }

// of returns the section of a key, after do has made it if nobody has before. It waits for its turn until ctx is done.
func (f *fits) of(ctx context.Context, key string, do func() report.Section) (report.Section, error) {
	if s, there := f.kept(key); there {
		return s, nil
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return report.Section{}, context.Cause(ctx)
	}
	if s, there := f.kept(key); there { // somebody before us has made it
		return s, nil
	}
	s := do()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[key], f.order = s, append(f.order, key)
	if len(f.order) > mostFits {
		delete(f.known, f.order[0])
		f.order = f.order[1:]
	}
	return s, nil
}

func (f *fits) kept(key string) (report.Section, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, there := f.known[key]
	return s, there
}
