package web

import (
	"context"
	"log"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
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
		ErrorLog:          log.New(nameless{s.Log}, "", 0),
	}
}

// nameless takes what net/http says of connections that fail. Participants' addresses in it do not get into the log.
type nameless struct{ log *slog.Logger }

// address is an address as net/http writes it, with a port or without.
var address = regexp.MustCompile(`(\d{1,3}(\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+(%\w+)?\])(:\d+)?`)

// Write implements [io.Writer].
func (n nameless) Write(b []byte) (int, error) {
	n.log.Warn("a connection failed", "err", address.ReplaceAllLiteralString(strings.TrimSpace(string(b)), "(an address)"))
	return len(b), nil
}
