package ingestbench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/session"
	"vmstudy/web"
)

// How many participants work at once, and how many rows each of them has in a second: many times as many as people have.
const (
	crowd     = 100
	perSecond = 100
)

// patience is how long to wait for the last answer after the last batch was sent.
const patience = time.Minute

// measureCrowd has a hundred pages send a batch every second, each over its own websocket, to the real server of the pages.
// It measures the time from when a batch was due until it was acknowledged.
func measureCrowd(ctx context.Context, l *lab, s bench.Setting) ([]bench.Row, error) {
	seats, err := l.seats(ctx, crowd)
	if err != nil {
		return nil, err
	}
	seconds := 30
	if s.Quick {
		seconds = 10
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	conduct := session.New(session.Config{Store: l.db, Log: quiet}) // no trial is started
	site := httptest.NewServer(web.New(web.Config{Store: l.db, Conduct: conduct, Log: quiet}).Handler())
	defer site.Close()

	g, working := errgroup.WithContext(ctx)
	all := make([]*worker, crowd)
	began := time.Now()
	for i := range all {
		w := &worker{seat: seats[i], site: site.URL, first: began.Add(time.Second + time.Duration(i)*time.Second/crowd), batches: seconds}
		if i == 0 {
			w.show = func(n int) { s.Show(n, seconds) }
		}
		all[i] = w
		g.Go(func() error { return w.run(working) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return crowdRows(ctx, l, all, seconds)
}

func crowdRows(ctx context.Context, l *lab, all []*worker, seconds int) ([]bench.Row, error) {
	var waits []time.Duration
	stored, behind := 0, time.Duration(0)
	for _, w := range all {
		waits = append(waits, w.waits...)
		behind = max(behind, w.waits[len(w.waits)-1])
		receipts, err := l.db.Receipts(ctx, w.session)
		if err != nil {
			return nil, err
		}
		for _, r := range receipts {
			stored += r.Count
		}
	}
	took := stat.In(time.Millisecond, waits)
	tail, slow := stat.Tail(took, 0.99)
	what := fmt.Sprintf("%d sessions x %d rows/s", crowd, perSecond)
	return []bench.Row{
		bench.AtLeast(float64(crowd*perSecond), float64(stored)/float64(seconds)).As("rows_acknowledged", what, "rows/s"),
		bench.Told(stat.Median(took)).As("ack_median", what, "ms"),
		bench.Told(slow).As("ack_"+tail, what, "ms"),
		bench.AtMost(1, behind.Seconds()).As("behind_at_the_end", what, "s"),
	}, nil
}

// worker is a page that sends batches.
type worker struct {
	seat
	site    string
	first   time.Time // when the first batch is due; then one is due every second
	batches int
	show    func(int)

	waits []time.Duration // from when a batch was due to its acknowledgement, in order
}

func (w *worker) run(ctx context.Context) error {
	ws, err := w.dial(ctx, w.site)
	if err != nil {
		return err
	}
	defer ws.Close()
	_ = ws.SetReadDeadline(w.first.Add(time.Duration(w.batches)*time.Second + patience))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.listen(ws) })
	g.Go(func() error { return w.speak(ctx, ws) })
	return g.Wait()
}

func (w *worker) due(n int) time.Time { return w.first.Add(time.Duration(n-1) * time.Second) }

func (w *worker) speak(ctx context.Context, ws *websocket.Conn) error {
	for n := 1; n <= w.batches; n++ {
		text := w.message(n)
		select {
		case <-time.After(time.Until(w.due(n))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if w.show != nil {
			w.show(n)
		}
		if err := ws.WriteMessage(websocket.TextMessage, text); err != nil {
			return fmt.Errorf("session %d: %w", w.session, err)
		}
	}
	return nil
}

func (w *worker) listen(ws *websocket.Conn) error {
	for len(w.waits) < w.batches {
		var m struct {
			Type  string `json:"type"`
			Batch int    `json:"batch"`
		}
		if err := ws.ReadJSON(&m); err != nil {
			return fmt.Errorf("session %d: %w", w.session, err)
		}
		switch m.Type {
		case "refused":
			return fmt.Errorf("session %d: batch %d was refused", w.session, m.Batch)
		case "ack":
			w.waits = append(w.waits, time.Since(w.due(m.Batch)))
		}
	}
	return nil
}

// message returns a batch in the form in which static/visit/outbox.js sends it.
func (w *worker) message(n int) []byte {
	b := w.batch(int64(n), perSecond)
	micros := func(d time.Duration) float64 { return float64(d) / 1e3 }
	rows := make([]map[string]any, len(b.Interactions))
	for i, r := range b.Interactions {
		rows[i] = map[string]any{
			"number": r.Number, "kind": r.Kind, "at": 10 * i,
			"sent": micros(r.Sent), "arrived": micros(r.Arrived), "drawn": micros(r.Drawn), "quiet": micros(r.Quiet),
			"held": micros(r.Held), "machine": micros(r.Machine), "bytes": r.Bytes, "area": r.Area,
			"rect": []int{r.Rect.Min.X, r.Rect.Min.Y, r.Rect.Dx(), r.Rect.Dy()}, "pointer": []int{0, 0},
		}
	}
	text, err := json.Marshal(map[string]any{
		"type": "batch", "attempt": b.Attempt, "page": b.Page, "batch": b.Number, "zero": b.Zero.UnixMicro(), "uncertainty": 1000,
		"given": b.Given, "dropped": 0, "last": n == w.batches, "rows": rows, "events": []any{},
	})
	if err != nil {
		panic(err) // cannot happen: there are only numbers and words in it
	}
	return text
}
