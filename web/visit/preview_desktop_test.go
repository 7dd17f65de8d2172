package visit_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// still opens desktops that show the screen of one machine.
type still struct {
	refuse  error
	machine *rfbtest.Server
	opened  chan *stillDesktop
}

func (s *still) Admit(context.Context, session.Request) error { return s.refuse }

func (s *still) Open(_ context.Context, r session.Request, _ func(session.Progress)) (session.Desktop, error) {
	d := &stillDesktop{machine: s.machine, asked: r, completed: make(chan struct{}), closed: make(chan struct{})}
	s.opened <- d
	return d, nil
}

type stillDesktop struct {
	machine           *rfbtest.Server
	asked             session.Request
	completed, closed chan struct{}
	serving           sync.WaitGroup
}

func (d *stillDesktop) DialRFB(context.Context, func(tap.Event)) (net.Conn, error) {
	near, far := net.Pipe()
	d.serving.Go(func() { _ = d.machine.Serve(far) })
	return near, nil
}

func (d *stillDesktop) DialView(ctx context.Context) (net.Conn, error) {
	return d.DialRFB(ctx, func(tap.Event) {})
}
func (d *stillDesktop) Seen() error                 { return nil }
func (d *stillDesktop) Completed() <-chan struct{}  { return d.completed }
func (d *stillDesktop) Lost() <-chan struct{}       { return nil }
func (d *stillDesktop) Report() session.Report      { return session.Report{} }
func (d *stillDesktop) Close(context.Context) error { close(d.closed); return nil }

// previewing is a laboratory whose conductor opens desktops for previews, and the address of the step with a desktop.
type previewing struct {
	*webtest.Lab
	opener *still
	study  study.StudyID
	step   string
}

func newPreviewing(t *testing.T) *previewing {
	t.Helper()
	p := &previewing{Lab: webtest.NewLab(t), opener: &still{machine: rfbtest.NewServer(64, 48), opened: make(chan *stillDesktop, 4)}}
	conductor := session.New(session.Config{Store: p.Store, Opener: p.opener})
	ctx, stop := context.WithCancel(context.Background())
	ready, stopped := make(chan struct{}), make(chan struct{})
	go func() { defer close(stopped); _ = conductor.Run(ctx, ready) }()
	<-ready
	t.Cleanup(func() { stop(); <-stopped })
	p.Serve(func(c *web.Config) { c.Previews = conductor })
	p.study = p.Study(studytest.OneTrial(), false)
	p.step = fmt.Sprintf("/lab/studies/%d/preview/0.0.en.2", p.study)
	return p
}

// dial opens one of the lines of the page.
func (p *previewing) dial(path string) *websocket.Conn {
	p.T.Helper()
	site := httptest.NewServer(p.Handler)
	p.T.Cleanup(site.Close)
	ws, answer, err := websocket.DefaultDialer.DialContext(p.T.Context(), "ws"+strings.TrimPrefix(site.URL, "http")+path, http.Header{"Cookie": {"login=token"}, "Origin": {site.URL}})
	if err != nil {
		p.T.Fatalf("%s: %v, %v", path, err, answer)
	}
	p.T.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second)) // so that a test that waits in vain fails
	return ws
}

// nothing fails the test if the store has a participant, a session or a recording.
func (p *previewing) nothing() {
	p.T.Helper()
	people, err := p.Store.Participants(p.T.Context(), p.study)
	p.Must(err)
	sessions, err := p.Store.Sessions(p.T.Context(), p.study)
	p.Must(err)
	if len(people)+len(sessions) > 0 {
		p.T.Errorf("a preview left %d participants and %d sessions", len(people), len(sessions))
	}
}

