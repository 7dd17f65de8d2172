package ingestbench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/session"
	"vmstudy/web"
	"vmstudy/web/password"
)

// How many people without an account try to sign in at once, and how long the clock is asked for without them.
const (
	strangers = 40
	aloneFor  = 2 * time.Second
	askEvery  = 20 * time.Millisecond
)

// measureSignIns asks the server for its clock over the line of a page, as pages do during a trial. It does so alone and while
// strangers try to sign in, in turn.
func measureSignIns(ctx context.Context, l *lab, s bench.Setting) ([]bench.Row, error) {
	seats, err := l.seats(ctx, 1)
	if err != nil {
		return nil, err
	}
	rounds := 5
	if s.Quick {
		rounds = 1
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	conduct := session.New(session.Config{Store: l.db, Log: quiet}) // no trial is started
	site := httptest.NewServer(web.New(web.Config{Store: l.db, Conduct: conduct, Log: quiet, Verify: password.VerifyAside, Hash: password.HashAside}).Handler())
	defer site.Close()
	ws, err := seats[0].dial(ctx, site.URL)
	if err != nil {
		return nil, err
	}
	defer ws.Close()

	var alone, beside []time.Duration
	checked := 0
	for n := range rounds {
		s.Show(n, rounds)
		rest, cancel := context.WithTimeout(ctx, aloneFor)
		took, err := askClock(rest, ws)
		cancel()
		if err != nil {
			return nil, err
		}
		alone = append(alone, took...)
		if took, err = askClockWhile(ctx, ws, func(ctx context.Context) error {
			n, err := signIn(ctx, site.URL, n)
			checked += n
			return err
		}); err != nil {
			return nil, err
		}
		beside = append(beside, took...)
	}
	return signInRows(stat.In(time.Millisecond, alone), stat.In(time.Millisecond, beside), float64(checked)/float64(rounds)), nil
}

func signInRows(alone, beside []float64, checked float64) []bench.Row {
	what := fmt.Sprintf("%d strangers sign in at once", strangers)
	_, slowAlone := stat.Tail(alone, 0.99)
	tail, slow := stat.Tail(beside, 0.99)
	return []bench.Row{
		bench.AtMost(1, stat.Median(beside)).As("clock_exchange_median", what, "ms").Beside(stat.Median(alone), "nobody"),
		bench.Told(slow).As("clock_exchange_"+tail, what, "ms").Beside(slowAlone, "nobody"),
		bench.Told(checked).As("passwords_checked", what, ""),
	}
}

// dial opens the events' line of the seat's page.
func (s seat) dial(ctx context.Context, site string) (*websocket.Conn, error) {
	address := fmt.Sprintf("ws%s/visit/%d/events?seat=%d", strings.TrimPrefix(site, "http"), s.session, s.page)
	ws, _, err := websocket.DefaultDialer.DialContext(ctx, address, http.Header{"Cookie": {"visit=" + s.link}})
	if err != nil {
		return nil, fmt.Errorf("session %d: %w", s.session, err)
	}
	return ws, nil
}

// askClockWhile asks for the clock as long as do works.
func askClockWhile(ctx context.Context, ws *websocket.Conn, do func(context.Context) error) (took []time.Duration, err error) {
	asking, stop := context.WithCancel(ctx)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer stop()
		return do(ctx)
	})
	g.Go(func() (err error) {
		took, err = askClock(asking, ws)
		return err
	})
	return took, g.Wait()
}

// askClock asks for the clock again and again until ctx ends, and returns how long each exchange took.
func askClock(ctx context.Context, ws *websocket.Conn) (took []time.Duration, err error) {
	for ctx.Err() == nil {
		began := time.Now()
		_ = ws.SetReadDeadline(began.Add(patience))
		if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"type":"clock","t0":%d}`, len(took))); err != nil {
			return nil, err
		}
		for answer := struct{ Type string }{}; answer.Type != "clock"; {
			if err := ws.ReadJSON(&answer); err != nil {
				return nil, err
			}
		}
		took = append(took, time.Since(began))
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
		}
	}
	return took, nil
}

// signIn has strangers try to sign in at once, each from an address of their own. It returns how many passwords were checked
// before all of them were refused; the others were told at once to come again.
func signIn(ctx context.Context, site string, round int) (checked int, err error) {
	codes := make([]int, strangers)
	g, ctx := errgroup.WithContext(ctx)
	for i := range codes {
		g.Go(func() (err error) {
			codes[i], err = tryPassword(ctx, site, net.IPv4(127, 0, 1, byte(i+1)), fmt.Sprintf("stranger %d of %d", i, round))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	for _, code := range codes {
		switch code {
		case http.StatusForbidden:
			checked++
		case http.StatusTooManyRequests:
		default:
			return 0, fmt.Errorf("a stranger signs in: status %d", code)
		}
	}
	return checked, nil
}

// tryPassword sends the form for signing in from an address of the loopback interface, and returns the answer's status.
func tryPassword(ctx context.Context, site string, from net.IP, name string) (int, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	fields := url.Values{"name": {name}, "password": {"correct horse battery staple"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, site+"/signin", strings.NewReader(fields.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}
