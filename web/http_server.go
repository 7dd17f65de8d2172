package web

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Limits for requests; page.Paced has those for responses.
const (
	headerLimit = 10 * time.Second // for the header of a request
	bodyTime    = time.Minute      // for a request with its body, which has at most designLimit bytes
	idleLimit   = 2 * time.Minute  // between two requests
	maxHeader   = 32 << 10         // bytes
)

// HTTPServer returns an HTTP server for the web app with its time limits, so that nobody can keep a
// connection busy by doing nothing. All requests, including websockets, end with ctx.
func (s *Server) HTTPServer(ctx context.Context) *http.Server {
	return &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerLimit,
		ReadTimeout:       bodyTime,
		IdleTimeout:       idleLimit,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}
