package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image/jpeg"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
)

// signIn signs ada in and returns her cookie.
func (d *desk) signIn() *http.Cookie {
	d.t.Helper()
	ctx := d.t.Context()
	d.must(d.store.SetPassword(ctx, "ada", "unused"))
	ada, _, err := d.store.Experimenter(ctx, "ada")
	d.must(err)
	token := sha256.Sum256([]byte("token"))
	d.must(d.store.OpenLogin(ctx, ada.ID, token[:], time.Now().Add(time.Hour)))
	return &http.Cookie{Name: "login", Value: "token"}
}

// ask sends a request as an experimenter; with fields it is a POST. It does not follow redirects.
func (d *desk) ask(path string, fields url.Values) (*http.Response, string) {
	d.t.Helper()
	method := http.MethodGet
	if fields != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.web.URL+path, strings.NewReader(fields.Encode()))
	d.must(err)
	r.AddCookie(d.signIn())
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	d.must(err)
	defer answer.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(answer.Body)
	d.must(err)
	return answer, body.String()
}

func (d *desk) watchPath(act string) string {
	return fmt.Sprintf("/lab/sessions/%d/%s", d.session, act)
}

func TestTheMonitorShowsWhoIsAtADesktopAndHowItFeels(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.events()
	hear(t, ws, "status")
	say(t, ws, `{"type":"picture"}`)
	hear(t, ws, "status")
	say(t, ws, "%s", d.batch(1, 1))
	hear(t, ws, "ack")
	answer, body := d.ask("/lab/live/cards", nil)
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
	eventually(t, "the closed page is an alarm", func() bool {
		_, body := d.ask("/lab/live/cards", nil)
		return strings.Contains(body, "the page is closed")
	})
}

func TestThumbnailsAreMadeForWhoLooks(t *testing.T) {
	machine := colourful(t, 0)
	d := newDesk(t, machine)
	get := func() []byte {
		t.Helper()
		answer, body := d.ask(d.watchPath("thumbnail"), nil)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("status %d, type %s: %s", answer.StatusCode, answer.Header.Get("Content-Type"), body)
		}
		return []byte(body)
	}
	picture, err := jpeg.Decode(bytes.NewReader(get()))
	d.must(err)
	if size := picture.Bounds().Size(); size.X != wide || size.Y != high {
		t.Errorf("the thumbnail is %v, want the whole screen", size)
	}
	first := d.machine.Load()
	get()
	if d.machine.Load() != first {
		t.Error("the machine was asked again at once, want the same picture")
	}
	d.conduct.dial = func(context.Context) (net.Conn, error) {
		return nil, study.Refuse(study.ErrConflict, "The desktop is not ready yet.")
	}
	for name, tt := range map[string]struct {
		ready bool
		want  int
	}{
		"the desktop has closed":        {false, http.StatusNoContent},
		"the desktop cannot be reached": {true, http.StatusConflict},
	} {
		d.server.thumbs.forget(d.session)
		d.conduct.change(func(st *session.Status) { st.Ready = tt.ready })
		if answer, _ := d.ask(d.watchPath("thumbnail"), nil); answer.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d", name, answer.StatusCode, tt.want)
		}
	}
}

func TestWhatAnExperimenterDoesIsOnRecord(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.events()
	hear(t, ws, "status")
	say(t, ws, `{"type":"picture"}`)
	before := *hear(t, ws, "status").Remaining
	redirected := func(act string, fields url.Values) {
		t.Helper()
		if answer, body := d.ask(d.watchPath(act), fields); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: status %d, want it done:\n%s", act, answer.StatusCode, body)
		}
	}
	redirected("note", url.Values{"text": {"  Take your time. "}})
	if m := hear(t, ws, "note"); m.Text != "Take your time." {
		t.Errorf("the page is told %q", m.Text)
	}
	redirected("extend", url.Values{"minutes": {"5"}, "reason": {"the phone rang"}})
	if m := hear(t, ws, "status"); *m.Remaining < before+290_000 {
		t.Errorf("%d ms remain after %d, want five minutes more", *m.Remaining, before)
	}
	redirected("end", url.Values{"reason": {"fire alarm"}})
	if m := hear(t, ws, "ended"); m.Outcome != "ended_by_experimenter" || m.Cause != "" {
		t.Errorf("the page is told of outcome %q, cause %q; want no reason, which is not for the participant", m.Outcome, m.Cause)
	}
	events, err := d.store.Events(t.Context(), d.session)
	d.must(err)
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
		"a long note":                 {"note", url.Values{"text": {strings.Repeat("ü", noteLimit+1)}}, http.StatusUnprocessableEntity, "300 characters", "üü</textarea>"},
		"more time without a reason":  {"extend", url.Values{"minutes": {"5"}}, http.StatusUnprocessableEntity, "A reason is needed", `value="5" selected`},
		"more time than there is":     {"extend", url.Values{"minutes": {"500"}, "reason": {"phone"}}, http.StatusUnprocessableEntity, "how many minutes", `value="phone"`},
		"an end without a reason":     {"end", url.Values{}, http.StatusUnprocessableEntity, "A reason is needed", `<details class="act" open`},
		"an end with a zero in it":    {"end", url.Values{"reason": {"a\x00b"}}, http.StatusUnprocessableEntity, "characters", ""},
		"a long end":                  {"end", url.Values{"reason": {strings.Repeat("long ", 50)}}, http.StatusUnprocessableEntity, "200 characters", `value="long long`},
		"a session that is not there": {"../4711/end", url.Values{"reason": {"x"}}, http.StatusNotFound, "nothing at this address", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, rfbtest.NewServer(8, 8))
			answer, body := d.ask(d.watchPath(tt.act), tt.fields)
			if answer.StatusCode != tt.code || !strings.Contains(body, tt.say) || !strings.Contains(body, tt.keeps) {
				t.Errorf("status %d, want %d with %q and %q:\n%s", answer.StatusCode, tt.code, tt.say, tt.keeps, body)
			}
			if events, err := d.store.Events(t.Context(), d.session); err != nil || len(events) != 0 {
				t.Errorf("on record is %v (error %v), want nothing", events, err)
			}
		})
	}
}

