package lab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vmstudy/bench"
	"vmstudy/internal/webtest"
	"vmstudy/netem/netembench"
	"vmstudy/session/calibration"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// gauge is a Calibrating that only remembers its calls.
type gauge struct {
	mu      sync.Mutex // guards runs and status
	asked   study.Calibration
	of      []study.NamedNetwork
	refuse  error
	status  calibration.Status
	runs    bool
	stopped study.CalibrationID
	by      string
}

func (g *gauge) Start(_ context.Context, c study.Calibration, networks []study.NamedNetwork) (study.CalibrationID, error) {
	g.asked, g.of = c, networks
	return 1, g.refuse
}

func (g *gauge) Stop(_ context.Context, id study.CalibrationID, who string) error {
	g.stopped, g.by = id, who
	return nil
}

func (g *gauge) Status() (calibration.Status, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.status, g.runs
}

func (g *gauge) Takes(networks []study.NamedNetwork) time.Duration {
	return time.Duration(len(networks)) * 90 * time.Second
}

func (g *gauge) Here() (study.Machine, study.LinkWay) {
	return study.Machine{CPU: "a CPU", Cores: 2, Kernel: "6.1"}, study.UserspaceWay
}

// gauged returns a lab whose server uses the gauge for calibrations.
func gauged(t *testing.T) (*webtest.Lab, *gauge) {
	l, g := webtest.NewLab(t), &gauge{}
	l.Serve(func(c *web.Config) { c.Calibrate = g })
	return l, g
}

func unchanged(*study.Calibration) {}

func TestAStudySaysWhetherItsNetworksAreCalibrated(t *testing.T) {
	beyond := func(c *study.Calibration) { c.Findings[2].OK, c.Findings[2].Error = false, -3 }
	for name, test := range map[string]struct {
		made []func(*study.Calibration)
		say  string
	}{
		"never":        {nil, "The networks of version 1 are not yet calibrated"},
		"within":       {[]func(*study.Calibration){beyond, unchanged}, "were calibrated on 14 Mar 2026 12:01:30 UTC: all within their bars."},
		"beyond":       {[]func(*study.Calibration){unchanged, beyond}, "Within their bars: 1 of 2 networks. Beyond: 3G."},
		"stopped only": {[]func(*study.Calibration){func(c *study.Calibration) { c.State, c.Cause = study.CalibrationStopped, "Eve stopped it." }}, "not yet calibrated"},
		"elsewhere":    {[]func(*study.Calibration){func(c *study.Calibration) { c.Machine.CPU = "other" }}, "but on another machine or by another way of making links."},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := gauged(t)
			id := l.Study(studytest.Design(), true)
			for _, with := range test.made {
				l.Calibrated(id, with)
			}
			for _, path := range []string{webtest.StudyPage(id), webtest.StudyPage(id) + "/calibration"} {
				l.Wants(l.Get(path), 200, test.say)
			}
		})
	}
}

// This server makes links in userspace.
func TestAStudySaysThatItBeganWithLinksOfAnotherWay(t *testing.T) {
	for name, test := range map[string]struct {
		way  study.LinkWay
		says bool
	}{"the same": {study.UserspaceWay, false}, "another": {study.TunWay, true}} {
		t.Run(name, func(t *testing.T) {
			l, _ := gauged(t)
			id := l.Study(studytest.Design(), true)
			people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"link"}, l.Now)
			l.Must(err)
			session, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
			l.Must(err)
			l.Must(l.Store.RecordConsent(t.Context(), session, false, l.Now))
			x, err := l.Store.Session(t.Context(), session)
			l.Must(err)
			a, err := l.Store.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: l.Now})
			l.Must(err)
			a.Link.Way = test.way
			l.Must(l.Store.RecordAttempt(t.Context(), a, l.Now, 0))
			const mixed = "began with networks made in the way tun, and this server makes them in the way userspace"
			if page := webtest.Text(l.Get(webtest.StudyPage(id)).Page); strings.Contains(page, mixed) != test.says {
				t.Errorf("it says so: %v, want %v\n%s", !test.says, test.says, page)
			}
		})
	}
}

