package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/analysis"
	"vmstudy/studytest"
)

// pipes is a listener whose connections are pipes, so that they work with synctest's clock.
type pipes struct {
	conns chan net.Conn
	over  chan struct{}
	close func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), over: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.over) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.over:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// dial returns the browser's end of a new connection.
func (p *pipes) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

// serving serves l with all its limits while do runs.
func serving(l *lab, do func(*pipes)) {
	p := newPipes()
	server := l.server.HTTPServer(l.t.Context())
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(p) })
	do(p)
	_ = server.Close()
	done.Wait()
	synctest.Wait()
}

// endless is an export without end. It reports the error that ended it.
type endless struct {
	Results
	ended chan error
}

func (e endless) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	for {
		if _, err := w.Write(make([]byte, 10_000)); err != nil {
			e.ended <- err
			return err
		}
	}
}

// request sends a request with ada's cookie.
func (l *lab) request(conn net.Conn, path string) {
	l.t.Helper()
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: lab\r\nCookie: login=token\r\n\r\n", path)
	l.must(err)
}

func TestWhoReadsNothingOfADownloadIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		export := endless{ended: make(chan error, 1)}
		l.server.results = export
		id := l.study(studytest.Design(), true)
		serving(l, func(p *pipes) {
			conn := p.dial()
			defer conn.Close()
			l.request(conn, fmt.Sprintf("/lab/studies/%d/download", id))
			if _, err := conn.Read(make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			<-export.ended
			if took := time.Since(began); took != writeLimit {
				t.Errorf("it was cut off after %v, want %v", took, writeLimit)
			}
			synctest.Wait()
			if n := len(l.server.downloads); n != 0 {
				t.Errorf("%d places are still taken by downloads that were cut off", n)
			}
		})
	})
}

// sized is an export of that many bytes.
type sized struct {
	Results
	size int
}

func (e sized) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	_, err := w.Write(make([]byte, e.size))
	return err
}

func TestASlowDownloadMayTakeAsLongAsItGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		const size = 40 * writePiece
		l.server.results = sized{size: size}
		id := l.study(studytest.Design(), true)
		serving(l, func(p *pipes) {
			conn := p.dial()
			defer conn.Close()
			l.request(conn, fmt.Sprintf("/lab/studies/%d/download", id))
			began := time.Now()
			answer, err := http.ReadResponse(bufio.NewReader(&slowly{conn, writeLimit / 8}), nil)
			l.must(err)
			n, err := io.Copy(io.Discard, answer.Body)
			if n != size || err != nil {
				t.Errorf("after %v: %d bytes of %d, %v", time.Since(began), n, size, err)
			}
			if took := time.Since(began); took < 3*writeLimit {
				t.Errorf("it took %v only, so it tells nothing", took)
			}
		})
	})
}

// slowly is a connection whose reads each wait for that long.
type slowly struct {
	net.Conn
	every time.Duration
}

func (s *slowly) Read(p []byte) (int, error) {
	<-time.After(s.every)
	return s.Conn.Read(p)
}

func TestABodyThatDripsInIsNotWaitedForWithoutEnd(t *testing.T) {
	for name, path := range map[string]string{
		"a page that reads it":         "/signin",
		"a page that does not read it": "/healthz",
		"nothing":                      "/nowhere",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				serving(l, func(p *pipes) {
					conn := p.dial()
					defer conn.Close()
					began := time.Now()
					_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: lab\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n", path)
					l.must(err)
					dripping := make(chan struct{})
					go func() {
						defer close(dripping)
						for {
							if _, err := io.WriteString(conn, "a"); err != nil {
								return
							}
							<-time.After(time.Second)
						}
					}()
					text, _ := io.ReadAll(conn) // until the server closes the connection
					if took := time.Since(began); took > bodyTime+time.Second {
						t.Errorf("the server hung up after %v, want %v", took, bodyTime)
					}
					if path == "/signin" && !strings.Contains(string(text), "503 Service Unavailable") {
						t.Errorf("it was told %.80q, want 503", text)
					}
					_ = conn.Close()
					<-dripping
				})
			})
		})
	}
}
