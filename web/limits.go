package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"time"
)

// How long the other end of a connection may take. A reader may be slow for as long as it likes, if
// only it goes on: writeLimit is for a piece, not for the whole. At least it takes writePiece bytes
// in that time, besides what the network and the kernel hold for it.
const (
	headerLimit = 10 * time.Second // for the header of a request
	bodyTime    = time.Minute      // for a request with its body, of at most designLimit bytes
	idleLimit   = 2 * time.Minute  // between two requests
	writeLimit  = 30 * time.Second // for a piece of a response
	writePiece  = 16 << 10         // bytes
	renewAfter  = time.Second      // a deadline that is younger than that is good enough
	maxHeader   = 32 << 10         // bytes
)

// HTTPServer returns the server of the whole web app with its limits, so that nobody can hold a
// connection by doing nothing. Requests, websockets too, end with ctx.
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

// paced gives every response the time that its reader needs, piece by piece.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &pacedWriter{ResponseWriter: w}
		p.renew()
		next.ServeHTTP(p, r)
		if !p.hijacked {
			p.renewed = time.Time{} // what was written may still be sent, and the handler have taken long before
			p.renew()
		}
	})
}

// pacedWriter writes a response in pieces, each with a deadline of its own. Where the writer below
// it knows no deadlines, as in a test, there are none.
type pacedWriter struct {
	http.ResponseWriter
	renewed  time.Time
	hijacked bool
}

func (p *pacedWriter) renew() {
	if now := time.Now(); now.Sub(p.renewed) >= renewAfter {
		p.renewed = now
		_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(now.Add(writeLimit))
	}
}

// Write implements [http.ResponseWriter].
func (p *pacedWriter) Write(b []byte) (n int, err error) {
	for {
		piece := b[n:min(len(b), n+writePiece)]
		p.renew()
		wrote, err := p.ResponseWriter.Write(piece)
		n += wrote
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

// Hijack implements [http.Hijacker]: whoever takes the connection over sets deadlines of their own.
func (p *pacedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(p.ResponseWriter).Hijack()
	p.hijacked = err == nil
	return conn, rw, err
}

// Unwrap lets an [http.ResponseController] through.
func (p *pacedWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
