package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/api"
	"vmstudy/web/page"
	"vmstudy/web/signin"
	"vmstudy/web/view"
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

// operations are the routes for programs.
type operations struct{ s *Server }

// serve adds an operation of the API.
func serve[I, O any](t operations, method, path string, right study.Right, says string, h func(context.Context, *I) (*O, error)) {
	sends(t, api.Operation{Method: method, Path: path, Says: says, Right: right}, h)
}

// sends serves an operation that answers with a file, or takes one.
func sends[I, O any](t operations, o api.Operation, h func(context.Context, *I) (*O, error)) {
	api.Add(t.s.api, o, h)
	t.s.needs[o.Method+" /api/v1"+o.Path] = o.Right
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

// errRightEnded ends what somebody watches or downloads when they lose the right to it.
var errRightEnded = study.Refuse(study.ErrDenied, "Your role does not allow that any more.")

// keeps returns a check of whether somebody still has a right. What a token names never changes.
func (s *Server) keeps(who study.ExperimenterID, right study.Right, in study.StudyID) func(context.Context) error {
	return func(ctx context.Context) error {
		standing, err := s.store.Standing(ctx, who)
		if err == nil && !standing.May(right, in) {
			err = errRightEnded
		}
		return err
	}
}

// admitted lets pass who has the right that the route needs, in the study that the path names. Refusals are in the audit. Pages learn from it
// what to offer their reader: what it would let pass.
func (s *Server) admitted(next http.Handler) http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		standing, err := s.store.Standing(r.Context(), page.Who(r.Context()).ID)
		if err != nil {
			return err
		}
		standing.Token = tokenOf(r)
		table := s.tableOf(r)
		ctx := view.Allow(page.WithStanding(r.Context(), standing), func(method, address string) bool {
			path, _, _ := strings.Cut(address, "#")
			path, _, _ = strings.Cut(path, "?")
			n, err := table.need(r.Context(), method, path)
			return err == nil && standing.May(n.right, n.in)
		})
		r = r.WithContext(ctx)
		n, err := table.need(ctx, r.Method, pathOf(r))
		if errors.Is(err, study.ErrNotFound) { // never left to the router: it could find what was not found here
			s.Handle(page.ShowNothing)(w, r)
			return nil
		}
		if err != nil {
			return err
		}
		refusal := refusalOf(standing, r, n)
		if refusal == nil {
			signin.AsLongAs(ctx, s.keeps(page.Who(ctx).ID, n.right, n.in))
			next.ServeHTTP(w, r)
			return nil
		}
		if err := s.recordRefusal(r, n); err != nil {
			return err
		}
		s.Handle(func(http.ResponseWriter, *http.Request) error { return refusal })(w, r)
		return nil
	})
}

// tokenOf returns the token by which a request is made, or nil.
func tokenOf(r *http.Request) *study.Token {
	if t, found := page.Token(r.Context()); found {
		return &t
	}
	return nil
}

// errOnlyReads refuses changes by a token that only reads.
var errOnlyReads = study.Refuse(study.ErrDenied, "This token only reads. Make one on the page Account that may change things.")

// errNoNewStudies refuses to make a study by a token that changes no designs, or is for one study only.
var errNoNewStudies = study.Refuse(study.ErrDenied, "This token makes no studies. Make one on the page Account that is for all of yours and has the right to change them.")

// refusalOf returns why somebody of that standing lacks what they need, or nil.
func refusalOf(standing study.Standing, r *http.Request, n need) error {
	t := standing.Token
	own := standing
	own.Token = nil
	switch {
	case !own.May(n.right, n.in):
		return errNoRight
	case !standing.May(n.right, n.in):
		return study.Refuse(study.ErrDenied, "Your role allows that, but this token does not reach so far: it needs the right to %s in this study. Make one on the page Account.", n.right)
	case t != nil && !t.Changes && method(r.Method) != http.MethodGet:
		return errOnlyReads
	case t != nil && n.right == study.SignedIn && method(r.Method) != http.MethodGet && !t.MakesStudies():
		return errNoNewStudies
	}
	return nil
}

// recordRefusal records that somebody lacks the right to what they asked for. Refusals of programs are rationed: see signin.
func (s *Server) recordRefusal(r *http.Request, n need) error {
	action := views[n.pattern]
	if method(r.Method) != http.MethodGet || action == "" {
		action = doing(r, n.pattern)
	}
	e := audit.Entry{At: s.Now(), Who: page.Who(r.Context()).Name, Action: "refused: " + action, About: r.URL.Path, Why: byToken(r, "needs the right to "+string(n.right))}
	if t := tokenOf(r); t != nil {
		return s.signIn.RecordOfToken(r.Context(), *t, e)
	}
	_, err := s.store.Record(r.Context(), e)
	return err
}

// need is what somebody must have to be let pass.
type need struct {
	pattern string // of the route
	right   study.Right
	in      study.StudyID // 0 where the path names none
}

// rightsTable knows what each address of the lab needs.
type rightsTable struct {
	s      *Server
	routes chi.Routes
}

func (s *Server) tableOf(r *http.Request) rightsTable {
	return rightsTable{s, chi.RouteContext(r.Context()).Routes}
}

// need returns what a request needs, or study.ErrNotFound if no route takes it. path has the escapes that the browser sent.
func (t rightsTable) need(ctx context.Context, asked, path string) (need, error) {
	pattern, found := match(t.routes, asked, path)
	if pattern == "" {
		return need{}, fmt.Errorf("route of %s %s: %w", asked, path, study.ErrNotFound)
	}
	right, known := t.s.needs[method(asked)+" "+pattern]
	if !known {
		return need{}, fmt.Errorf("%s %s says not what it needs", asked, pattern)
	}
	in, err := t.s.studyIn(ctx, found)
	return need{pattern, right, in}, err
}

// studyIn returns the study that a path names, or that of the session which it names; 0 if it names none of both, or one that there is not.
func (s *Server) studyIn(ctx context.Context, path *chi.Context) (study.StudyID, error) {
	if n, err := strconv.ParseInt(path.URLParam("study"), 10, 64); err == nil {
		return study.StudyID(n), nil
	}
	n, err := strconv.ParseInt(path.URLParam("session"), 10, 64)
	if err != nil {
		return 0, nil
	}
	if in, known := s.studyOf.Load(n); known {
		return in.(study.StudyID), nil
	}
	in, err := s.store.StudyOf(ctx, study.SessionID(n))
	if errors.Is(err, study.ErrNotFound) {
		return 0, nil
	}
	if err == nil {
		s.studyOf.Store(n, in)
	}
	return in, err
}
