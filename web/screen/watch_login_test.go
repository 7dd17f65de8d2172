package screen_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/screen"
)

// eve conducts the desk's study and does not administer. She is signed in. It returns her account.
func eve(d *webtest.Desk) study.ExperimenterID {
	d.T.Helper()
	ctx := d.T.Context()
	d.SignIn() // somebody else has to administer
	d.Must(d.Store.SetPassword(ctx, "eve", "unused"))
	e, _, err := d.Store.Experimenter(ctx, "eve")
	d.Must(err)
	d.Must(d.Store.ChangeAccount(ctx, e.ID, false, false, time.Now()))
	d.Must(d.Store.SetRole(ctx, d.Study, e.ID, study.Conductor))
	hash := study.HashLink("eve's")
	d.Must(d.Store.OpenLogin(ctx, e.ID, "unused", hash[:], time.Now().Add(time.Hour)))
	return e.ID
}

func TestAWatcherWhoMayNotWatchAnyMoreSeesNothingMore(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(*webtest.Desk, study.ExperimenterID)
		hear string
	}{
		"they sign out": {func(d *webtest.Desk, _ study.ExperimenterID) {
			r, err := http.NewRequestWithContext(d.T.Context(), "POST", d.Web.URL+"/signout", nil)
			d.Must(err)
			r.Header.Set("Cookie", "login=eve's")
			answer, err := http.DefaultTransport.RoundTrip(r)
			d.Must(err)
			d.Must(answer.Body.Close())
		}, "You are not signed in any more."},
		"their account is disabled": {func(d *webtest.Desk, id study.ExperimenterID) {
			d.Must(d.Store.ChangeAccount(d.T.Context(), id, false, true, time.Now()))
		}, "You are not signed in any more."},
		"a command sets their password": {func(d *webtest.Desk, _ study.ExperimenterID) {
			d.Must(d.Store.SetPassword(d.T.Context(), "eve", "another"))
		}, "You are not signed in any more."},
		"their role is taken away": {func(d *webtest.Desk, id study.ExperimenterID) {
			d.Must(d.Store.SetRole(d.T.Context(), d.Study, id, ""))
		}, "Your role does not allow that any more."},
		"their role becomes one that may not watch": {func(d *webtest.Desk, id study.ExperimenterID) {
			d.Must(d.Store.SetRole(d.T.Context(), d.Study, id, study.Monitor))
		}, "Your role does not allow that any more."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
			id := eve(d)
			ws, answer, err := d.TryDial(d.WatchPath("screen"), http.Header{"Cookie": {"login=eve's"}, "Origin": {d.Web.URL}})
			if err != nil {
				t.Fatalf("observe: %v, %v", err, answer)
			}
			defer ws.Close()
			watcher := &viewing{t: t, ws: ws}
			watcher.greet()
			tt.end(d, id)
			d.Must(ws.SetReadDeadline(time.Now().Add(5 * time.Second)))
			_, _, err = ws.ReadMessage()
			if closed, is := err.(*websocket.CloseError); !is || closed.Code != screen.CloseRefused || closed.Text != tt.hear {
				t.Errorf("the watcher hears %v, want %q", err, tt.hear)
			}
			webtest.Eventually(t, "the machine is let go of", func() bool { return d.Dials.Load() == 0 })
		})
	}
}

// A participant's lines end with their link: the screen, and what tells the page what happens.
func TestTheLinesOfAParticipantWhoseLinkIsRevokedEnd(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	seat := d.TakeSeat()
	events, shown := d.Dial(fmt.Sprintf(d.Visit()+"/events?seat=%d", seat)), d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", seat))
	x, err := d.Store.Session(t.Context(), d.Session)
	d.Must(err)
	links := webtest.StudyPage(d.Study) + "/links"
	who := url.Values{"who": {webtest.Number(x.Participant.ID)}}
	if answer, body := d.Ask(links, url.Values{"who": who["who"], "do": {"renew"}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("renew: status %d: %s", answer.StatusCode, body)
	}
	d.Conduct.Change(func(st *session.Status) { st.Stage = "Still here" })
	for webtest.Hear(t, events, "status").Stage != "Still here" { // a newer link takes no visit away
	}
	if answer, body := d.Ask(links, url.Values{"who": who["who"], "do": {"revoke"}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("revoke: status %d: %s", answer.StatusCode, body)
	}
	for name, ws := range map[string]*websocket.Conn{"events": events, "screen": shown} {
		if code := webtest.ClosedWith(t, ws); code != screen.CloseStranger {
			t.Errorf("the line of the %s is closed with %d, want %d", name, code, screen.CloseStranger)
		}
	}
	again := d.Events()
	if code := webtest.ClosedWith(t, again); code != screen.CloseStranger {
		t.Errorf("a new line is closed with %d, want %d", code, screen.CloseStranger)
	}
}
