package lab_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/lab"
)

func TestTheMonitorShowsWhoIsAtADesktopAndHowItFeels(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Events()
	webtest.Hear(t, ws, "status")
	webtest.Say(t, ws, `{"type":"picture"}`)
	webtest.Hear(t, ws, "status")
	webtest.Say(t, ws, "%s", d.Batch(1, 1))
	webtest.Hear(t, ws, "ack")
	answer, body := d.Ask("/lab/live/cards", nil)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("status %d", answer.StatusCode)
	}
	for _, want := range []string{"P001", "running", "61 ms", "crisp", "now", "data-thumbnail"} {
		if !strings.Contains(body, want) {
			t.Errorf("the monitor does not say %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "alarms") {
		t.Errorf("there is an alarm:\n%s", body)
	}
	_ = ws.Close()
	webtest.Eventually(t, "the closed page is an alarm", func() bool {
		_, body := d.Ask("/lab/live/cards", nil)
		return strings.Contains(body, "the page is closed")
	})
}

func TestWhatAnExperimenterDoesIsOnRecord(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Events()
	webtest.Hear(t, ws, "status")
	webtest.Say(t, ws, `{"type":"picture"}`)
	before := *webtest.Hear(t, ws, "status").Remaining
	redirected := func(act string, fields url.Values) {
		t.Helper()
		if answer, body := d.Ask(d.WatchPath(act), fields); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: status %d, want it done:\n%s", act, answer.StatusCode, body)
		}
	}
	redirected("note", url.Values{"text": {"  Take your time. "}})
	if m := webtest.Hear(t, ws, "note"); m.Text != "Take your time." {
		t.Errorf("the page is told %q", m.Text)
	}
	redirected("extend", url.Values{"minutes": {"5"}, "reason": {"the phone rang"}})
	if m := webtest.Hear(t, ws, "status"); *m.Remaining < before+290_000 {
		t.Errorf("%d ms remain after %d, want five minutes more", *m.Remaining, before)
	}
	redirected("end", url.Values{"reason": {"fire alarm"}})
	if m := webtest.Hear(t, ws, "ended"); m.Outcome != "ended_by_experimenter" || m.Cause != "" {
		t.Errorf("the page is told of outcome %q, cause %q; want no reason, which is not for the participant", m.Outcome, m.Cause)
	}
	events, err := d.Store.Events(t.Context(), d.Session)
	d.Must(err)
	var got []string
	for _, e := range events {
		if e.By != 0 {
			got = append(got, fmt.Sprintf("%s %s: %s", e.Name, e.Kind, e.Detail))
		}
	}
	want := []string{"ada note_sent: Take your time.", "ada extended: 5 min: the phone rang", "ada ended: fire alarm"}
	if !slices.Equal(got, want) {
		t.Errorf("on record is %q, want %q", got, want)
	}
}

func TestWhatCannotBeDoneIsSaidAndNotRecorded(t *testing.T) {
	for name, tt := range map[string]struct {
		act    string
		fields url.Values
		code   int
		say    string
		keeps  string // what the page must still have of what was typed
	}{
		"a note to nobody":            {"note", url.Values{"text": {"Hello"}}, http.StatusConflict, "no desktop open", ">Hello</textarea>"},
		"an empty note":               {"note", url.Values{"text": {"  "}}, http.StatusUnprocessableEntity, "A note is needed", ""},
		"a long note":                 {"note", url.Values{"text": {strings.Repeat("ü", lab.NoteLimit+1)}}, http.StatusUnprocessableEntity, "300 characters", "üü</textarea>"},
		"more time without a reason":  {"extend", url.Values{"minutes": {"5"}}, http.StatusUnprocessableEntity, "A reason is needed", `value="5" selected`},
		"more time than there is":     {"extend", url.Values{"minutes": {"500"}, "reason": {"phone"}}, http.StatusUnprocessableEntity, "how many minutes", `value="phone"`},
		"an end without a reason":     {"end", url.Values{}, http.StatusUnprocessableEntity, "A reason is needed", `<details class="act" open`},
		"an end with a zero in it":    {"end", url.Values{"reason": {"a\x00b"}}, http.StatusUnprocessableEntity, "characters", ""},
		"a long end":                  {"end", url.Values{"reason": {strings.Repeat("long ", 50)}}, http.StatusUnprocessableEntity, "200 characters", `value="long long`},
		"a move without a reason":     {"move", url.Values{"link": {"100/20"}}, http.StatusUnprocessableEntity, "A reason is needed", `value="100/20" selected`},
		"a move over no network":      {"move", url.Values{"reason": {"crowded"}}, http.StatusUnprocessableEntity, "Choose the network", `value="crowded"`},
		"a move where there is none":  {"move", url.Values{"link": {"100/20"}, "reason": {"crowded"}}, http.StatusConflict, "moves nowhere", `<details class="act" open`},
		"a session that is not there": {"../4711/end", url.Values{"reason": {"x"}}, http.StatusNotFound, "nothing at this address", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
			answer, body := d.Ask(d.WatchPath(tt.act), tt.fields)
			if answer.StatusCode != tt.code || !strings.Contains(body, tt.say) || !strings.Contains(body, tt.keeps) {
				t.Errorf("status %d, want %d with %q and %q:\n%s", answer.StatusCode, tt.code, tt.say, tt.keeps, body)
			}
			if events, err := d.Store.Events(t.Context(), d.Session); err != nil || len(events) != 0 {
				t.Errorf("on record is %v (error %v), want nothing", events, err)
			}
		})
	}
}

