package visit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/relay"
	"vmstudy/web/view"
)

// The page of a preview with a desktop has two lines, as that of a participant has. As long as its own line is open, a desktop is; so it ends
// when the page is left. The other line carries the screen. Nothing else is sent: no batch, no event, no answer.

// Previews opens desktops for previews. It is implemented by session.Conductor.
type Previews interface {
	// AdmitPreview returns why no desktop could be opened now, with a sentence.
	AdmitPreview(ctx context.Context, r session.Request) error
	// Preview opens a desktop for an experimenter, who has one at a time. limit is that of the task.
	Preview(ctx context.Context, who study.ExperimenterID, r session.Request, limit time.Duration) (*session.Preview, error)
}

// noPreviews is what a server has that opens no desktops for previews.
type noPreviews struct{}

var errNoPreviews = study.Refuse(study.ErrConflict, "This server opens no desktops for previews.")

// AdmitPreview implements Previews.
func (noPreviews) AdmitPreview(context.Context, session.Request) error { return errNoPreviews }

// Preview implements Previews.
func (noPreviews) Preview(context.Context, study.ExperimenterID, session.Request, time.Duration) (*session.Preview, error) {
	return nil, errNoPreviews
}

// previewDesktop returns the title of the page of a desktop's step, and the function that makes it: with a desktop or, where there can be none, a
// page in its place that says why.
func (s *Server) previewDesktop(r *http.Request, st study.Study, v study.Session, re reply) (string, func(view.Page) templ.Component, error) {
	t, step := catalogue.From(r.Context()), v.Step()
	why := errNoRight
	if page.May(r.Context(), study.Conduct, st.ID) {
		why = s.previews.AdmitPreview(r.Context(), previewRequest(page.Who(r.Context()).ID, v))
	}
	if why != nil {
		now, m := stepView(t, v, re), briefView(t, v, step, re)
		say := study.Sentence(why)
		if say == "" {
			return "", nil, why
		}
		return m.Title, func(p view.Page) templ.Component { return view.NoDesktopPage(p, now, m, page.Sentence(say)) }, nil
	}
	m := deskView(v, v.Trials[step.Trial], re)
	m.Desk = re.preview + "/desk"
	return m.Title, func(p view.Page) templ.Component {
		p.Styles, p.Scripts = nil, nil // as in deskPage
		return view.DesktopPage(p, m)
	}, nil
}

var errNoRight = study.Refuse(study.ErrDenied, "A preview has a desktop for those who conduct the study.")

// previewRequest asks for the desktop of the trial at which v stands.
func previewRequest(who study.ExperimenterID, v study.Session) session.Request {
	d, c := v.Version.Design, v.Trials[v.Step().Trial].Condition
	r := session.RequestOf(d, c)
	r.Name, r.Seed = fmt.Sprintf("preview-%d", who), d.Seed
	return r
}

// previewDesks are the desktops of previews, by the secrets that their pages are told.
type previewDesks struct {
	mu   sync.Mutex
	open map[string]*session.Preview
}

func (d *previewDesks) add(p *session.Preview) (secret string) {
	secret = rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = map[string]*session.Preview{}
	}
	d.open[secret] = p
	return secret
}

func (d *previewDesks) remove(secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, secret)
}

func (d *previewDesks) find(secret string) (*session.Preview, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.open[secret]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("desktop of a preview: %w", study.ErrNotFound)
}

// previewHello is the first message of the line of a preview's page.
type previewHello struct {
	Type   string `json:"type"`   // "hello"
	Screen string `json:"screen"` // the path of the other line
}

// ShowPreviewDesk serves the line of a preview's page. The desktop opens with it, and closes with it.
func (s *Server) ShowPreviewDesk(w http.ResponseWriter, r *http.Request) error {
	_, p, v, err := s.previewed(r)
	if err != nil {
		return err
	}
	if v.Step().Kind != study.StepDesktop {
		return study.Refuse(study.ErrConflict, "There is no desktop at this step.")
	}
	ws, err := relay.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer ws.Close()
	catalogue.Speak(r.Context(), v.Speaks())
	l := previewLine{Server: s, ws: ws}
	who := page.Who(r.Context()).ID
	desk, err := s.previews.Preview(r.Context(), who, previewRequest(who, v), v.Version.Design.TrialLimit)
	if err != nil {
		return l.tellEnd(r.Context(), "", err)
	}
	secret := s.desks.add(desk)
	defer func() {
		s.desks.remove(secret)
		desk.End()
		<-desk.Done()
	}()
	if err := l.tell(previewHello{Type: "hello", Screen: p.path(v.Study) + "/screen?desk=" + secret}); err != nil {
		return nil // the page was left
	}
	_ = l.run(r.Context(), desk) // it ends when the page is left, or the desktop is closed
	return nil
}

// previewLine is the line of a preview's page.
type previewLine struct {
	*Server
	ws *websocket.Conn
}

// run serves the line until the page is left, the desktop is closed, or the login ends.
func (l previewLine) run(ctx context.Context, desk *session.Preview) error {
	relay.Alive(l.ws, 1<<10)
	g, all := errgroup.WithContext(ctx)
	stop := context.AfterFunc(all, func() { relay.Release(l.ws) })
	defer stop()
	g.Go(func() error { return l.read(desk) })
	g.Go(func() error { return l.write(all, desk) })
	return g.Wait()
}

// read reads what the page says: that the desktop is seen.
func (l previewLine) read(desk *session.Preview) error {
	for {
		if _, _, err := l.ws.ReadMessage(); err != nil {
			return err
		}
		desk.Seen()
	}
}

// errDeskClosed ends the line when the page was told that its desktop is closed.
var errDeskClosed = errors.New("the desktop is closed")

// write tells the page the status of the desktop until that is closed.
func (l previewLine) write(ctx context.Context, desk *session.Preview) error {
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
		case <-desk.Done():
			outcome, why := desk.Ended()
			return errors.Join(l.tellEnd(ctx, outcome, why), errDeskClosed)
		case <-pings.C:
			err = l.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(relay.PingEvery))
		case <-changed:
			changed = nil
			due.Reset(statusEvery)
		case <-due.C:
			var now session.Status
			now, changed = desk.Status()
			err = l.tell(standing(catalogue.From(ctx), now, time.Now()))
		}
		if err != nil {
			return err
		}
	}
}

// tellEnd tells the page how the task ended or, without an outcome, why there is no desktop.
func (l previewLine) tellEnd(ctx context.Context, o study.Outcome, why error) error {
	m := endedMessage{Type: "ended", Outcome: o}
	if why != nil {
		if m.Cause = page.Sentence(study.Sentence(why)); m.Cause == "" {
			l.Log.ErrorContext(ctx, "a preview has no desktop", "err", why)
			m.Cause = "The desktop could not be opened; the log of the server says why."
		}
	}
	return l.tell(m)
}

func (l previewLine) tell(m any) error {
	_ = l.ws.SetWriteDeadline(time.Now().Add(relay.WriteLimit))
	return l.ws.WriteJSON(m)
}

// ShowPreviewScreen connects noVNC with the screen of a preview's desktop.
func (s *Server) ShowPreviewScreen(w http.ResponseWriter, r *http.Request) error {
	desk, err := s.desks.find(strings.TrimSpace(r.URL.Query().Get("desk")))
	if err != nil {
		return err
	}
	ws, err := relay.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer ws.Close()
	machine, err := desk.DialScreen(r.Context())
	if err != nil {
		return nil // the desktop closes, as the other line says
	}
	_ = relay.Carry(r.Context(), ws, machine) // the script connects again as long as there is a desktop
	return nil
}
