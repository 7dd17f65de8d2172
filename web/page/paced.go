package page

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// Time limits for reading a response. A browser may read a response as slowly as it
// likes if it goes on reading: WriteLimit is for each piece of WritePiece bytes, not for the whole
// response. Because the network and the kernel buffer some bytes, a browser may even pause for
// longer.
const (
	WriteLimit = 30 * time.Second // for a piece of a response
	WritePiece = 16 << 10         // bytes of a piece
	renewAfter = time.Second      // a deadline that was set less than this ago is not renewed
)

// Paced renews the deadline of a response with every piece that is written.
func Paced(next http.Handler) http.Handler {
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
		_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(now.Add(WriteLimit))
	}
}

// Write implements [http.ResponseWriter].
func (p *pacedWriter) Write(b []byte) (n int, err error) {
	for {
		piece := b[n:min(len(b), n+WritePiece)]
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
