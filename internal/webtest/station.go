package webtest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
	"vmstudy/web/page"
)

// A Station is a server whose participants share one browser, each in a tab. Every session has a
// simulated machine of its own, which changes its colour with each input.
type Station struct {
	*Desk // its session is the session of the participant in question
	desks *manyDesktops
	tabs  context.Context // the browser
}

// NewStation returns a station with a published study.
func NewStation(t *testing.T, design study.Design) *Station {
	t.Helper()
	d := &Desk{T: t, Store: &AwayStore{Store: studytest.NewStore()}}
	st := &Station{Desk: d, desks: &manyDesktops{t: t, store: d.Store, all: map[study.SessionID]*oneDesktop{}}}
	d.Config = web.Config{Store: d.Store, Conduct: st.desks, Leave: leaving(d.Store.Store, func(study.SessionID) {}), Log: slog.New(slog.NewTextHandler(&d.Log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	d.up()
	var err error
	d.Study, err = d.Store.CreateStudy(t.Context(), 0, design, time.Now())
	d.Must(err)
	_, err = d.Store.Publish(t.Context(), d.Study, 0, time.Now())
	d.Must(err)
	st.tabs = NewTab(t, 4*time.Minute)
	d.Do(st.tabs) // starts the browser; tabs opened from this one share its cookies and storage
	return st
}

// A Sitter is a participant at a station, in a tab of their own.
type Sitter struct {
	*Station
	Who study.Participant
	Tab context.Context
}

// Sits opens the personal link of a new participant in a new tab, and presses its button.
func (st *Station) Sits() *Sitter {
	st.T.Helper()
	people, err := st.Store.AddParticipants(st.T.Context(), st.Study, false, lab.NewLinks(1), time.Now())
	st.Must(err)
	p := &Sitter{Station: st, Who: people[0]}
	p.Tab = st.NewTab(p.Who)
	p.Do(p.Tab, chromedp.Navigate(st.Web.URL+page.LinkPath(p.Who.Link)))
	p.Press("/begin")
	p.Shows(`form[action$="/consent"]`)
	return p
}

// NewTab opens a tab for a participant.
func (st *Station) NewTab(who study.Participant) context.Context {
	st.T.Helper()
	tab, closed := chromedp.NewContext(st.tabs)
	st.T.Cleanup(closed)
	st.T.Cleanup(func() {
		if st.T.Failed() {
			page, _ := chromedp.Run(tab, chromedp.Evaluate[string](`location.pathname + ": " + document.body.innerText`))
			st.T.Logf("tab of %s: %s\nlog:\n%s", who.Code, page, st.Log.String())
		}
	})
	return tab
}

// Shows waits until the tab's page has an element that the selector matches.
func (p *Sitter) Shows(selector string) {
	p.T.Helper()
	p.Await(p.Tab, fmt.Sprintf("document.readyState === \"complete\" && document.querySelector(`%s`)", selector))
}

// Runs runs JavaScript in the tab.
func (p *Sitter) Runs(script string) {
	p.T.Helper()
	p.Do(p.Tab, chromedp.Evaluate[chromedp.Void](script+"; undefined"))
}

// Press submits the form whose address ends with form.
func (p *Sitter) Press(form string) {
	p.T.Helper()
	p.Runs(fmt.Sprintf("document.querySelector(`form[action$=\"%s\"]`).requestSubmit()", form))
}

// Choose chooses the nth mark, counted from 0, on every scale of the page.
func (p *Sitter) Choose(n int) {
	p.T.Helper()
	p.Runs(fmt.Sprintf(`for (const n of new Set([...document.querySelectorAll("input[type=radio]")].map((i) => i.name))) {
		document.querySelectorAll("input[name=" + n + "]")[%d].click();
	}`, n))
}

// Now returns the session as it is now.
func (p *Sitter) Now() study.Session {
	p.T.Helper()
	who, err := p.Store.ParticipantByLink(p.T.Context(), p.Who.Link)
	p.Must(err)
	v, err := p.Store.Session(p.T.Context(), who.Session)
	p.Must(err)
	return v
}

// Measured returns the interactions of the session.
func (p *Sitter) Measured() (own []study.Interaction) {
	p.T.Helper()
	for _, t := range p.Now().Trials {
		for _, a := range t.Attempts {
			rows, err := p.Store.InteractionsOf(p.T.Context(), a.ID)
			p.Must(err)
			own = append(own, rows...)
		}
	}
	return own
}

// Rated returns the value of the first answer to an instrument; trial 0 is about the person.
func (p *Sitter) Rated(trial study.TrialID, instrument string) string {
	p.T.Helper()
	ratings, err := p.Store.Ratings(p.T.Context(), p.Now().ID)
	p.Must(err)
	i := slices.IndexFunc(ratings[trial], func(r study.Rating) bool { return r.Instrument == instrument })
	if i < 0 {
		return ""
	}
	return ratings[trial][i].Answers[0].Value
}

// manyDesktops conducts the attempts of many sessions, each with a machine of its own.
type manyDesktops struct {
	t     *testing.T
	store *AwayStore

	mu  sync.Mutex
	all map[study.SessionID]*oneDesktop
}

func (c *manyDesktops) of(id study.SessionID) *oneDesktop {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[id]
}

func (c *manyDesktops) Start(ctx context.Context, id study.SessionID) error {
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	a, err := c.store.OpenAttempt(ctx, study.Attempt{Trial: v.Trials[v.Step().Trial].ID, AskedAt: time.Now()})
	if err != nil {
		return err
	}
	machine := Colourful(c.t, 0)
	one := &oneDesktop{changed: make(chan struct{}), Stands: session.Status{Attempt: a.ID, State: study.Preparing, Progress: session.Progress{Stage: "Loading"}, Ready: true}}
	one.Dial = func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() { _ = machine.Serve(far) }() // ends when the screen's line closes near
		return near, nil
	}
	one.record = func(st study.AttemptState, o study.Outcome, cause string) {
		a.State, a.Outcome, a.Cause = st, o, cause
		if err := c.store.RecordAttempt(context.Background(), a, time.Now(), 0); err != nil {
			c.t.Errorf("record %s of session %d: %v", st, id, err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[id] = one
	return nil
}

func (c *manyDesktops) Status(id study.SessionID) (session.Status, <-chan struct{}) {
	if one := c.of(id); one != nil {
		return one.Status(id)
	}
	return session.Status{}, nil
}

func (c *manyDesktops) DialScreen(ctx context.Context, id study.SessionID, observe func(tap.Event)) (net.Conn, error) {
	if one := c.of(id); one != nil {
		return one.DialScreen(ctx, id, observe)
	}
	return nil, study.ErrConflict
}

func (c *manyDesktops) FirstPicture(ctx context.Context, id study.SessionID, unseen bool) error {
	return c.of(id).FirstPicture(ctx, id, unseen)
}

func (c *manyDesktops) Finish(ctx context.Context, id study.SessionID, o study.Outcome) error {
	return c.of(id).Finish(ctx, id, o)
}

func (c *manyDesktops) WatchScreen(context.Context, study.SessionID) (net.Conn, error) {
	return nil, study.ErrConflict
}

func (c *manyDesktops) Extend(context.Context, study.SessionID, time.Duration) error { return nil }

func (c *manyDesktops) Move(context.Context, study.SessionID, study.Network) error { return nil }

func (c *manyDesktops) End(context.Context, study.SessionID, string) error { return nil }
