package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/study/audit"
	"vmstudy/web/page"
)

// views are the pages that show what participants gave, or hand it out, by their routes: in the audit, each time that somebody
// opens one is an entry. What such a page loads by itself, again and again, is not.
var views = map[string]string{
	"/lab/studies/{study}/participants":                       "view participants",
	"/lab/studies/{study}/participants/{participant}":         "view a participant",
	"/lab/studies/{study}/participants/{participant}/address": "view an address",
	"/lab/studies/{study}/links/{sheet}":                      "view links",
	"/lab/studies/{study}/links/{sheet}/print":                "view links",
	"/lab/studies/{study}/links/{sheet}/links.csv":            "export links",
	"/lab/studies/{study}/links/{sheet}/letters.txt":          "export links",
	"/lab/studies/{study}/appointments":                       "view appointments",
	"/lab/studies/{study}/appointments/{slot}":                "view appointments",
	"/lab/studies/{study}/compensation":                       "view compensations",
	"/lab/studies/{study}/compensation/print":                 "view compensations",
	"/lab/day":                     "view appointments",
	"/lab/studies/{study}/results": "view results",
	"/lab/studies/{study}/results/tests/{outcome}":             "view results",
	"/lab/studies/{study}/results/files/{file}":                "export results",
	"/lab/studies/{study}/download":                            "export",
	"/lab/live":                                                "view desktops",
	"/lab/sessions/{session}":                                  "view a session",
	"/lab/sessions/{session}/watch":                            "watch a desktop",
	"/lab/sessions/{session}/attempts/{attempt}/recording":     "view a recording",
	"/lab/sessions/{session}/attempts/{attempt}/replay":        "view a recording",
	"/lab/sessions/{session}/attempts/{attempt}/recording.fbs": "export a recording",
	"/lab/sessions/{session}/attempts/{attempt}/video.mp4":     "export a recording",
	"/lab/audit":                           "view the audit",
	"/lab/audit.csv":                       "export the audit",
	"/api/v1/studies/{study}/participants": "view participants",
	"/api/v1/studies/{study}/participants/{participant}": "view a participant",
	"/api/v1/studies/{study}/links":                      "view participants",
	"/api/v1/studies/{study}/compensation":               "view compensations",
	"/api/v1/studies/{study}/appointments":               "view appointments",
	"/api/v1/studies/{study}/appointments/{slot}":        "view appointments",
	"/api/v1/studies/{study}/sessions":                   "view sessions",
	"/api/v1/studies/{study}/export":                     "export",
	"/api/v1/sessions/{session}":                         "view a session",
	"/api/v1/sessions/{session}/notes":                   "view a session",
}

// letters is a route whose query is a text that somebody wrote.
const letters = "/lab/studies/{study}/links/{sheet}/letters.txt"

// appointments are the routes below which appointments are changed. Their reason may be an illness, so it is not in the audit: an entry stays when
// the participant has what they gave erased.
const (
	appointments    = "/lab/studies/{study}/appointments/"
	apiAppointments = "/api/v1/studies/{study}/appointments/"
)

// chosen are the fields of forms that say what was done and, by a reason of a list, why. Texts that people write are not in the
// audit: see package audit.
var chosen = []string{
	"state", "excluded", "ground", "data", "closed", "number", "pilot", "minutes", "sequence", "group", "do", "parameters", "completion", "export", "whose", "until", "who", "member", "role", "action",
	"date", "from", "to", "from2", "to2", "weekday", "gap", "most", "without",
}

