package web_test

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
	"vmstudy/internal/webtest"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
	"vmstudy/web/page"
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
func serving(l *webtest.Lab, do func(*pipes)) {
	p := newPipes()
	server := l.Server.HTTPServer(l.T.Context())
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(p) })
	do(p)
	_ = server.Close()
	done.Wait()
	synctest.Wait()
}

// endless is an export without end. It reports the error that ended it.
type endless struct {
	lab.Results
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
func request(l *webtest.Lab, conn net.Conn, path string) {
	l.T.Helper()
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: lab\r\nCookie: login=token\r\n\r\n", path)
	l.Must(err)
}

func TestWhoReadsNothingOfADownloadIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := webtest.NewLab(t)
		export := endless{ended: make(chan error, 1)}
		l.Serve(func(c *web.Config) { export.Results = c.Results; c.Results = export })
		id := l.Study(studytest.Design(), true)
		serving(l, func(p *pipes) {
			for range 5 { // one more than fits, so that each has to give its place back
				conn := p.dial()
				defer conn.Close()
				request(l, conn, fmt.Sprintf("/lab/studies/%d/download", id))
				head := make([]byte, len("HTTP/1.1 200"))
				if _, err := io.ReadFull(conn, head); err != nil || string(head) != "HTTP/1.1 200" {
					t.Fatalf("%q, %v", head, err)
				}
				began := time.Now()
				<-export.ended
				if took := time.Since(began); took != page.WriteLimit {
					t.Errorf("it was cut off after %v, want %v", took, page.WriteLimit)
				}
				synctest.Wait()
			}
		})
	})
}

// sized is an export of that many bytes.
type sized struct {
	lab.Results
	size int
}

func (e sized) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	_, err := w.Write(make([]byte, e.size))
	return err
}

func TestASlowDownloadMayTakeAsLongAsItGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := webtest.NewLab(t)
		const size = 40 * page.WritePiece
		l.Serve(func(c *web.Config) { c.Results = sized{Results: c.Results, size: size} })
		id := l.Study(studytest.Design(), true)
		serving(l, func(p *pipes) {
			conn := p.dial()
			defer conn.Close()
			request(l, conn, fmt.Sprintf("/lab/studies/%d/download", id))
			began := time.Now()
			answer, err := http.ReadResponse(bufio.NewReader(&slowly{conn, page.WriteLimit / 8}), nil)
			l.Must(err)
			n, err := io.Copy(io.Discard, answer.Body)
			if n != size || err != nil {
				t.Errorf("after %v: %d bytes of %d, %v", time.Since(began), n, size, err)
			}
			if took := time.Since(began); took < 3*page.WriteLimit {
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
				l := webtest.NewLab(t)
				serving(l, func(p *pipes) {
					conn := p.dial()
					defer conn.Close()
					began := time.Now()
					_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: lab\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n", path)
					l.Must(err)
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
					if took := time.Since(began); took > web.BodyTime+time.Second {
						t.Errorf("the server hung up after %v, want %v", took, web.BodyTime)
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