func TestThePageOfParticipantsSaysThatItIsTooEarlyForThem(t *testing.T) {
	l, _ := gauged(t)
	id := l.Study(studytest.Design(), true)
	const early = "not yet calibrated"
	for path, published := range map[string]study.StudyID{"a draft": l.Study(studytest.Design(), false), "no network": l.Study(studytest.OneTrial(), true)} {
		if page := l.Get(webtest.StudyPage(published) + "/participants"); strings.Contains(webtest.Text(page.Page), early) {
			t.Errorf("%s: %s", path, webtest.Text(page.Page))
		}
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/participants"), 200, early)
	l.Calibrated(id, unchanged)
	if page := l.Get(webtest.StudyPage(id) + "/participants"); strings.Contains(webtest.Text(page.Page), "alibrate") {
		t.Errorf("once they are: %s", webtest.Text(page.Page))
	}
}

func TestTheBrowserFollowsACalibration(t *testing.T) {
	t.Parallel()
	l, g := gauged(t)
	id := l.Study(studytest.Design(), true)
	at := func(what string) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.runs, g.status = what != "", calibration.Status{ID: 7, Study: id, Progress: netembench.Progress{Name: "3G", What: what}}
	}
	at("goodput down")
	ctx := l.Browse(webtest.StudyPage(id))
	const shows = `document.querySelector("[data-refresh]").textContent.includes("%s")`
	l.Eventually(ctx, fmt.Sprintf(shows, "goodput down"))
	l.Act(ctx, `document.querySelector("#stop-calibration").focus()`)
	at("goodput up")
	l.Eventually(ctx, fmt.Sprintf(shows, "goodput up"))
	l.Eventually(ctx, `document.activeElement.id === "stop-calibration"`)
	l.Calibrated(id, unchanged)
	at("")
	l.Eventually(ctx, fmt.Sprintf(shows, "all within their bars"))
}

func TestAChangedNetworkIsNotCalibrated(t *testing.T) {
	l, _ := gauged(t)
	d := studytest.Design()
	d.Networks[1].Network.RTT *= 2
	id := l.Study(d, true)
	l.Calibrated(id, unchanged)
	l.Wants(l.Get(webtest.StudyPage(id)), 200, "Version 1 has networks that are not calibrated: they have changed since")
}

func TestTheNetworksOfVersionAndDraftCanBeCalibrated(t *testing.T) {
	l, g := gauged(t)
	id := l.Study(studytest.Design(), true)
	page := l.Get(webtest.StudyPage(id))
	l.Wants(page, 200, "Calibrate version 1 takes about 3 min")
	if strings.Contains(webtest.Text(page.Page), "Calibrate the draft") {
		t.Error("the draft, whose networks are the same, is on offer too")
	}
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/calibrations", url.Values{"of": {"version"}}), webtest.StudyPage(id)+"#calibration")
	if g.asked.Study != id || g.asked.Of != "version 1" || g.asked.By != "ada" || len(g.of) != 2 || g.of[1].Name != "3G" {
		t.Errorf("asked for %+v of %v", g.asked, g.of)
	}
	l.Wants(l.Post(webtest.StudyPage(id)+"/calibrations", url.Values{"of": {"draft"}}), 409, "The study has changed since you looked at it.")

	d := studytest.Design()
	d.Networks = d.Networks[:1]
	l.Must(studytest.Redraft(t.Context(), l.Store, id, d))
	l.Wants(l.Get(webtest.StudyPage(id)), 200, "Calibrate the draft takes about 2 min")
	l.Post(webtest.StudyPage(id)+"/calibrations", url.Values{"of": {"draft"}})
	if g.asked.Of != "the draft" || len(g.of) != 1 {
		t.Errorf("asked for %+v of %v", g.asked, g.of)
	}
	g.refuse = study.Refuse(study.ErrConflict, "A participant is at a desktop.")
	l.Wants(l.Post(webtest.StudyPage(id)+"/calibrations", url.Values{"of": {"draft"}}), 409, "A participant is at a desktop.")
}

func TestNothingIsCalibratedWhereNothingPassesANetwork(t *testing.T) {
	l, _ := gauged(t)
	id := l.Study(studytest.OneTrial(), true)
	page := l.Get(webtest.StudyPage(id))
	l.Wants(page, 200, "Nothing in this study passes a network")
	if found := webtest.All(page.Page, "form", "action="+webtest.StudyPage(id)+"/calibrations"); len(found) != 0 {
		t.Errorf("there are %d forms that calibrate", len(found))
	}
}

