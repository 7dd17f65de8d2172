package page

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// Kinds of errors that only package web has, beside those of package study.
var (
	errGarbled  = errors.New("garbled request") // 400
	errMethod   = errors.New("wrong method")    // 405
	ErrUnknown  = errors.New("unknown caller")  // 401
	ErrLimited  = errors.New("limited")         // 429
	ErrOutdated = errors.New("outdated page")   // 503
	errLate     = errors.New("late body")       // 503, because sending it again may help
)

// ErrSignedOut answers a form that arrives after its login has ended. The browser still has what
// was typed, and sends it again when the person reloads the page.
var ErrSignedOut = study.Refuse(study.ErrDenied, "You are not signed in any more, so this was not done. Sign in in another tab, then reload this page: "+
	"the browser sends what you have typed again.")

// ErrMissing says that something which is named by a number is not there, as in "There is no time 7 in study 3.". say has a verb %s for each number:
// numbers of things are no quantities, whose digits are grouped.
func ErrMissing(say string, numbers ...int64) error {
	texts := make([]any, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return study.Refuse(study.ErrNotFound, say, texts...)
}

// ErrStranger answers a request to a visit that does not have its participant's secret.
var ErrStranger = study.Refuse(study.ErrDenied,
	"This page belongs to a visit. Please open the personal link that you were given: it brings you to where you were.")

// Handler is an HTTP handler that may fail. Its error decides the response.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Handle makes an http.HandlerFunc of h.
func (s *Site) Handle(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(catalogue.Hear(r.Context(), firstTongue(r)))
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// firstTongue is what is spoken before anybody knows whose visit it is: what the browser prefers; to experimenters English.
func firstTongue(r *http.Request) catalogue.Tongue {
	if isLab(r) || isAPI(r) {
		return catalogue.English
	}
	return catalogue.In(catalogue.Preferred(r.Header.Get("Accept-Language"), append(catalogue.Languages(), catalogue.Pseudo)))
}

func isLab(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/lab") }

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// Problem tells a program why something was not done, as RFC 9457 has it.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// ProblemOf returns what a program is told of err. It logs internal errors for the person who runs the server.
func (s *Site) ProblemOf(r *http.Request, err error) Problem {
	code, say := Explain(err)
	s.logInternal(r, code, err)
	return Problem{headings[code], code, say}
}

// hasLeft reports whether err says no more than that nobody waits for an answer.
func hasLeft(r *http.Request, err error) bool {
	return r.Context().Err() != nil && errors.Is(err, context.Canceled)
}

// logInternal logs an internal error for the person who runs the server.
func (s *Site) logInternal(r *http.Request, code int, err error) {
	if code >= http.StatusInternalServerError && !hasLeft(r, err) {
		s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", route(r), "err", err)
	}
}

// Heading returns the title of problems with a status.
func Heading(code int) string { return cmp.Or(headings[code], http.StatusText(code)) }

// fail answers with a sentence for the person at the screen. It logs internal errors for the person
// who runs the server.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if hasLeft(r, err) {
		return // the browser has left: nobody reads an answer
	}
	if isAPI(r) {
		p := s.ProblemOf(r, err)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // who asked may have left
		return
	}
	code, say := ExplainIn(r.Context(), err)
	s.logInternal(r, code, err)
	if !WantsHTML(r) {
		http.Error(w, say, code)
		return
	}
	problem := view.Problem{Status: code, Title: catalogue.Say(r.Context(), headings[code]), Say: say, Lab: isLab(r), SignIn: errors.Is(err, ErrSignedOut)}
	if code == http.StatusInternalServerError {
		problem.Request = RequestID(r.Context())
	}
	p := s.LabPage(r, problem.Title)
	if !problem.Lab {
		p = s.VisitPage(problem.Title)
	}
	if err := s.Render(w, r, code, view.ProblemPage(p, problem)); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "route", route(r), "err", err)
		http.Error(w, say, code)
	}
}

// WantsHTML reports whether r comes from a browser that loads a page, and not from a script: fetch
// accepts */*.
func WantsHTML(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "text/html")
}

