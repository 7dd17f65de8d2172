package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/view"
)

// view returns what every page of the lab shows around its content.
func (s *Server) view(r *http.Request, title string) view.Page {
	return view.Page{Title: title, Who: whoFrom(r.Context()).Name, Version: s.version, Insecure: !s.public.InSecureContext(r)}
}

// render writes a whole page. If the component fails, it writes nothing and returns the error.
func (s *Server) render(w http.ResponseWriter, r *http.Request, code int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render %s: %w", route(r), err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, err := w.Write(s.public.place(b.Bytes()))
	return err
}

// redirect sends the browser to another page of this server, after a POST.
func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, baseFrom(r.Context())+to, http.StatusSeeOther)
	return nil
}

// form reads the fields of a posted form.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("read form: %w: %w", errGarbled, err)
	}
	return r.PostForm, nil
}

// pathID reads the id in the path parameter name.
func pathID[ID ~int64](r *http.Request, name string) (ID, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s %q in the path: %w", name, chi.URLParam(r, name), study.ErrNotFound)
	}
	return ID(n), nil
}
