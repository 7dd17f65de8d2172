package page

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/view"
)

// Site is what the pages of all rooms have in common.
type Site struct {
	Now     func() time.Time // in the laboratory's time zone
	Log     *slog.Logger
	Version string       // of the program, shown at the foot of the pages
	Public  Public       // the address under which people reach the pages
	Observe func(Served) // is told of every request that was answered; nil: nobody
}

// LabPage returns what every page of the lab shows around its content.
func (s *Site) LabPage(r *http.Request, title string) view.Page {
	return view.Page{Title: title, Who: Who(r.Context()).Name, Version: s.Version, Insecure: !s.Public.InSecureContext(r)}
}

// VisitPage returns what every participant's page shows around its content.
func (s *Site) VisitPage(title string) view.Page {
	return view.Page{Title: title, Version: s.Version, Styles: []string{"visit.css"}, Visits: Visits}
}

// Render writes a whole page. If the component fails, it writes nothing and returns the error.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, code int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render %s: %w", route(r), err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, err := w.Write(s.Public.place(b.Bytes()))
	return err
}

// Redirect sends the browser to another page of this server, after a POST.
func Redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, baseFrom(r.Context())+to, http.StatusSeeOther)
	return nil
}

type formKey struct{}

// WithForm returns a context of a request whose form, once Form has read it, is in the returned values, too: for what stands
// around handlers, which may work with copies of the request.
func WithForm(ctx context.Context) (context.Context, *url.Values) {
	read := &url.Values{}
	return context.WithValue(ctx, formKey{}, read), read
}

// Remember puts what a program asked for where WithForm looks, under the names that the fields of a form have.
func Remember(ctx context.Context, fields url.Values) {
	if read, ok := ctx.Value(formKey{}).(*url.Values); ok {
		*read = fields
	}
}

// Form reads the fields of a posted form.
func Form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("read form: %w: %w", errGarbled, err)
	}
	if read, ok := r.Context().Value(formKey{}).(*url.Values); ok {
		*read = r.PostForm
	}
	return r.PostForm, nil
}

// ID reads the id in the path parameter name.
func ID[ID ~int64](r *http.Request, name string) (ID, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s %q in the path: %w", name, chi.URLParam(r, name), study.ErrNotFound)
	}
	return ID(n), nil
}
