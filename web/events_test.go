package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
)

// said is any message of the server.
type said struct {
	Type, State, Stage, Outcome string
	Text, Cause                 string
	Attempt                     study.AttemptID
	Asked, T1, T2, Batch        int64
	Page                        int
	Rect                        rectMessage
	T0                          float64
	Done, Total                 int64
	Left                        int64  `json:"left_ms"`
	Remaining                   *int64 `json:"remaining_ms"`
	Ready                       bool
	Conn                        int64
	Update                      int
	Bytes, Area                 int64
	Inputs                      []inputMessage
}

// hear returns the next message that has one of the types.
func hear(t *testing.T, ws *websocket.Conn, types ...string) said {
	t.Helper()
	for {
		var m said
		if err := ws.ReadJSON(&m); err != nil {
			t.Fatalf("waiting for %v: %v", types, err)
		}
		for _, want := range types {
			if m.Type == want {
				return m
			}
		}
	}
}

func (d *desk) events() *websocket.Conn {
	d.t.Helper()
	return d.dial(fmt.Sprintf(d.visit()+"/events?seat=%d", d.takeSeat()))
}

func say(t *testing.T, ws *websocket.Conn, text string, args ...any) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, text, args...)); err != nil {
		t.Fatal(err)
	}
}

// batch makes a batch with rows of the desk's attempt, of inputs that happen now.
func (d *desk) batch(n int, numbers ...int64) string {
	m := goodBatch(d.attempt.ID, time.Now())
	m.Batch, m.Given, m.Rows, m.Events = int64(n), 0, nil, nil
	for _, number := range numbers {
		row := goodRow()
		row.Number = number
		m.Rows, m.Given = append(m.Rows, row), max(m.Given, number)
	}
	b, err := json.Marshal(browserMessage{Type: "batch", batchMessage: m})
	d.must(err)
	return string(b)
}

func TestAPageIsToldHowItsDesktopStands(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.conduct.status = session.Status{
		Attempt: d.attempt.ID, State: study.Preparing,
		Progress: session.Progress{Stage: "Loading", Done: 3, Total: 10, Left: 1500 * time.Millisecond},
	}
	ws := d.events()
	if m := hear(t, ws, "hello"); m.Attempt != d.attempt.ID || m.Asked != d.attempt.AskedAt.UnixMicro() {
		t.Errorf("hello = %+v, want attempt %d of %v", m, d.attempt.ID, d.attempt.AskedAt)
	}
	m := hear(t, ws, "status")
	if m.State != "preparing" || m.Stage != "Loading" || m.Done != 3 || m.Total != 10 || m.Left != 1500 || m.Ready || m.Remaining != nil {
		t.Errorf("status = %+v, want what the conductor says", m)
	}
	say(t, ws, `{"type":"picture"}`)
	if m = hear(t, ws, "status"); m.State != "running" || m.Remaining == nil || *m.Remaining < 50_000 || *m.Remaining > 60_000 {
		t.Errorf("status after the first picture = %+v, want running with a minute left", m)
	}
	d.must(d.conduct.Finish(t.Context(), d.session, study.TimeUp))
	if m = hear(t, ws, "ended"); m.Outcome != "time_up" {
		t.Errorf("ended = %+v, want time up", m)
	}
}

func TestAPageWithoutAnAttemptIsToldThatItIsOver(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.conduct.status = session.Status{}
	hear(t, d.events(), "ended")
}

func TestTheClockTellsWhenItWasAsked(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.events()
	before := time.Now().UnixMicro()
	say(t, ws, `{"type":"clock","t0":12.5}`)
	m := hear(t, ws, "clock")
	if after := time.Now().UnixMicro(); m.T0 != 12.5 || m.T1 < before || m.T2 < m.T1 || after < m.T2 {
		t.Errorf("clock = %+v, want t0 12.5 and %d <= t1 <= t2 <= %d", m, before, after)
	}
}

func TestABatchSentTwiceIsStoredOnce(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.events()
	again := d.batch(1, 5, 9)
	for _, text := range []string{again, d.batch(2, 12), again} {
		say(t, ws, "%s", text)
		hear(t, ws, "ack")
	}
	_ = ws.Close()
	ws = d.events() // as after a reload
	say(t, ws, "%s", again)
	if m := hear(t, ws, "ack"); m.Batch != 1 {
		t.Errorf("acknowledged batch %d, want 1", m.Batch)
	}
	var numbers []int64
	for _, r := range d.rows() {
		numbers = append(numbers, r.Number)
	}
	if fmt.Sprint(numbers) != "[5 9 12]" {
		t.Errorf("stored are rows %v, want 5, 9 and 12, once each", numbers)
	}
}

