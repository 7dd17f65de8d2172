package visit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/relay"
	"vmstudy/web/screen"
)

// How often a page is told the status at most, and how long storing a batch may take.
const (
	statusEvery = 100 * time.Millisecond
	storeLimit  = 15 * time.Second
)

// EventsLimit is the size of the largest message on the events' line, in bytes; a batch of maxRows
// rows is smaller.
const EventsLimit = 128 << 10

// events serves the events' line: the websocket by which the server tells a page with a desktop the
// status, the time and which update answered which input, and by which the page sends its batches.
// Three goroutines serve it: one reads, one writes, one stores.
type events struct {
	*Server
	ws    *websocket.Conn
	seat  *screen.Seat
	x     study.Session
	clock clock
	out   chan any            // messages to be written
	jobs  chan browserMessage // messages to be stored

	refused int // number of refused batches; used by keepAll only
}

// maxJobs is how many messages may wait to be stored; a page sends fewer before it waits for an
// answer. After more than maxRefused refused batches the line ends.
const (
	maxJobs    = 32
	maxRefused = 20
)

// ShowEvents serves the events' line.
func (s *Server) ShowEvents(w http.ResponseWriter, r *http.Request) error {
	return s.lines.OnLine(w, r, screen.EventsLine, func(ctx context.Context, ws *websocket.Conn, at *screen.Seat, x study.Session) error {
		catalogue.Speak(ctx, x.Speaks())
		e := &events{
			Server: s, ws: ws, seat: at, x: x, clock: newClock(s.Now),
			out: make(chan any, 4), jobs: make(chan browserMessage, maxJobs),
		}
		return e.run(ctx)
	})
}

func (e *events) run(ctx context.Context) error {
	relay.Alive(e.ws, EventsLimit)
	g, all := errgroup.WithContext(ctx)
	stop := context.AfterFunc(all, func() { relay.Release(e.ws) })
	defer stop()
	g.Go(func() error { return e.read(all) })
	g.Go(func() error { return e.write(all) })
	g.Go(func() error { return e.keepAll(all) })
	err := g.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// attempt returns the attempt that was in flight when the page was opened.
func (e *events) attempt() study.Attempt {
	step := e.x.Step()
	if step.Kind != study.StepDesktop {
		return study.Attempt{}
	}
	return e.x.Trials[step.Trial].Last()
}

// write writes all messages to the page.
func (e *events) write(ctx context.Context) error {
	a := e.attempt()
	if err := e.tell(helloMessage{Type: "hello", Attempt: a.ID, Asked: a.AskedAt.UnixMicro()}); err != nil {
		return err
	}
	pings := time.NewTicker(relay.PingEvery)
	defer pings.Stop()
	due := time.NewTimer(0)
	defer due.Stop()
	var changed <-chan struct{}
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case m := <-e.out:
			err = e.tell(m)
		case m := <-e.seat.Answers():
			err = e.tellAnswer(m)
		case m := <-e.seat.Notes():
			err = e.tell(m)
		case <-pings.C:
			err = e.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(relay.PingEvery))
		case <-changed:
			changed = nil
			due.Reset(statusEvery) // because a stage may report progress thousands of times a second
		case <-due.C:
			var st session.Status
			st, changed = e.conduct.Status(e.x.ID)
			err = e.tellStatus(ctx, a.ID, st)
		}
		if err != nil {
			return err
		}
	}
}

func (e *events) tellStatus(ctx context.Context, a study.AttemptID, st session.Status) error {
	if a != 0 && st.Attempt == a && st.State.Live() {
		return e.tell(standing(catalogue.From(ctx), st, e.Now()))
	}
	ended := endedMessage{Type: "ended"}
	if x, err := e.store.Session(ctx, e.x.ID); err == nil {
		_, last, _ := x.Attempt(a) // the zero Attempt if there is none
		ended.Outcome, ended.Cause = last.Outcome, causeFor(catalogue.From(ctx), last)
	}
	return e.tell(ended)
}

// causeFor returns why an attempt failed, if that is a sentence for participants; otherwise "".
func causeFor(t catalogue.Tongue, a study.Attempt) string {
	if a.State != study.Failed {
		return ""
	}
	return t.Told(a.Cause)
}

