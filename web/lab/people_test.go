package lab_test

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestParticipantsAreAddedWithLinksOfTheirOwn(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	path := webtest.StudyPage(id) + "/participants"
	links := shownLinks(l, l.Post(path, url.Values{"number": {" 3 "}}))
	maps.Copy(links, shownLinks(l, l.Post(path, url.Values{"number": {"2"}, "pilot": {"yes"}})))

	people, err := l.Store.Participants(t.Context(), id)
	l.Must(err)
	a := l.Get(path)
	secrets := map[string]bool{}
	for _, p := range people {
		secret := strings.TrimPrefix(links[p.Code], "http://example.com/p/")
		secrets[secret] = true
		if found, err := l.Store.ParticipantByLink(t.Context(), secret); err != nil || found.ID != p.ID {
			t.Errorf("%s: the link shown, %s, leads to %s (%v)", p.Code, links[p.Code], found.Code, err)
		}
		if len(secret) < 26 { // characters of base 32 have five bits each
			t.Errorf("%s: the link %s holds less than 128 bits", p.Code, secret)
		}
		if strings.Contains(a.Body, secret) {
			t.Errorf("%s: their link is shown a second time", p.Code)
		}
	}
	if len(people) != 5 || len(secrets) != 5 {
		t.Errorf("%d participants with %d links, want 5 and 5", len(people), len(secrets))
	}
	if pilots := strings.Count(webtest.Text(l.One(a.Page, "tbody", "")), "pilot"); pilots != 2 {
		t.Errorf("%d are marked as pilots, want 2", pilots)
	}
}

func TestAnImpossibleNumberOfParticipantsIsRefused(t *testing.T) {
	l := webtest.NewLab(t)
	path := webtest.StudyPage(l.Study(studytest.Design(), true)) + "/participants"
	for _, number := range []string{"", "0", "-1", "201", "1e2", "many", "99999999999999999999"} {
		a := l.Post(path, url.Values{"number": {number}, "pilot": {"yes"}})
		l.Wants(a, 422, "Add from 1 to 200 participants at once.")
		l.One(a.Page, "input", "checked") // the choice of pilots is kept
		if got := webtest.Attr(l.One(a.Page, "input", "id=number"), "value"); got != number {
			t.Errorf("what was typed, %q, became %q", number, got)
		}
	}
}

func TestTheListOfStudiesCountsWithoutPilots(t *testing.T) {
	l := webtest.NewLab(t)
	id, visit := l.Visit()
	pilots, err := l.Store.AddParticipants(t.Context(), id, true, []string{"pilot"}, l.Now)
	l.Must(err)
	_, err = l.Store.StartSession(t.Context(), pilots[0].ID, l.Now)
	l.Must(err)
	want := "version 1 editor 2 1 1 0"
	if row := webtest.Text(l.One(l.Get("/lab").Page, "tbody", "")); !strings.Contains(row, want) {
		t.Errorf("row %q, want %q: participants, pilots, in progress, finished", row, want)
	}
	_ = visit
}

// attempt conducts an attempt at a trial of the session, up to the given state.
func attempt(l *webtest.Lab, id study.SessionID, trial int, a study.Attempt) {
	l.T.Helper()
	visit, err := l.Store.Session(l.T.Context(), id)
	l.Must(err)
	final := a
	a = study.Attempt{Trial: visit.Trials[trial].ID, State: study.Preparing, AskedAt: l.Now}
	a, err = l.Store.OpenAttempt(l.T.Context(), a)
	l.Must(err)
	final.ID, final.Trial, final.Number, final.AskedAt = a.ID, a.Trial, a.Number, a.AskedAt
	if final.State == study.Finished {
		running := final
		running.State, running.Outcome = study.Running, ""
		l.Must(l.Store.RecordAttempt(l.T.Context(), running, l.Now, 0))
	}
	l.Must(l.Store.RecordAttempt(l.T.Context(), final, l.Now, 0))
}

