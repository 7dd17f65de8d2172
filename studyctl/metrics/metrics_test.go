package metrics

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/web/page"
)

// scraped returns what a program that watches the server reads.
func scraped(t *testing.T, s Sources, served ...page.Served) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	m := New(s)
	done := make(chan error, 1)
	go func() { done <- m.Serve(ctx, listener) }()
	for _, r := range served {
		m.Observe(r)
	}
	res, err := http.Get("http://" + listener.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("status %d, error %v", res.StatusCode, err)
	}
	other, err := http.Get("http://" + listener.Addr().String() + "/lab")
	if err != nil || other.StatusCode != http.StatusNotFound {
		t.Errorf("/lab beside the metrics: %v, error %v; want 404", other, err)
	}
	other.Body.Close()
	stop()
	if err := <-done; err != nil {
		t.Errorf("the end: %v", err)
	}
	return string(text)
}

func sources(up error) Sources {
	return Sources{
		Version: "v7", Desktops: func() int { return 3 }, Machines: func() int { return 8 },
		Database:    func(context.Context) error { return up },
		Connections: func() (int, int, int) { return 1, 2, 16 },
		Disk:        func() (int64, int64, error) { return 5 << 30, 10 << 30, nil },
		Backup:      func() time.Time { return time.Unix(1_800_000_000, 0) },
	}
}

func TestWhatIsWatchedIsThere(t *testing.T) {
	text := scraped(t, sources(nil),
		page.Served{Method: "GET", Route: "/p/{link}", Status: 200, Took: 20 * time.Millisecond},
		page.Served{Method: "BREW", Route: "none", Status: 405, Took: time.Millisecond},
		page.Served{Method: "GET", Route: "/visit/{session:[0-9]+}/screen", Status: 101, Took: time.Hour},
	)
	for _, want := range []string{
		`vmstudy_info{version="v7"} 1`, "vmstudy_desktops 3", "vmstudy_machines 8", "vmstudy_database_up 1", "vmstudy_backup_seconds 1.8e+09",
		"vmstudy_database_connections_busy 1", "vmstudy_database_connections 2", "vmstudy_database_connections_most 16", "vmstudy_disk_free_bytes 5.36870912e+09",
		`vmstudy_requests_total{method="GET",route="/p/{link}",status="200"} 1`,
		`vmstudy_requests_total{method="other",route="none",status="405"} 1`,
		`vmstudy_request_seconds_count{route="/p/{link}"} 1`, "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("%s is not there", want)
		}
	}
	if strings.Contains(text, `vmstudy_request_seconds_count{route="/visit`) {
		t.Error("an hour of a websocket counts as the time that an answer takes")
	}
	// No label may take a value that a person makes: these are all that there are.
	for _, label := range regexp.MustCompile(`[{,]([a-z_]+)="`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(" method route status version le quantile ", " "+label[1]+" ") {
			t.Errorf("label %s: decide whether it can say anything about a person", label[1])
		}
	}
}

func TestADatabaseThatIsAwayIsSeen(t *testing.T) {
	if text := scraped(t, sources(errors.New("away"))); !strings.Contains(text, "vmstudy_database_up 0\n") {
		t.Error("the metrics do not say that the database is away")
	}
}

// one is a listener with a single connection, a pipe, so that it works with synctest's clock.
type one chan net.Conn

func (o one) Accept() (net.Conn, error) {
	if c, ok := <-o; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (o one) Close() error   { close(o); return nil }
func (o one) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func TestNobodyKeepsAConnectionByDoingNothing(t *testing.T) {
	const ask = "GET /metrics HTTP/1.1\r\nHost: lab\r\n"
	for name, tt := range map[string]struct {
		says  string
		drips bool          // whether it says a letter every second after that
		reads bool          // whether it takes in what is answered
		limit time.Duration // when the server must have hung up
	}{
		"it says nothing":             {"", false, true, readLimit},
		"its header drips in":         {ask + "X-Long: ", true, true, readLimit},
		"its body drips in":           {ask + "Content-Length: 60000\r\n\r\n", true, true, readLimit},
		"it asks once and then idles": {ask + "\r\n", false, true, idleLimit},
		"it reads no answer":          {ask + "\r\n", false, false, answerLimit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				listener := make(one, 1)
				listener <- far
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- New(sources(nil)).Serve(ctx, listener) }()
				began := time.Now()
				var dripping sync.WaitGroup
				dripping.Go(func() {
					_, err := io.WriteString(near, tt.says)
					for ; tt.drips && err == nil; <-time.After(time.Second) {
						_, err = io.WriteString(near, "a")
					}
				})
				if !tt.reads {
					<-time.After(tt.limit + time.Second)
				}
				_, _ = io.Copy(io.Discard, near) // until the server hangs up
				if took := time.Since(began); took > tt.limit+time.Second {
					t.Errorf("the server hung up after %v, want %v", took, tt.limit)
				}
				near.Close()
				dripping.Wait()
				stop()
				if err := <-done; err != nil {
					t.Errorf("the end: %v", err)
				}
			})
		})
	}
}