func TestNothingIsAcknowledgedWhileTheDatabaseIsAway(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.store.setAway(errors.New("the database is away"))
	ws := d.events()
	say(t, ws, "%s", d.batch(1, 1))
	eventually(t, "storing was tried", func() bool { return strings.Contains(d.log.String(), "not stored") })
	d.store.setAway(nil)
	say(t, ws, "%s", d.batch(2, 2)) // on the same connection
	if m := hear(t, ws, "ack"); m.Batch != 2 {
		t.Errorf("acknowledged batch %d, want only 2", m.Batch)
	}
	say(t, ws, "%s", d.batch(1, 1))
	if m := hear(t, ws, "ack"); m.Batch != 1 || len(d.rows()) != 2 {
		t.Errorf("then acknowledged %d with %d rows stored, want 1 and both", m.Batch, len(d.rows()))
	}
}

func TestNonsenseEndsTheLineWithOneLineInTheLog(t *testing.T) {
	tests := map[string]string{
		"no JSON":             `hello`,
		"another type":        `{"type":"party"}`,
		"a field too many":    `{"type":"clock","t0":1,"typed":"secret"}`,
		"two messages in one": `{"type":"picture"}{"type":"picture"}`,
		"a time that is none": `{"type":"clock","t0":null}`,
		"an endless time":     `{"type":"clock","t0":1e999}`,
		"a very long message": `{"type":"` + strings.Repeat("x", eventsLimit) + `"}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, rfbtest.NewServer(8, 8))
			ws := d.events()
			say(t, ws, "%s", text)
			want := closeBad
			if len(text) > eventsLimit {
				want = websocket.CloseMessageTooBig
			}
			if code := closedWith(t, ws); code != want {
				t.Errorf("closed with %d, want %d", code, want)
			}
			eventually(t, "it is logged", func() bool { return strings.Contains(d.log.String(), "browser sent nonsense") })
			if n := strings.Count(d.log.String(), "nonsense"); n != 1 || strings.Contains(d.log.String(), "secret") {
				t.Errorf("%d lines in the log, want one without what was sent:\n%s", n, d.log.String())
			}
		})
	}
}

func TestABatchThatCannotBeTrueIsRefusedAndTheLineGoesOn(t *testing.T) {
	for name, text := range map[string]string{
		"an empty batch":        `{"type":"batch","batch":1,"page":1,"attempt":ATTEMPT,"rows":[]}`,
		"someone's attempt":     `{"type":"batch","batch":1,"page":1,"attempt":4711,"given":1,"rows":[{"number":1,"kind":"key"}]}`,
		"an unknown kind":       `{"type":"batch","batch":1,"page":1,"attempt":ATTEMPT,"given":1,"rows":[{"number":1,"kind":"letter e"}]}`,
		"a page yet to come":    `{"type":"batch","batch":1,"page":2,"attempt":ATTEMPT,"given":1,"last":true}`,
		"an experimenter's act": `{"type":"batch","batch":1,"page":1,"attempt":ATTEMPT,"given":1,"events":[{"number":1,"kind":"ended"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, rfbtest.NewServer(8, 8))
			ws := d.events()
			say(t, ws, "%s", strings.ReplaceAll(text, "ATTEMPT", fmt.Sprint(d.attempt.ID)))
			hear(t, ws, "refused")
			say(t, ws, "%s", d.batch(1, 1))
			hear(t, ws, "ack")
			if n := len(d.rows()); n != 1 || !strings.Contains(d.log.String(), "browser sent nonsense") {
				t.Errorf("%d rows are stored, want the 1 that is good; log:\n%s", n, d.log.String())
			}
		})
	}
}

func TestAPageThatOnlyTalksNonsenseIsNotListenedTo(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.events()
	for n := range maxRefused + 1 {
		say(t, ws, `{"type":"batch","batch":%d,"page":1,"attempt":%d}`, n+1, d.attempt.ID)
	}
	if code := closedWith(t, ws); code != closeBad {
		t.Errorf("closed with %d, want %d", code, closeBad)
	}
}

