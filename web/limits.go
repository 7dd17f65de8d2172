package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"time"
)

// Time limits for the other end of a connection. A browser may read a response as slowly as it
// likes if it goes on reading: writeLimit is for each piece of writePiece bytes, not for the whole
// response. Because the network and the kernel buffer some bytes, a browser may even pause for
// longer.
const (
	headerLimit = 10 * time.Second // for the header of a request
	bodyTime    = time.Minute      // for a request with its body, which has at most designLimit bytes
	idleLimit   = 2 * time.Minute  // between two requests
	writeLimit  = 30 * time.Second // for a piece of a response
	writePiece  = 16 << 10         // bytes of a piece
	renewAfter  = time.Second      // a deadline that was set less than this ago is not renewed
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

// paced renews the deadline of a response with every piece that is written.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &pacedWriter{ResponseWriter: w}
		p.renew()
		next.ServeHTTP(p, r)
		if !p.hijacked {
			p.renewed = time.Time{} // the last bytes may still be in a buffer, and the handler may have paused for long before it returned
			p.renew()
		}
	})
}

// pacedWriter writes a response in pieces and sets a deadline for each. If the underlying writer
// has no deadlines, as in tests, it sets none.
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

// Hijack implements [http.Hijacker]. After it, the caller sets the deadlines of the connection.
func (p *pacedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(p.ResponseWriter).Hijack()
	p.hijacked = err == nil
	return conn, rw, err
}

// Unwrap is for [http.ResponseController].
func (p *pacedWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
