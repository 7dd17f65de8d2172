package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
)

// routes is a part of the lab's routes. There is no way to add one without saying which right it needs; and one that is added in another way is
// open to nobody.
type routes struct {
	s     *Server
	r     chi.Router
	under string // the path above them
}

func (t routes) get(path string, right study.Right, h page.Handler) {
	t.add(http.MethodGet, path, right, h)
}

func (t routes) post(path string, right study.Right, h page.Handler) {
	t.add(http.MethodPost, path, right, h)
}

func (t routes) add(method, path string, right study.Right, h page.Handler) {
	t.r.Method(method, path, t.s.Handle(h))
	t.s.needs[method+" "+strings.TrimSuffix(t.under+path, "/")] = right
}

// limited returns routes whose bodies have at most so many bytes.
func (t routes) limited(most int64) routes {
	return routes{t.s, t.r.With(page.BodyLimit(most)), t.under}
}

// group adds routes whose bodies have at most so many bytes.
func (t routes) group(most int64, add func(routes)) { add(t.limited(most)) }

// below adds routes below a path.
func (t routes) below(path string, add func(routes)) {
	t.r.Route(path, func(r chi.Router) { add(routes{t.s, r, t.under + path}) })
}

// errNoRight refuses what somebody's role does not allow. It says the same of a study that there is not.
var errNoRight = study.Refuse(study.ErrDenied, "Your role does not allow that. An owner of the study, or whoever administers this installation, can give you another one.")

// admitted lets pass who has the right that the route needs, in the study that the path names. Refusals are in the audit.
func (s *Server) admitted(next http.Handler) http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		standing, err := s.store.Standing(r.Context(), page.Who(r.Context()).ID)
		if err != nil {
			return err
		}
		ctx := page.WithStanding(r.Context(), standing)
		r = r.WithContext(ctx)
		pattern, path := patternOf(r)
		if pattern == "" { // never left to the router: it could find what was not found here
			return page.ShowNothing(w, r)
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		right, known := s.needs[method+" "+pattern]
		if !known {
			return fmt.Errorf("%s %s says not what it needs", method, pattern)
		}
		in, err := s.studyIn(r, path)
		if err != nil {
			return err
		}
		if standing.May(right, in) {
			next.ServeHTTP(w, r)
			return nil
		}
		action := views[pattern]
		if method != http.MethodGet || action == "" {
			action = actionOf(pattern)
		}
		e := audit.Entry{At: s.Now(), Who: page.Who(ctx).Name, Action: "refused: " + action, About: r.URL.Path, Why: "needs the right to " + string(right)}
		if _, err := s.store.Record(ctx, e); err != nil {
			return err
		}
		return errNoRight
	})
}

// studyIn returns the study that a path names, or that of the session which it names; 0 if it names none of both, or one that there is not.
func (s *Server) studyIn(r *http.Request, path *chi.Context) (study.StudyID, error) {
	if n, err := strconv.ParseInt(path.URLParam("study"), 10, 64); err == nil {
		return study.StudyID(n), nil
	}
	n, err := strconv.ParseInt(path.URLParam("session"), 10, 64)
	if err != nil {
		return 0, nil
	}
	in, err := s.store.StudyOf(r.Context(), study.SessionID(n))
	if errors.Is(err, study.ErrNotFound) {
		return 0, nil
	}
	return in, err
}
