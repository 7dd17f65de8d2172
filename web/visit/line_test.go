package visit_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/screen"
	"vmstudy/web/visit"
)

func TestAPageIsToldHowItsDesktopStands(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.Conduct.Stands = session.Status{
		Attempt: d.Attempt.ID, State: study.Preparing,
		Progress: session.Progress{Stage: "Loading", Done: 3, Total: 10, Left: 1500 * time.Millisecond},
	}
	ws := d.Events()
	if m := webtest.Hear(t, ws, "hello"); m.Attempt != d.Attempt.ID || m.Asked != d.Attempt.AskedAt.UnixMicro() {
		t.Errorf("hello = %+v, want attempt %d of %v", m, d.Attempt.ID, d.Attempt.AskedAt)
	}
	m := webtest.Hear(t, ws, "status")
	if m.State != "preparing" || m.Stage != "Loading" || m.Done != 3 || m.Total != 10 || m.Left != 1500 || m.Ready || m.Remaining != nil {
		t.Errorf("status = %+v, want what the conductor says", m)
	}
	webtest.Say(t, ws, `{"type":"picture"}`)
	if m = webtest.Hear(t, ws, "status"); m.State != "running" || m.Remaining == nil || *m.Remaining < 50_000 || *m.Remaining > 60_000 {
		t.Errorf("status after the first picture = %+v, want running with a minute left", m)
	}
	d.Must(d.Conduct.Finish(t.Context(), d.Session, study.TimeUp))
	if m = webtest.Hear(t, ws, "ended"); m.Outcome != "time_up" {
		t.Errorf("ended = %+v, want time up", m)
	}
}

// TestWhyADesktopFailedIsSaidOnItsPageAndBeforeTheNextTry has a machine fail while its page is open.
func TestWhyADesktopFailedIsSaidOnItsPageAndBeforeTheNextTry(t *testing.T) {
	for cause, german := range map[string]string{
		"The disk of the computer that runs the desktop is full, so the desktop stopped. Make room before it is started again.": "Festplatte des Computers",
		"The disk of the machine behind the desktop could not be read or written, so it was ended.":                             "gelesen oder beschrieben",
		"The disk of the machine behind the desktop is damaged, so it was ended.":                                               "ist beschädigt",
		"The machine behind the desktop stopped.":                                                                               "ist stehen geblieben",
		"The machine behind the desktop went on before it was told to, so it was ended.":                                        "lief zu früh weiter",
		"The machine behind the desktop sent a screen that makes no sense, so it was ended.":                                    "ein sinnloses Bild",
		"The desktop was switched off from within.":                                                                             "von innen ausgeschaltet",
		"The desktop restarted, so what was done in it is gone.":                                                                "ist neu gestartet",
		"The desktop was put to sleep from within, and cannot be woken.":                                                        "schlafen gelegt",
		"The system behind the desktop crashed.":                                                                                "ist abgestürzt",
		"The system behind the desktop hung.":                                                                                   "hing fest",
		"The memory of the computer that runs the desktop failed, so the desktop was ended.":                                    "Der Speicher des Computers",
		// These are not for participants: one names what is streamed, one is an experimenter's.
		"The origin was not heard of for 500ms.":      "",
		"Ended by the experimenter: the wrong person": "",
	} {
		for language, want := range map[study.Language]string{"en": cause, "de": german} {
			if german == "" {
				want = ""
			}
			t.Run(string(language)+" "+cause, func(t *testing.T) {
				d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
				design := studytest.OneTrial()
				design.Languages = []study.Language{language}
				d.BeginWith(design.Settled(), false)
				d.Conduct.Stands.Attempt = d.Attempt.ID
				ws := d.Events()
				webtest.Hear(t, ws, "status")
				d.Conduct.Fail(cause)
				if m := webtest.Hear(t, ws, "ended"); m.Outcome != "" || !strings.Contains(m.Cause, want) || (m.Cause == "") != (want == "") {
					t.Errorf("the page is told of outcome %q, cause %q; want a cause with %q", m.Outcome, m.Cause, want)
				}
				next := pageOf(d, d.Visit())
				said := ""
				for _, e := range webtest.All(next, "p", "id=cause") {
					said = webtest.Text(e)
				}
				if !strings.Contains(said, want) || (said == "") != (want == "") {
					t.Errorf("the page of the task says %q, want %q", said, want)
				}
				if again := webtest.Text(next); !strings.Contains(again, map[study.Language]string{"en": "Start again", "de": "Noch einmal starten"}[language]) {
					t.Errorf("the task is not offered again: %s", again)
				}
			})
		}
	}
}

// pageOf gets a page as the browser of the desk's participant does.
func pageOf(d *webtest.Desk, path string) *html.Node {
	d.T.Helper()
	r, err := http.NewRequestWithContext(d.T.Context(), http.MethodGet, d.Web.URL+path, nil)
	d.Must(err)
	r.Header.Set("Cookie", "visit="+d.Link)
	answer, err := http.DefaultClient.Do(r)
	d.Must(err)
	defer answer.Body.Close()
	page, err := html.Parse(answer.Body)
	d.Must(err)
	return page
}

