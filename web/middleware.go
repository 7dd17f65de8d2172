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

	"vmstudy/document"
	"vmstudy/study"
)

// Limits of request bodies in bytes.
const (
	formLimit   = 64 << 10
	fileLimit   = document.MaxSize + 64<<10 // for a study file with what a form puts around it
	designLimit = 1 << 20                   // for long texts, of which a form may encode each byte as three, and many networks with many phases
)

// route returns the pattern of the request's route, such as "/p/{link}". The path itself must not
// be logged, because the link is a secret.
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

// recovered answers a panic as an internal error.
func (s *Server) recovered(next http.Handler) http.Handler {
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

// policy lets a page use nothing but its own server. Images may also be data URLs, because noVNC
// draws JPEG rectangles and the pointer with them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guarded sets the headers that separate our pages from other sites. The Cross-Origin-Opener and
// -Embedder policies isolate a page. An isolated page has a clock with 5 µs resolution instead of
// 100 µs, which measuring response times needs.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // static files set their own value
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses requests that change something and come from a page of another site. If there
// is a public address, it refuses every request from a page of another origin, including
// websockets.
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

// timelyBody is a body whose error says that it did not arrive in time; see HTTPServer.
type timelyBody struct{ io.ReadCloser }

// Read implements [io.Reader].
func (b timelyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errLate, err)
	}
	return n, err
}