func TestASessionShowsWhatWasMeasuredBesideWhatWasSet(t *testing.T) {
	l := webtest.NewLab(t)
	_, id := l.Visit()
	attempt(l, id, 1, study.Attempt{State: study.Failed, Cause: "the origin went away", EndedAt: l.Now})
	attempt(l, id, 1, study.Attempt{
		State: study.Finished, Outcome: study.TimeUp, StartedAt: l.Now.Add(2500 * time.Millisecond), EndedAt: l.Now.Add(62500 * time.Millisecond),
		Set:      study.Network{RTT: 120 * time.Millisecond},
		Measured: study.RoundTrips{Count: 20, Min: 120_100 * time.Microsecond, Median: 121 * time.Millisecond, P95: 133 * time.Millisecond},
		Link:     study.LinkReport{BytesDown: 1_250_000, BytesUp: 40_000, DropsDown: 3, DropsUp: 4, Way: study.KernelWay},
		Desktop:  study.DesktopReport{Accelerator: "tcg", BytesMoved: 9_990_000, Pages: 2439, Waited: 1500 * time.Millisecond},
	})
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	l.Must(l.Store.SaveBatch(t.Context(), studytest.BatchOf(x.Trials[1].Attempts[1].ID, 1, []study.Interaction{
		{Number: 1, Kind: study.Key, At: l.Now.Add(3 * time.Second), Drawn: 200 * time.Millisecond},
		{Number: 2, Kind: study.Key, At: l.Now.Add(4 * time.Second), Drawn: 100 * time.Millisecond},
	})))
	a := l.Get(fmt.Sprintf("/lab/sessions/%d/trials", id))
	table := webtest.Text(l.One(a.Page, "table", "class=trials"))
	for _, want := range []string{
		"failed", "the origin went away", "again",
		"time up 2.5 4.1 60.0 120.0 120.1 121.0 133.0 1.25 0.04 7 kernel 9.99 2439 1.5 tcg, emulated",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q: %s", want, table)
		}
	}
	rows := webtest.All(l.One(a.Page, "table", "class=trials"), "tr", "")
	for i, row := range rows {
		if i == 1 {
			continue // the second row of the head only fills cells that the first one leaves
		}
		if got, want := columns(row), columns(rows[0]); got != want {
			t.Errorf("row %d has %d columns under a head of %d: %s", i, got, want, webtest.Text(row))
		}
	}
}

// columns returns how many columns the cells of a row span.
func columns(row *html.Node) (n int) {
	for cell := range row.ChildNodes() {
		if cell.Data == "td" || cell.Data == "th" {
			span, _ := strconv.Atoi(webtest.Attr(cell, "colspan"))
			n += max(1, span)
		}
	}
	return n
}

func TestASessionDrawsWhatItsNetworksWere(t *testing.T) {
	l := webtest.NewLab(t)
	_, id := l.Visit()
	set := study.Network{Down: 8 * study.Mbps, RTT: 120 * time.Millisecond}
	attempt(l, id, 1, study.Attempt{
		State: study.Finished, Outcome: study.TimeUp, StartedAt: l.Now.Add(time.Second), EndedAt: l.Now.Add(time.Minute),
		Set: set, Measured: study.RoundTrips{Count: 20, Min: 120 * time.Millisecond, Median: 130 * time.Millisecond, P95: 133 * time.Millisecond},
	})
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	l.Must(l.Store.RecordTraffic(t.Context(), x.Trials[1].Attempts[0].ID, []study.LinkSecond{
		{At: l.Now, Span: time.Second, Moved: study.LinkReport{BytesDown: 750_000, PacketsDown: 500, DropsDown: 9}, WaitDown: 70 * time.Millisecond},
		{At: l.Now.Add(time.Second), Span: time.Second},
	}))
	page := l.Get(fmt.Sprintf("/lab/sessions/%d", id))
	l.Wants(page, 200, "9.9 ms too long")
	l.Wants(page, 200, "Mbps of payload (dashed: what the set bandwidth carries), down: at most 5.79 of 7.72")
	l.Wants(page, 200, "packets dropped, down: at most 9")
}

func TestASessionShowsAnswersWithTheirQuestions(t *testing.T) {
	l := webtest.NewLab(t)
	_, id := l.Visit()
	about := study.Rating{Instrument: "about", At: l.Now, Answers: []study.Answer{{Item: "age_band", Value: "25_34"}}}
	l.Must(l.Store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepConsent}, l.Now))
	l.Must(l.Store.RecordRating(t.Context(), id, 0, about))
	l.Wants(l.Get(fmt.Sprintf("/lab/sessions/%d", id)), 200, "About you: Age 25 to 34")
}

func TestASessionIsFollowedUntilItEnds(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(studytest.OneTrial(), true)
	people, err := l.Store.AddParticipants(t.Context(), st, false, []string{"link"}, l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	path := fmt.Sprintf("/lab/sessions/%d", id)
	l.Wants(l.Get(path), 200, "The participant reads the consent .")

	l.Must(l.Store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepConsent}, l.Now))
	l.Conduct.Stands = session.Status{Attempt: 1, Progress: session.Progress{Stage: "Loading the desktop", Done: 12_300_000, Total: 45_000_000}}
	a := l.Get(path)
	l.Wants(a, 200, "Loading the desktop 12.30 of 45.00 MB")
	if area := l.One(a.Page, "div", "data-refresh"); webtest.Attr(area, "data-refresh") != path+"/trials" {
		t.Errorf("it is refreshed from %q", webtest.Attr(area, "data-refresh"))
	}
	l.One(a.Page, "div", "data-live")

	l.Conduct.Stands = session.Status{}
	attempt(l, id, 0, study.Attempt{State: study.Finished, Outcome: study.Completed, StartedAt: l.Now, EndedAt: l.Now})
	l.Must(l.Store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepEnd}, l.Now))
	a = l.Get(path)
	l.Wants(a, 200, "Ended 14 Mar 2026 12:00:00 UTC.")
	if len(webtest.All(a.Page, "div", "data-live")) != 0 {
		t.Error("a session that has ended is still followed")
	}
}