func TestAStrangerSeesNothingOfTheMonitor(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	for _, path := range []string{"/lab/live", "/lab/live/cards", d.watchPath("watch"), d.watchPath("thumbnail"), d.watchPath("screen")} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.web.URL+path, nil)
		d.must(err)
		r.AddCookie(&http.Cookie{Name: "visit", Value: d.link}) // a participant's cookie does not help
		answer, err := http.DefaultTransport.RoundTrip(r)
		d.must(err)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d, want the way to sign in", path, answer.StatusCode)
		}
	}
}

// watch opens another tab, in which an experimenter watches the desktop.
func (d *desk) watch(tab context.Context) context.Context {
	d.t.Helper()
	cookie := d.signIn()
	other, stop := chromedp.NewContext(tab)
	d.t.Cleanup(stop)
	d.do(other, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: d.web.URL})
		return chromedp.Void{}, err
	}, chromedp.Navigate(d.web.URL+d.watchPath("watch")))
	return other
}

func TestOnlyWhatCanBeDoneIsOffered(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	other := d.watch(tab)
	const forms = `[...document.querySelectorAll(".act")].filter((e) => e.checkVisibility()).length`
	d.await(other, forms+" === 3")
	d.must(d.conduct.Finish(t.Context(), d.session, study.SaidDone))
	d.await(other, forms+` === 0 && document.body.innerText.includes("This session has ended.") && !document.querySelector(".watched").checkVisibility()`)
	d.do(other, chromedp.Reload())
	d.await(other, `document.readyState === "complete" && document.querySelector(".act, [data-live]") === null`)
	if answer, body := d.ask(d.watchPath("note"), url.Values{"text": {"Hello"}}); answer.StatusCode != http.StatusConflict || !strings.Contains(body, "no desktop open") {
		t.Errorf("a note to somebody who has gone: status %d:\n%s", answer.StatusCode, body)
	}
}

func TestAnExperimenterWatchesInABrowserAndCanDoNoHarm(t *testing.T) {
	t.Parallel()
	machine := colourful(t, 0)
	d := newDesk(t, machine)
	tab := d.open()
	d.do(tab, chromedp.KeyEvent("a"))
	d.stored(1)
	before := len(machine.Inputs())

	other := d.watch(tab)
	d.await(other, fmt.Sprintf(`document.querySelector("canvas") && %s.getImageData(0, 0, 1, 1).data[0] === %d`, canvas, shade(1).R))
	d.do(other, chromedp.MouseClickXY(300, 300), chromedp.KeyEvent("x"))
	d.do(tab, chromedp.KeyEvent("b"))
	d.await(other, fmt.Sprintf(`%s.getImageData(0, 0, 1, 1).data[0] === %d`, canvas, shade(2).R))
	eventually(t, "the key is up again", func() bool { return len(machine.Inputs()) >= before+2 })
	if got := len(machine.Inputs()) - before; got != 2 {
		t.Errorf("the machine had %d inputs, want the participant's key down and up", got)
	}

	d.do(other, chromedp.SetValue(chromedp.CSS("#text"), "Take your time."), chromedp.Click(chromedp.CSS(`form[action$="/note"] button`)))
	d.await(tab, `!document.querySelector("[data-message]").hidden && document.querySelector("[data-message-text]").textContent === "Take your time."`)
	d.await(tab, desktopActive) // the focus stays in the desktop
	d.do(tab, chromedp.Click(chromedp.CSS("[data-message-read]")))
	d.await(tab, `document.querySelector("[data-message]").hidden && `+desktopActive)
	eventually(t, "that it was shown is on record", func() bool { return slices.Contains(d.kinds(), study.NoteShown) })

	const said = `document.querySelector("[data-watch-state]").textContent.includes(%q)`
	d.do(other, chromedp.Navigate(d.web.URL+d.watchPath("watch")))
	d.await(other, fmt.Sprintf(`document.querySelector("canvas") && %s.getImageData(0, 0, 1, 1).data[0] === %d`, canvas, shade(2).R))
	d.conduct.change(func(st *session.Status) { st.Ready = false })
	d.must((*d.machine.Load()).Close()) // closes the screen that is watched
	d.await(other, fmt.Sprintf(said, "no desktop to be seen"))
	d.conduct.change(func(st *session.Status) { st.Ready = true })
	d.await(other, fmt.Sprintf(said, "You only look"))

	d.do(other, chromedp.Navigate(d.web.URL+"/lab/live"))
	d.await(other, `document.querySelector("[data-thumbnail] img")?.naturalWidth === 320`)
	d.conduct.change(func(st *session.Status) { st.Stage = "Buffering" })
	d.await(other, `document.querySelector(".alarms")?.innerText.includes("stalled")`)
	d.await(other, `document.querySelector("[data-thumbnail] img") !== null`)
}
