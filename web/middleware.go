package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/study"
)

// Limits of request bodies in bytes.
const (
	formLimit   = 64 << 10
	designLimit = 256 << 10 // two long texts, each byte of which a form may write as three
)

// route names the request's route, as in "/p/{link}": what stands in for the link is a
// secret and belongs in no log.
func route(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return c.RoutePattern()
	}
	return ""
}

// logged writes one line for each request.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		s.log.InfoContext(r.Context(), "request", "method", r.Method, "route", route(r),
			"status", ww.Status(), "bytes", ww.BytesWritten(), "took", s.now().Sub(began))
	})
}

// recovered turns a panic into an internal error.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // the server's own way to cut a response short
			}
			if v != nil {
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// policy lets a page load and reach its own server only. Pictures may also be data URLs,
// because the screen viewer draws JPEG rectangles and the pointer that way.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guarded sets the headers that keep a page to itself. The two Cross-Origin ones isolate it,
// which browsers reward with a clock of 5 µs instead of 100: response times need it.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // static files say otherwise themselves
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses requests that change something and come from another site's page. Where there
// is a public address, nothing from a page of any other origin is answered, websockets included.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	deny := s.page(func(http.ResponseWriter, *http.Request) error {
		return study.Refuse(study.ErrDenied, "This request came from another site and was not carried out.")
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(deny)
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get("Origin"); from != "" && s.public.host != "" && from != s.public.site() {
			deny(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// bodyLimit makes reading more than n bytes of a body an error.
func bodyLimit(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = timelyBody{http.MaxBytesReader(w, r.Body, n)}
			next.ServeHTTP(w, r)
		})
	}
}

// timelyBody is a body that says in our words that it did not come in time; see HTTPServer.
type timelyBody struct{ io.ReadCloser }

// Read implements [io.Reader].
func (b timelyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errLate, err)
	}
	return n, err
}