func TestACalibrationThatRunsShowsHowFarItIs(t *testing.T) {
	l, g := gauged(t)
	id, other := l.Study(studytest.Design(), true), l.Study(studytest.Design(), true)
	g.runs, g.status = true, calibration.Status{ID: 7, Study: id, By: "eve", Progress: netembench.Progress{
		Network: 2, Networks: 5, Name: "3G", What: "goodput down", Share: 0.4, Left: 125 * time.Second,
	}}
	part := l.Get(webtest.StudyPage(id) + "/calibration")
	l.Wants(part, 200, "Network 2 of 5, 3G: goodput down about 3 min left")
	if bar := l.One(part.Page, "progress", ""); webtest.Attr(bar, "value") != "40" {
		t.Errorf("the bar is at %s", webtest.Attr(bar, "value"))
	}
	l.One(part.Page, "", "data-live")
	if strings.Contains(webtest.Text(part.Page), "Calibrate version") {
		t.Error("another can be begun")
	}
	l.Wants(l.Get(webtest.StudyPage(other)), 200, "The networks of another study are being calibrated")

	c := l.Calibrated(id, unchanged)
	l.WantsRedirect(l.Post(webtest.CalibrationPage(c)+"/stop", nil), webtest.CalibrationPage(c))
	if g.stopped != c.ID || g.by != "ada" {
		t.Errorf("stopped %d for %q", g.stopped, g.by)
	}
}

func TestAReportSetsWhatWasMeasuredBesideWhatWasSet(t *testing.T) {
	l, _ := gauged(t)
	id := l.Study(studytest.Design(), true)
	c := l.Calibrated(id, func(c *study.Calibration) {
		c.Findings[2].OK, c.Findings[2].Error = false, -3
		c.Machine.Others = 1.25
	})
	page := l.Get(webtest.CalibrationPage(c))
	for _, say := range []string{
		"Within their bars: 1 of 2 networks. Beyond: 3G.",
		"Other programs used 1.2 of this machine's 2 cores meanwhile.",
		"a CPU, 2 cores", "userspace, made by vmstudy v9", "Took 1 minute 30 seconds", "Begun 14 Mar 2026 12:00:00 UTC by ada",
		"round trip 120 ms 120.2 ms 120.5 ms +0.25 ms ± 1.2 ms within what is set, and the time to send",
		"round trip 120 ms 120.2 ms 120.5 ms −3 ms ± 1.2 ms beyond",
		"goodput down (kernel) 7.2 Mbps 5.432 Mbps for the record unknown: TCP slows down",
		"3G: when its phases begin (it would take too long)",
	} {
		l.Wants(page, 200, say)
	}
	if drawn := webtest.All(page.Page, "svg", ""); len(drawn) != 1 {
		t.Errorf("%d figures, want that of the round trips", len(drawn))
	}
	for _, path := range []string{webtest.StudyPage(l.Study(studytest.Design(), false)) + fmt.Sprintf("/calibrations/%d", c.ID), webtest.StudyPage(id) + "/calibrations/99"} {
		l.Wants(l.Get(path), 404, "There is nothing at this address.")
	}
}

func TestAReportIsABenchAsJSON(t *testing.T) {
	l, _ := gauged(t)
	c := l.Calibrated(l.Study(studytest.Design(), true), unchanged)
	a := l.Get(webtest.CalibrationPage(c) + "/report.json")
	var r bench.Report
	if err := json.Unmarshal([]byte(a.Body), &r); err != nil || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s", err, a.Body)
	}
	if r.Bench != "calibrate" || r.Version != "v9" || r.Seconds != 90 || r.Machine.CPU != "a CPU" || len(r.Rows) != 6 || len(r.Skipped) != 1 {
		t.Errorf("%+v", r)
	}
	var doc struct {
		Study    struct{ Title string }
		State    string
		Verdict  string
		Findings []struct{ How string }
		Networks []struct{ Says string }
	}
	l.Must(json.Unmarshal([]byte(a.Body), &doc))
	if doc.Study.Title != studytest.Design().Name() || doc.State != "finished" || doc.Verdict != "All 2 networks are within their bars." ||
		len(doc.Findings) != 4 || doc.Findings[0].How == "" || doc.Networks[0].Says != "nothing added" {
		t.Errorf("%+v", doc)
	}
}