// tellAnswer writes an answer. If answers before it were dropped, it writes that first.
func (e *events) tellAnswer(m screen.AnswerMessage) error {
	if gap, dropped := e.seat.Gap(); dropped {
		if err := e.tell(gap); err != nil {
			return err
		}
	}
	return e.tell(m)
}

func (e *events) tell(m any) error {
	_ = e.ws.SetWriteDeadline(time.Now().Add(relay.WriteLimit))
	if c, ok := m.(clockMessage); ok {
		c.T2 = e.clock.micros()
		m = c
	}
	return e.ws.WriteJSON(m)
}

// read reads the page's messages. It returns an error, which ends the line, when a message makes no
// sense.
func (e *events) read(ctx context.Context) error {
	for {
		_, text, err := e.ws.ReadMessage()
		came := e.clock.micros()
		if err != nil {
			return err
		}
		_ = e.ws.SetReadDeadline(time.Now().Add(relay.SilenceLimit))
		m, err := readBrowserMessage(text)
		if err != nil {
			return err
		}
		if err := e.take(ctx, m, came); err != nil {
			return err
		}
	}
}

func readBrowserMessage(text []byte) (m browserMessage, err error) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&m); err != nil || in.More() {
		return m, screen.Bad("a message that is not as agreed: %v", err)
	}
	return m, nil
}

func (e *events) take(ctx context.Context, m browserMessage, came int64) error {
	switch m.Type {
	case "clock":
		return e.queue(ctx, clockMessage{Type: "clock", T0: float64(m.T0), T1: came})
	case "picture", "batch":
		select {
		case e.jobs <- m:
		default: // no acknowledgement: the page will send it again
		}
		return nil
	}
	return screen.Bad("a message of unknown type")
}

func (e *events) queue(ctx context.Context, m any) error {
	select {
	case e.out <- m:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// keepAll stores what the page sent. It is a goroutine of its own, so that reading and writing do
// not wait for the database.
func (e *events) keepAll(ctx context.Context) error {
	if a := e.attempt(); a.ID != 0 {
		e.record(ctx, study.Event{Attempt: a.ID, Page: e.seat.Number(), Kind: study.PageJoined})
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case m := <-e.jobs:
			if err := e.keep(ctx, m); err != nil {
				return err
			}
		}
	}
}

// keep stores one message. If the database is away, keep does not acknowledge the batch, and the
// page sends it again. If the batch can never be stored, keep refuses it, and the page does not.
func (e *events) keep(ctx context.Context, m browserMessage) error {
	lasting, done := context.WithTimeout(context.WithoutCancel(ctx), storeLimit) // a commit goes on even if the page leaves
	defer done()
	if m.Type == "picture" {
		if err := e.conduct.FirstPicture(lasting, e.x.ID, m.Unseen); err != nil && !errors.Is(err, study.ErrConflict) {
			e.Log.ErrorContext(ctx, "first picture", "session", e.x.ID, "err", err)
		}
		return nil
	}
	ack := ackMessage{Type: "ack", Page: m.Page, Batch: m.Batch}
	err := e.saveBatch(lasting, e.x, m.batchMessage)
	var nonsense screen.Nonsense
	switch {
	case errors.As(err, &nonsense):
		if e.refused++; e.refused > maxRefused {
			return err
		}
		e.Log.WarnContext(ctx, "browser sent nonsense", "line", "events", "session", e.x.ID, "page", m.Page, "batch", m.Batch, "err", err)
		ack.Type = "refused"
	case err != nil:
		e.Log.ErrorContext(ctx, "not stored, the page will send it again", "what", m.Type, "session", e.x.ID, "err", err)
		return nil
	}
	return e.queue(ctx, ack)
}

// record records an event that the server saw. If that fails, record only logs it.
func (e *events) record(ctx context.Context, what study.Event) {
	what.Session, what.At = e.x.ID, e.Now()
	if err := e.store.RecordEvent(ctx, what); err != nil {
		e.Log.ErrorContext(ctx, "event not recorded", "kind", what.Kind, "session", e.x.ID, "err", err)
	}
}
