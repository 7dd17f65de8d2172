package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A station is a server whose participants share one browser, each in a tab. Every session has a
// simulated machine of its own, which changes its colour with each input.
type station struct {
	*desk // its session is the session of the participant in question: see as
	desks *manyDesktops
	tabs  context.Context // the browser
}

// newStation returns a station with a published study.
func newStation(t *testing.T, design study.Design) *station {
	t.Helper()
	d := &desk{t: t, store: &awayStore{Store: studytest.NewStore()}}
	st := &station{desk: d, desks: &manyDesktops{t: t, store: d.store, all: map[study.SessionID]*oneDesktop{}}}
	d.config = Config{Store: d.store, Conduct: st.desks, Log: slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	d.server = New(d.config)
	d.web = httptest.NewServer(d.server.Handler())
	t.Cleanup(d.web.Close)
	var err error
	d.study, err = d.store.CreateStudy(t.Context(), 0, design, time.Now())
	d.must(err)
	_, err = d.store.Publish(t.Context(), d.study, 0, time.Now())
	d.must(err)
	st.tabs = newTab(t, 4*time.Minute)
	d.do(st.tabs) // starts the browser; tabs opened from this one share its cookies and storage
	return st
}

// A sitter is a participant at a station, in a tab of their own.
type sitter struct {
	*station
	who study.Participant
	tab context.Context
}

// sits opens the personal link of a new participant in a new tab, and presses its button.
func (st *station) sits() *sitter {
	st.t.Helper()
	people, err := st.store.AddParticipants(st.t.Context(), st.study, false, NewLinks(1), time.Now())
	st.must(err)
	p := &sitter{station: st, who: people[0]}
	p.tab = st.newTab(p.who)
	p.do(p.tab, chromedp.Navigate(st.web.URL+linkPath(p.who.Link)))
	p.press("/begin")
	p.shows(`form[action$="/consent"]`)
	return p
}

// newTab opens a tab for a participant.
func (st *station) newTab(who study.Participant) context.Context {
	st.t.Helper()
	tab, closed := chromedp.NewContext(st.tabs)
	st.t.Cleanup(closed)
	st.t.Cleanup(func() {
		if st.t.Failed() {
			page, _ := chromedp.Run(tab, chromedp.Evaluate[string](`location.pathname + ": " + document.body.innerText`))
			st.t.Logf("tab of %s: %s\nlog:\n%s", who.Code, page, st.log.String())
		}
	})
	return tab
}

// shows waits until the tab's page has an element that the selector matches.
func (p *sitter) shows(selector string) {
	p.t.Helper()
	p.await(p.tab, fmt.Sprintf("document.readyState === \"complete\" && document.querySelector(`%s`)", selector))
}

// runs runs JavaScript in the tab.
func (p *sitter) runs(script string) {
	p.t.Helper()
	p.do(p.tab, chromedp.Evaluate[chromedp.Void](script+"; undefined"))
}

// press submits the form whose address ends with form.
func (p *sitter) press(form string) {
	p.t.Helper()
	p.runs(fmt.Sprintf("document.querySelector(`form[action$=\"%s\"]`).requestSubmit()", form))
}

// choose chooses the nth mark, counted from 0, on every scale of the page.
func (p *sitter) choose(n int) {
	p.t.Helper()
	p.runs(fmt.Sprintf(`for (const n of new Set([...document.querySelectorAll("input[type=radio]")].map((i) => i.name))) {
		document.querySelectorAll("input[name=" + n + "]")[%d].click();
	}`, n))
}

// now returns the session as it is now.
func (p *sitter) now() study.Session {
	p.t.Helper()
	who, err := p.store.ParticipantByLink(p.t.Context(), p.who.Link)
	p.must(err)
	v, err := p.store.Session(p.t.Context(), who.Session)
	p.must(err)
	return v
}

// measured returns the interactions of the session.
func (p *sitter) measured() (own []study.Interaction) {
	p.t.Helper()
	for _, t := range p.now().Trials {
		for _, a := range t.Attempts {
			rows, err := p.store.InteractionsOf(p.t.Context(), a.ID)
			p.must(err)
			own = append(own, rows...)
		}
	}
	return own
}

// rated returns the value of the first answer to an instrument; trial 0 is about the person.
func (p *sitter) rated(trial study.TrialID, instrument string) string {
	p.t.Helper()
	ratings, err := p.store.Ratings(p.t.Context(), p.now().ID)
	p.must(err)
	i := slices.IndexFunc(ratings[trial], func(r study.Rating) bool { return r.Instrument == instrument })
	if i < 0 {
		return ""
	}
	return ratings[trial][i].Answers[0].Value
}

// manyDesktops conducts the attempts of many sessions, each with a machine of its own.
type manyDesktops struct {
	t     *testing.T
	store *awayStore

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
	machine := colourful(c.t, 0)
	one := &oneDesktop{changed: make(chan struct{}), status: session.Status{Attempt: a.ID, State: study.Preparing, Progress: session.Progress{Stage: "Loading"}, Ready: true}}
	one.dial = func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() { _ = machine.Serve(far) }() // ends when the screen's line closes near
		return near, nil
	}
	one.record = func(st study.AttemptState, o study.Outcome) {
		a.State, a.Outcome = st, o
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

func (c *manyDesktops) End(context.Context, study.SessionID, string) error { return nil }