// headings has a heading in plain words for each status that explain returns.
var headings = map[int]string{
	http.StatusBadRequest:            "This could not be read",
	http.StatusUnauthorized:          "This needs a token",
	http.StatusForbidden:             "This is not open to you",
	http.StatusNotFound:              "There is nothing here",
	http.StatusMethodNotAllowed:      "This cannot be done here",
	http.StatusConflict:              "This is not possible now",
	http.StatusRequestEntityTooLarge: "This is too much at once",
	http.StatusUnprocessableEntity:   "This cannot be taken as it is",
	http.StatusTooManyRequests:       "That was too often",
	http.StatusInternalServerError:   "Something went wrong",
	http.StatusServiceUnavailable:    "Away for a moment",
}

// explanations has the status for each kind of error, and a sentence for errors without one.
var explanations = []struct {
	kind error
	code int
	say  string
}{
	{errLate, http.StatusServiceUnavailable, "What your browser sent did not arrive whole in time, so nothing was done. Send it again."}, // first, because it wraps errors of other kinds
	{study.ErrNotFound, http.StatusNotFound, "There is nothing at this address. It may have been mistyped, or what was here is gone."},
	{study.ErrInvalid, http.StatusUnprocessableEntity, "Something in what was sent cannot be used."},
	{study.ErrConflict, http.StatusConflict, "This is not possible any more. Reload the page to see how things stand."},
	{study.ErrDenied, http.StatusForbidden, "This is not open to you."},
	{ErrUnknown, http.StatusUnauthorized, "This needs a token."},
	{errGarbled, http.StatusBadRequest, "The browser sent something that could not be read."},
	{errMethod, http.StatusMethodNotAllowed, "This address cannot be used in this way."},
	{ErrOutdated, http.StatusServiceUnavailable, "This page is from before an update. Load it again."},
	{ErrLimited, http.StatusTooManyRequests, "That was too often. Wait a moment, then try again."},
}

// Explain turns err into a status and a sentence that may be shown, in English.
func Explain(err error) (code int, say string) { return ExplainIn(context.Background(), err) }

// ExplainIn turns err into a status and a sentence that may be shown, in the language of ctx.
func ExplainIn(ctx context.Context, err error) (code int, say string) {
	code, text, values := explain(err)
	return code, Sentence(catalogue.Say(ctx, text, values...))
}

// SayRefusal returns why err refuses something, in the language of ctx; "" if err is no refusal.
func SayRefusal(ctx context.Context, err error) string {
	return catalogue.From(ctx).Refusal(err)
}

// explain returns the text of the sentence for err, and the values in its places.
func explain(err error) (code int, text string, values []any) {
	said := func(text string) (string, []any) {
		var r *study.Refusal
		if errors.As(err, &r) && r.Text != "" {
			return r.Text, r.Values
		}
		return text, nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, "This is more than can be taken at once. Go back, shorten it and send it again.", nil
	}
	for _, e := range explanations {
		if !errors.Is(err, e.kind) {
			continue
		}
		text, values = said(e.say)
		return e.code, text, values
	}
	var away interface{ Temporary() bool }
	if errors.As(err, &away) && away.Temporary() {
		text, values = said("The database is away for a moment. Nothing that was saved is lost. Try again.")
		return http.StatusServiceUnavailable, text, values
	}
	return http.StatusInternalServerError, "Something went wrong on our side. It has been written to the log.", nil
}

// Sentence capitalizes the first letter of say and adds a full stop: refusals are written so that
// they can be parts of longer sentences.
func Sentence(say string) string {
	first, size := utf8.DecodeRuneInString(say)
	if size == 0 {
		return ""
	}
	say = string(unicode.ToUpper(first)) + say[size:]
	if !strings.ContainsAny(say[len(say)-1:], ".!?") {
		say += "."
	}
	return say
}

// ShowNothing answers that there is nothing at an address.
func ShowNothing(http.ResponseWriter, *http.Request) error { return study.ErrNotFound }

// ShowWrongMethod answers that an address cannot be used in this way.
func ShowWrongMethod(http.ResponseWriter, *http.Request) error { return errMethod }