func TestAPreviewHasADesktopWhileItsPageIsOpen(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(p *previewing, ws *websocket.Conn, d *stillDesktop)
		hear string // outcome and cause that the page is told; empty if it is gone
	}{
		"the page is left":     {func(_ *previewing, ws *websocket.Conn, _ *stillDesktop) { _ = ws.Close() }, ""},
		"the task is complete": {func(_ *previewing, _ *websocket.Conn, d *stillDesktop) { close(d.completed) }, "completed "},
		"another page is opened": {func(p *previewing, _ *websocket.Conn, _ *stillDesktop) {
			webtest.Hear(p.T, p.dial(p.step+"/desk"), "hello")
		}, " You have opened another preview, and there is one desktop at a time."},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPreviewing(t)
			page := p.One(p.Get(p.step).Page, "div", "class=desktop")
			ws := p.dial(webtest.Attr(page, "data-desk"))
			var hello struct{ Screen string }
			p.Must(ws.ReadJSON(&hello))
			d := <-p.opener.opened
			if !d.asked.Unkept || d.asked.Attempt != 0 {
				t.Errorf("the desktop is asked for as %+v, of which something is kept", d.asked)
			}
			for m := webtest.Hear(t, ws, "status"); !m.Ready; m = webtest.Hear(t, ws, "status") {
			}
			_, says, err := p.dial(hello.Screen + "&conn=1").ReadMessage()
			if err != nil || !strings.HasPrefix(string(says), "RFB ") {
				t.Fatalf("the screen says %q, %v", says, err)
			}
			webtest.Say(t, ws, "seen")
			for m := webtest.Hear(t, ws, "status"); m.State != string(study.Running); m = webtest.Hear(t, ws, "status") {
			}
			tt.end(p, ws, d)
			if tt.hear != "" {
				if m := webtest.Hear(t, ws, "ended"); m.Outcome+" "+m.Cause != tt.hear {
					t.Errorf("the page is told %q, want %q", m.Outcome+" "+m.Cause, tt.hear)
				}
			}
			<-d.closed
			p.nothing()
		})
	}
}

func TestAPreviewSaysWhyItHasNoDesktop(t *testing.T) {
	p := newPreviewing(t)
	p.opener.refuse = study.Refuse(study.ErrConflict, "This computer cannot run virtual machines.")
	p.Wants(p.Get(p.step), 200, "This preview has none: This computer cannot run virtual machines. Go on as if the task were completed")
	if m := webtest.Hear(t, p.dial(p.step+"/desk"), "ended"); m.Cause != "This computer cannot run virtual machines." {
		t.Errorf("the page is told %+v", m)
	}
	p.Serve(func(c *web.Config) { c.Previews = nil })
	p.Wants(p.Get(p.step), 200, "This server opens no desktops for previews.")
	p.Wants(p.Get(strings.TrimSuffix(p.step, "2")+"0/desk"), 409, "There is no desktop at this step.")
	p.Wants(p.Get(p.step+"/screen?desk=guessed"), 404, "")
	p.nothing()
}

// Who may look at a design and not conduct the study, as a monitor, starts no machine.
func TestADesktopOfAPreviewIsForThoseWhoConduct(t *testing.T) {
	p := newPreviewing(t)
	p.Must(p.Store.SetPassword(t.Context(), "eve", "unused"))
	eve, _, err := p.Store.Experimenter(t.Context(), "eve")
	p.Must(err)
	p.Must(p.Store.ChangeAccount(t.Context(), eve.ID, false, false, p.Now))
	p.Must(p.Store.SetRole(t.Context(), p.study, eve.ID, study.Monitor))
	hash := study.HashLink("eve's")
	p.Must(p.Store.OpenLogin(t.Context(), eve.ID, "unused", hash[:], p.Now.Add(time.Hour)))
	p.Login = &http.Cookie{Name: "login", Value: "eve's"}
	p.Wants(p.Get(p.step), 200, "A preview has a desktop for those who conduct the study.")
	p.Wants(p.Get(p.step+"/desk"), 403, "Your role does not allow that.")
}

// The page shows the screen as a participant sees it, in a real browser; when the task is over it says so, and leads on.
func TestABrowserShowsTheDesktopOfAPreview(t *testing.T) {
	axe := webtest.Axe(t)
	p := newPreviewing(t)
	tab := p.Browse(p.step)
	p.Eventually(tab, `document.querySelector(".desktop").dataset.state === "running" && !document.querySelector("[data-ask=give-up]").disabled`)
	webtest.EachLook(t, tab, "preview-desktop", func(look webtest.PageLook) {
		p.Eventually(tab, webtest.NoWider)
		for _, v := range webtest.Violations(t, tab, axe, webtest.EveryRule) {
			t.Errorf("%s: %s", look, v)
		}
	})
	d := <-p.opener.opened
	close(d.completed)
	p.Eventually(tab, `document.querySelector("[data-outcome]").textContent.startsWith("Well done") && document.activeElement.textContent.includes("Go on")`)
	webtest.EachLook(t, tab, "preview-ended", func(webtest.PageLook) { p.Eventually(tab, webtest.NoWider) })
	<-d.closed
	_, err := chromedp.RunResponse(tab, chromedp.KeyEvent(kb.Enter))
	p.Must(err)
	p.Eventually(tab, `document.querySelector("h1").textContent === "Thank you"`)
	p.nothing()
}