func TestAPageWithoutAnAttemptIsToldThatItIsOver(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.Conduct.Stands = session.Status{}
	webtest.Hear(t, d.Events(), "ended")
}

func TestTheClockTellsWhenItWasAsked(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Events()
	before := time.Now().UnixMicro()
	webtest.Say(t, ws, `{"type":"clock","t0":12.5}`)
	m := webtest.Hear(t, ws, "clock")
	if after := time.Now().UnixMicro(); m.T0 != 12.5 || m.T1 < before || m.T2 < m.T1 || after < m.T2 {
		t.Errorf("clock = %+v, want t0 12.5 and %d <= t1 <= t2 <= %d", m, before, after)
	}
}

func TestABatchSentTwiceIsStoredOnce(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Events()
	again := d.Batch(1, 5, 9)
	for _, text := range []string{again, d.Batch(2, 12), again} {
		webtest.Say(t, ws, "%s", text)
		webtest.Hear(t, ws, "ack")
	}
	_ = ws.Close()
	ws = d.Events() // as after a reload
	webtest.Say(t, ws, "%s", again)
	if m := webtest.Hear(t, ws, "ack"); m.Batch != 1 {
		t.Errorf("acknowledged batch %d, want 1", m.Batch)
	}
	var numbers []int64
	for _, r := range d.Rows() {
		numbers = append(numbers, r.Number)
	}
	if fmt.Sprint(numbers) != "[5 9 12]" {
		t.Errorf("stored are rows %v, want 5, 9 and 12, once each", numbers)
	}
}

func TestNothingIsAcknowledgedWhileTheDatabaseIsAway(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.Store.SetAway(errors.New("the database is away"))
	ws := d.Events()
	webtest.Say(t, ws, "%s", d.Batch(1, 1))
	webtest.Eventually(t, "storing was tried", func() bool { return strings.Contains(d.Log.String(), "not stored") })
	d.Store.SetAway(nil)
	webtest.Say(t, ws, "%s", d.Batch(2, 2)) // on the same connection
	if m := webtest.Hear(t, ws, "ack"); m.Batch != 2 {
		t.Errorf("acknowledged batch %d, want only 2", m.Batch)
	}
	webtest.Say(t, ws, "%s", d.Batch(1, 1))
	if m := webtest.Hear(t, ws, "ack"); m.Batch != 1 || len(d.Rows()) != 2 {
		t.Errorf("then acknowledged %d with %d rows stored, want 1 and both", m.Batch, len(d.Rows()))
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
		"a very long message": `{"type":"` + strings.Repeat("x", visit.EventsLimit) + `"}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
			ws := d.Events()
			webtest.Say(t, ws, "%s", text)
			want := screen.CloseBad
			if len(text) > visit.EventsLimit {
				want = websocket.CloseMessageTooBig
			}
			if code := webtest.ClosedWith(t, ws); code != want {
				t.Errorf("closed with %d, want %d", code, want)
			}
			webtest.Eventually(t, "it is logged", func() bool { return strings.Contains(d.Log.String(), "browser sent nonsense") })
			if n := strings.Count(d.Log.String(), "nonsense"); n != 1 || strings.Contains(d.Log.String(), "secret") {
				t.Errorf("%d lines in the log, want one without what was sent:\n%s", n, d.Log.String())
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
			d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
			ws := d.Events()
			webtest.Say(t, ws, "%s", strings.ReplaceAll(text, "ATTEMPT", fmt.Sprint(d.Attempt.ID)))
			webtest.Hear(t, ws, "refused")
			webtest.Say(t, ws, "%s", d.Batch(1, 1))
			webtest.Hear(t, ws, "ack")
			if n := len(d.Rows()); n != 1 || !strings.Contains(d.Log.String(), "browser sent nonsense") {
				t.Errorf("%d rows are stored, want the 1 that is good; log:\n%s", n, d.Log.String())
			}
		})
	}
}

func TestAPageThatOnlyTalksNonsenseIsNotListenedTo(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Events()
	for n := range visit.MaxRefused + 1 {
		webtest.Say(t, ws, `{"type":"batch","batch":%d,"page":1,"attempt":%d}`, n+1, d.Attempt.ID)
	}
	if code := webtest.ClosedWith(t, ws); code != screen.CloseBad {
		t.Errorf("closed with %d, want %d", code, screen.CloseBad)
	}
}

func TestAnEarlierPagesBatchIsHandedInByALaterOne(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.TakeSeat()
	post := func(text string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", d.Web.URL+d.Visit()+"/batch", strings.NewReader(text))
		d.Must(err)
		r.Header.Set("Cookie", "visit="+d.Link)
		r.Header.Set("Accept", "*/*")
		answer, err := d.Web.Client().Do(r)
		d.Must(err)
		defer answer.Body.Close()
		return answer.StatusCode
	}
	text := strings.NewReplacer(`"type":"batch",`, "", `"t0":0,`, "").Replace(d.Batch(1, 1, 2))
	d.Store.SetAway(errors.New("the database is away"))
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
		d.Store.SetAway(nil)
	}
	if n := len(d.Rows()); n != 2 {
		t.Errorf("%d rows are stored, want 2", n)
	}
}