func TestAnEarlierPagesBatchIsHandedInByALaterOne(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.takeSeat()
	post := func(text string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", d.web.URL+d.visit()+"/batch", strings.NewReader(text))
		d.must(err)
		r.Header.Set("Cookie", "visit="+d.link)
		r.Header.Set("Accept", "*/*")
		answer, err := d.web.Client().Do(r)
		d.must(err)
		defer answer.Body.Close()
		return answer.StatusCode
	}
	text := strings.Replace(d.batch(1, 1, 2), `"type":"batch","t0":0,`, "", 1)
	d.store.setAway(errors.New("the database is away"))
	steps := []struct {
		what, text string
		want       int
	}{
		{"while the database is away", text, 500},
		{"for the first time", text, 200},
		{"again", text, 200},
		{"in words that are none", "hello", 422},
		{"with rows of a page to come", strings.Replace(text, `"page":1`, `"page":7`, 1), 422},
	}
	for _, s := range steps {
		if got := post(s.text); got != s.want {
			t.Errorf("handed in %s: status %d, want %d", s.what, got, s.want)
		}
		d.store.setAway(nil)
	}
	if n := len(d.rows()); n != 2 {
		t.Errorf("%d rows are stored, want 2", n)
	}
}

func TestAnswersAreToldToThePageOfTheScreen(t *testing.T) {
	q := newAnswerQueue()
	var lost error
	observe := q.observer(7, func(err error) { lost = err })
	at := time.Now()
	for n, in := range []tap.Input{
		{Kind: tap.Key, Down: true}, {Kind: tap.Key}, {Kind: tap.Button, Down: true}, {Kind: tap.Button}, {Kind: tap.Wheel, Down: true}, {Kind: tap.Wheel},
	} {
		in.N, in.At = n+1, at
		observe(&in)
	}
	observe(&tap.Update{N: 3, Begun: at.Add(20 * time.Millisecond), Bytes: 99, Rects: 1, Area: image.Rect(3, 2, 7, 7)})
	m := <-q.waiting
	if m.Type != "answer" || m.Conn != 7 || m.Update != 3 || m.Bytes != 99 || m.Area != 20 ||
		fmt.Sprint(m.Rect) != "[3 2 4 5]" || fmt.Sprint(m.Inputs) != "[{1 20000 0} {3 20000 0} {4 20000 0} {5 20000 0}]" {
		t.Errorf("answer = %+v, want update 3 to answer what went down, and the button that went up, 20 ms after", m)
	}
	observe(tap.Lost{Reason: errors.New("nonsense")})
	if m := <-q.waiting; m.Type != "lost" || m.Conn != 7 || lost == nil {
		t.Errorf("then %+v and %v, want connection 7 lost", m, lost)
	}
}

func TestWhatBecameOfAnInputIsToldToItsPage(t *testing.T) {
	q := newAnswerQueue()
	observe := q.observer(7, func(error) {})
	at := time.Now()
	for n, in := range []tap.Input{{Kind: tap.Key, Down: true}, {Kind: tap.Key}, {Kind: tap.Button, Down: true}} {
		in.N, in.Message, in.At, in.Awaited = n+1, n+1, at, true
		observe(&in)
	}
	drawn := tap.Update{N: 3, Begun: at.Add(20 * time.Millisecond), Rects: 1}
	observe(&drawn) // before any input
	observe(&tap.Delivery{Message: 1, At: at.Add(30 * time.Millisecond), Delayed: 30 * time.Millisecond})
	observe(&tap.Delivery{Message: 2, At: at.Add(30 * time.Millisecond)})
	observe(&tap.Delivery{Message: 3, Lost: true})
	drawn.N, drawn.Begun = 4, at.Add(40*time.Millisecond)
	observe(&drawn)
	for _, want := range []string{"delivery [{1 0 30000}] false", "delivery [{3 0 0}] true", "answer [{1 40000 0}] false"} {
		m := <-q.waiting
		if got := fmt.Sprint(m.Type, " ", m.Inputs, " ", m.Lost); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}
}

func TestAFullQueueOfAnswersBlocksNothingAndIsSaid(t *testing.T) {
	q := newAnswerQueue()
	for range maxAnswersWaiting + 5 {
		q.add(answerMessage{Type: "answer", Conn: 3})
	}
	if n, gap := len(q.waiting), q.dropped.Load(); n != maxAnswersWaiting || gap != 3 {
		t.Errorf("%d wait and the gap is in connection %d, want %d and 3", n, gap, maxAnswersWaiting)
	}
}