func TestAStrangerSeesNothingOfTheMonitor(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	for _, path := range []string{"/lab/live", "/lab/live/cards", d.WatchPath("watch"), d.WatchPath("thumbnail"), d.WatchPath("screen")} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.Web.URL+path, nil)
		d.Must(err)
		r.AddCookie(&http.Cookie{Name: "visit", Value: d.Link}) // a participant's cookie does not help
		answer, err := http.DefaultTransport.RoundTrip(r)
		d.Must(err)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d, want the way to sign in", path, answer.StatusCode)
		}
	}
}

// watch opens another tab, in which an experimenter watches the desktop.
func watch(d *webtest.Desk, tab context.Context) context.Context {
	d.T.Helper()
	cookie := d.SignIn()
	other, stop := chromedp.NewContext(tab)
	d.T.Cleanup(stop)
	d.Do(other, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: d.Web.URL})
		return chromedp.Void{}, err
	}, chromedp.Navigate(d.Web.URL+d.WatchPath("watch")))
	return other
}

func TestOnlyWhatCanBeDoneIsOffered(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	other := watch(d, tab)
	const forms = `[...document.querySelectorAll(".act:not(.noting)")].filter((e) => e.checkVisibility()).length`
	d.Await(other, forms+" === 4")
	d.Must(d.Conduct.Finish(t.Context(), d.Session, study.SaidDone))
	d.Await(other, forms+` === 0 && document.body.innerText.includes("This session has ended.") && !document.querySelector(".watched").checkVisibility()`)
	d.Do(other, chromedp.Reload())
	d.Await(other, `document.readyState === "complete" && document.querySelector(".act:not(.noting), [data-live]") === null`)
	if answer, body := d.Ask(d.WatchPath("note"), url.Values{"text": {"Hello"}}); answer.StatusCode != http.StatusConflict || !strings.Contains(body, "no desktop open") {
		t.Errorf("a note to somebody who has gone: status %d:\n%s", answer.StatusCode, body)
	}
}

func TestAnExperimenterWatchesInABrowserAndCanDoNoHarm(t *testing.T) {
	t.Parallel()
	machine := webtest.Colourful(t, 0)
	d := webtest.NewDesk(t, machine)
	tab := d.Open()
	d.Do(tab, chromedp.KeyEvent("a"))
	d.Stored(1)
	before := len(machine.Inputs())

	other := watch(d, tab)
	d.Await(other, fmt.Sprintf(`document.querySelector("canvas") && %s.getImageData(0, 0, 1, 1).data[0] === %d`, webtest.Canvas, webtest.Shade(1).R))
	d.Do(other, chromedp.MouseClickXY(300, 300), chromedp.KeyEvent("x"))
	d.Do(tab, chromedp.KeyEvent("b"))
	d.Await(other, fmt.Sprintf(`%s.getImageData(0, 0, 1, 1).data[0] === %d`, webtest.Canvas, webtest.Shade(2).R))
	webtest.Eventually(t, "the key is up again", func() bool { return len(machine.Inputs()) >= before+2 })
	if got := len(machine.Inputs()) - before; got != 2 {
		t.Errorf("the machine had %d inputs, want the participant's key down and up", got)
	}

	d.Do(other, chromedp.SetValue(chromedp.CSS("#text"), "Take your time."), chromedp.Click(chromedp.CSS(`form[action$="/note"] button`)))
	d.Await(tab, `!document.querySelector("[data-message]").hidden && document.querySelector("[data-message-text]").textContent === "Take your time."`)
	d.Await(tab, webtest.DesktopActive) // the focus stays in the desktop
	d.Do(tab, chromedp.Click(chromedp.CSS("[data-message-read]")))
	d.Await(tab, `document.querySelector("[data-message]").hidden && `+webtest.DesktopActive)
	webtest.Eventually(t, "that it was shown is on record", func() bool { return slices.Contains(d.Kinds(), study.NoteShown) })

	const said = `document.querySelector("[data-watch-state]").textContent.includes(%q)`
	d.Do(other, chromedp.Navigate(d.Web.URL+d.WatchPath("watch")))
	d.Await(other, fmt.Sprintf(`document.querySelector("canvas") && %s.getImageData(0, 0, 1, 1).data[0] === %d`, webtest.Canvas, webtest.Shade(2).R))
	d.Conduct.Change(func(st *session.Status) { st.Ready = false })
	d.Must((*d.Machine.Load()).Close()) // closes the screen that is watched
	d.Await(other, fmt.Sprintf(said, "no desktop to be seen"))
	d.Conduct.Change(func(st *session.Status) { st.Ready = true })
	d.Await(other, fmt.Sprintf(said, "You only look"))

	d.Do(other, chromedp.Navigate(d.Web.URL+"/lab/live"))
	d.Await(other, `document.querySelector("[data-thumbnail] img")?.naturalWidth === 320`)
	d.Conduct.Change(func(st *session.Status) { st.Stage = "Buffering" })
	d.Await(other, `document.querySelector(".alarms")?.innerText.includes("stalled")`)
	d.Await(other, `document.querySelector("[data-thumbnail] img") !== null`)
}
