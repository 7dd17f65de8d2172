package page

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
)

// route returns the pattern of the request's route, such as "/p/{link}". The path itself must not
// be logged, because the link is a secret.
func route(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return c.RoutePattern()
	}
	return ""
}

// Recovered answers a panic as an internal error.
func (s *Site) Recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // net/http's own way to cut a response off
			}
			if v != nil {
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Policy lets a page use nothing but its own server. Images may also be data URLs, because noVNC
// draws JPEG rectangles and the pointer with them.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Guarded sets the headers that separate our pages from other sites. The Cross-Origin-Opener and
// -Embedder policies isolate a page. An isolated page has a clock with 5 µs resolution instead of
// 100 µs, which measuring response times needs.
func Guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // static files set their own value
		next.ServeHTTP(w, r)
	})
}

// SameOrigin refuses requests that change something and come from a page of another site. If there
// is a public address, it refuses every request from a page of another origin, including
// websockets.
func (s *Site) SameOrigin(next http.Handler) http.Handler {
	deny := s.Handle(func(http.ResponseWriter, *http.Request) error {
		return study.Refuse(study.ErrDenied, "This request came from another site and was not carried out.")
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(deny)
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get("Origin"); from != "" && s.Public.host != "" && from != s.Public.site() {
			deny(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// BodyLimit makes reading more than n bytes of a body an error.
func BodyLimit(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = timelyBody{http.MaxBytesReader(w, r.Body, n)}
			next.ServeHTTP(w, r)
		})
	}
}

// timelyBody is a body whose error says that it did not arrive in time; see web.Server.HTTPServer.
type timelyBody struct{ io.ReadCloser }

// Read implements [io.Reader].
func (b timelyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errLate, err)
	}
	return n, err
}