// Audited records what experimenters do: a change in its own transaction, by the store; a view or an export before it is
// answered, so that what cannot be recorded is not shown; a refusal after it.
func (s *Server) audited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pattern := patternOf(r)
		who := page.Who(r.Context()).Name
		if method(r.Method) == http.MethodGet {
			if view := views[pattern]; view != "" {
				e := audit.Entry{At: s.Now(), Who: who, Action: view, About: r.URL.Path, Why: r.URL.RawQuery}
				if pattern == letters {
					e.Why = ""
				}
				e.Why = byToken(r, e.Why)
				head, err := s.store.Record(r.Context(), e)
				if err != nil {
					s.Handle(func(http.ResponseWriter, *http.Request) error { return err })(w, r)
					return
				}
				r = r.WithContext(page.WithAudited(r.Context(), head))
			}
			next.ServeHTTP(w, r)
			return
		}
		ctx, form := page.WithForm(r.Context())
		act := audit.Act{Who: who, At: s.Now(), What: func() (string, string, string) {
			if strings.HasPrefix(pattern, appointments) || strings.HasPrefix(pattern, apiAppointments) {
				return doing(r, pattern), r.URL.Path, byToken(r, choices(*form, "ground"))
			}
			return doing(r, pattern), r.URL.Path, byToken(r, choices(*form))
		}}
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(answer, r.WithContext(audit.During(ctx, act)))
		if answer.Status() >= 400 && answer.Status() < 500 {
			if err := s.recordUndone(r, act.Entry()); err != nil {
				s.Log.ErrorContext(r.Context(), "a refusal is not in the audit", "route", pattern, "err", err)
			}
		}
	})
}

// recordUndone records that what e tells of was refused.
func (s *Server) recordUndone(r *http.Request, e audit.Entry) error {
	e.Action = "refused: " + e.Action
	if t := tokenOf(r); t != nil {
		return s.signIn.RecordOfToken(r.Context(), *t, e)
	}
	_, err := s.store.Record(r.Context(), e)
	return err
}

// byToken returns the reason of an entry with the name of the token by which somebody acts, if they do.
func byToken(r *http.Request, why string) string {
	t, found := page.Token(r.Context())
	if !found {
		return why
	}
	return strings.TrimSpace("token=" + strconv.Quote(t.Name) + " " + why)
}

// patternOf returns the pattern of the route that r will take; empty if there is no such route.
func patternOf(r *http.Request) string {
	c := chi.RouteContext(r.Context())
	if c == nil {
		return ""
	}
	pattern, _ := match(c.Routes, r.Method, pathOf(r))
	return pattern
}

// pathOf returns the path that chi looks at: as the browser sent it, if there are escapes in it that Go would not make. A %2F there is no slash.
func pathOf(r *http.Request) string { return cmp.Or(r.URL.RawPath, r.URL.Path) }

// match returns the pattern of the route that a request will take, and the values in its path; empty if there is no such route.
func match(routes chi.Routes, asked, path string) (string, *chi.Context) {
	found := chi.NewRouteContext()
	if !routes.Match(found, method(asked), path) {
		return "", found
	}
	return strings.TrimSuffix(found.RoutePattern(), "/"), found
}

// method returns the method whose route a request takes: a HEAD takes that of a GET.
func method(asked string) string {
	if asked == http.MethodHead {
		return http.MethodGet
	}
	return asked
}

// doing returns what a request that changes something does, in the words of the page that does the same.
func doing(r *http.Request, pattern string) string {
	if r.Method == http.MethodDelete {
		return actionOf(pattern) + " remove"
	}
	return actionOf(pattern)
}

// actionOf returns what a POST to a route does, in words: those of its path without the numbers.
func actionOf(pattern string) string {
	var words []string
	for _, part := range strings.Split(strings.TrimPrefix(strings.TrimPrefix(pattern, "/lab/"), "/api/v1/"), "/") {
		if part != "" && !strings.HasPrefix(part, "{") {
			words = append(words, part)
		}
	}
	return cmp.Or(strings.Join(words, " "), "unknown")
}

// mostChosen is how many bytes of one field an entry has: as many as the numbers of some hundred participants. Of more, it has the first ones, and how
// many follow.
const mostChosen = 2000

// choices returns what was chosen in a form, but for some fields.
func choices(form url.Values, but ...string) string {
	var all []string
	for _, field := range chosen {
		if slices.Contains(but, field) {
			continue
		}
		values, size := form[field], 0
		for i, v := range values {
			if size += len(v) + 1; size > mostChosen {
				values = append(values[:i:i], fmt.Sprintf("and %d more", len(values)-i))
				break
			}
		}
		if v := strings.Join(values, ","); v != "" && page.Storable(v) {
			all = append(all, field+"="+v)
		}
	}
	return strings.Join(all, " ")
}
