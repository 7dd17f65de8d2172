package page

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// Served is a request that was answered.
type Served struct {
	Method string
	Route  string // the pattern of its route, as in "/p/{link}"; "none" if there is none
	Status int
	Took   time.Duration
}

type requestKey struct{}

// RequestID returns the name of the request that ctx belongs to; empty outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Logged gives each request a name, which is in the answer and in every line of the log about it, and writes one line for each.
// What a browser or a proxy sends as a name is not believed: it would be in our log.
func (s *Site) Logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.Now()
		id := rand.Text()[:12]
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		w.Header().Set("X-Request-Id", id)
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		served := Served{Method: r.Method, Route: route(r), Status: ww.Status(), Took: s.Now().Sub(began)}
		s.Log.InfoContext(r.Context(), "request", "method", served.Method, "route", served.Route,
			"status", served.Status, "bytes", ww.BytesWritten(), "took", served.Took)
		if s.Observe != nil {
			if served.Route == "" {
				served.Route = "none"
			}
			s.Observe(served)
		}
	})
}

// Identified returns a handler of logs that adds the name of the request to each line that is written during one.
func Identified(h slog.Handler) slog.Handler { return identified{h} }

type identified struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h identified) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h identified) WithAttrs(attrs []slog.Attr) slog.Handler {
	return identified{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h identified) WithGroup(name string) slog.Handler {
	return identified{h.Handler.WithGroup(name)}
}
