package web

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// findings is a Results on a source.
type findings struct{ src analysis.Source }

func (f findings) Find(ctx context.Context, chosen analysis.Filter, v study.Version) (analysis.Results, error) {
	return analysis.Find(ctx, f.src, chosen, v, questionnaire.Named())
}

func (f findings) Export(ctx context.Context, chosen analysis.Filter, w io.Writer) error {
	return analysis.Export(ctx, f.src, chosen, questionnaire.Named(), w)
}

// compared returns a design with three conditions: vnc/LAN/look, vnc/3G/look and local/none/look.
func compared() study.Design {
	d := studytest.OneTrial()
	d.Methods = []study.AccessMethod{study.VNC, study.Local}
	d.Networks = studytest.Design().Networks
	d.Instruments = []string{"satisfaction", "annoyance", "tlx", "remarks"}
	return d
}

// A done says what happened in one trial.
type done struct {
	outcome   study.Outcome
	seconds   int // on task
	rating    int // of satisfaction; annoyance is 8 minus it
	responses []int
	tcg       bool
}

// takePart lets a new participant do the trials of the named conditions only.
func (l *lab) takePart(st study.StudyID, pilot bool, trials map[string]done) {
	l.t.Helper()
	ctx := l.t.Context()
	people, err := l.store.AddParticipants(ctx, st, pilot, []string{fmt.Sprint(st, pilot, len(trials), l.now.UnixNano())}, l.now)
	l.must(err)
	l.now = l.now.Add(time.Minute)
	id, err := l.store.StartSession(ctx, people[0].ID, l.now)
	l.must(err)
	l.must(l.store.RecordConsent(ctx, id, false, l.now))
	x, err := l.store.Session(ctx, id)
	l.must(err)
	for _, t := range x.Trials {
		if what, ok := trials[t.Condition.Code()]; ok {
			l.conductTrial(id, t.ID, what)
		}
	}
}

func (l *lab) conductTrial(visit study.SessionID, trial study.TrialID, what done) {
	l.t.Helper()
	ctx := l.t.Context()
	a, err := l.store.OpenAttempt(ctx, study.Attempt{Trial: trial, State: study.Preparing, AskedAt: l.now})
	l.must(err)
	a.State, a.StartedAt, a.Desktop.Accelerator = study.Running, l.now, "kvm"
	if what.tcg {
		a.Desktop.Accelerator = "tcg"
	}
	l.must(l.store.RecordAttempt(ctx, a, l.now, 0))
	var rows []study.Interaction
	for i, ms := range what.responses {
		rows = append(rows, study.Interaction{Number: int64(i + 1), Kind: study.Key, At: l.now, Drawn: time.Duration(ms) * time.Millisecond})
	}
	l.must(l.store.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, rows)))
	a.State, a.Outcome, a.EndedAt = study.Finished, what.outcome, l.now.Add(time.Duration(what.seconds)*time.Second)
	l.must(l.store.RecordAttempt(ctx, a, l.now, 0))
	for instrument, value := range map[string]int{"satisfaction": what.rating, "annoyance": 8 - what.rating} {
		l.must(l.store.RecordRating(ctx, visit, trial, study.Rating{
			Instrument: instrument, At: l.now, Answers: []study.Answer{{Item: instrument, Value: fmt.Sprint(value)}},
		}))
	}
}

// recorded stores a study in which two participants and a pilot have done two of its three
// conditions. The pilot's machine was emulated.
func (l *lab) recorded() study.StudyID {
	l.t.Helper()
	st := l.study(compared(), true)
	l.takePart(st, false, map[string]done{
		"vnc/3G/look":     {study.Completed, 20, 2, []int{400, 600, 0}, false},
		"local/none/look": {study.Completed, 10, 7, []int{50, 100, 200}, false},
	})
	l.takePart(st, false, map[string]done{"vnc/3G/look": {study.TimeUp, 60, 5, []int{500}, false}})
	l.takePart(st, true, map[string]done{"vnc/3G/look": {study.GaveUp, 5, 1, []int{9000}, true}})
	return st
}

func resultsPath(id study.StudyID) string { return studyPath(id) + "/results" }

// rows returns the cells of the body of the table with the given id.
func (l *lab) rows(page *html.Node, id string) [][]string {
	l.t.Helper()
	var table [][]string
	for _, tr := range all(l.one(l.one(page, "table", "id="+id), "tbody", ""), "tr", "") {
		var row []string
		for cell := range tr.ChildNodes() {
			if cell.Type == html.ElementNode {
				row = append(row, text(cell))
			}
		}
		table = append(table, row)
	}
	return table
}

// TestResultsAreThoseOfWhatWasRecorded expects the results of these lines of R:
//
//	t.test(c(2, 5))$conf.int                  # -15.56  22.56
//	t.test(c(20, 60))$conf.int                # -214.1 294.1
//	prop.test(1, 2, correct = FALSE)$conf.int # 0.0945 0.9055
//	prop.test(1, 1, correct = FALSE)$conf.int # 0.2065 1
//	quantile(c(400, 500, 600), 0.95)          # 590
//	quantile(c(50, 100, 200), 0.95)           # 190
func TestResultsAreThoseOfWhatWasRecorded(t *testing.T) {
	l := newLab(t)
	a := l.get(resultsPath(l.recorded()))
	l.wants(a, 200, "Exploratory.")
	want := map[string][][]string{
		"ratings": {
			{"vnc", "LAN", "Look", "0", "0", "–", "–", "–", "0", "–", "–", "–", "0", "–", "–", "–"},
			{
				"vnc", "3G", "Look", "2", "2", "3.5", "3.50", "-15.56 to 22.56", "2", "4.5", "4.50", "-14.56 to 23.56",
				"0", "–", "–", "–",
			},
			{"local", "none", "Look", "1", "1", "7.0", "7.00", "–", "1", "1.0", "1.00", "–", "0", "–", "–", "–"},
		},
		"tasks": {
			{"vnc", "LAN", "Look", "0", "–", "–", "–", "–", "–", "–"},
			{"vnc", "3G", "Look", "2", "1/2", "50.0", "9.5 to 90.5", "40.0", "40.0", "-214.1 to 294.1"},
			{"local", "none", "Look", "1", "1/1", "100.0", "20.7 to 100.0", "10.0", "10.0", "–"},
		},
		"responses-table": {
			{"vnc", "LAN", "Look", "0", "0", "0", "–", "–", "–", "–"},
			{"vnc", "3G", "Look", "2", "2", "4", "1", "500", "590", "0.0"},
			{"local", "none", "Look", "1", "1", "3", "0", "100", "190", "66.7"},
		},
	}
	for id, rows := range want {
		if diff := cmp.Diff(rows, l.rows(a.page, id)); diff != "" {
			t.Errorf("table %s (-want +got):\n%s", id, diff)
		}
	}
	for _, never := range []string{"NaN", "Inf", "undefined"} {
		if strings.Contains(a.body, never) {
			t.Errorf("the page says %s", never)
		}
	}
}

func TestATrialThatAnExperimenterEndedIsInNoTable(t *testing.T) {
	l := newLab(t)
	st := l.study(compared(), true)
	l.takePart(st, false, map[string]done{"vnc/3G/look": {study.EndedByExperimenter, 30, 2, []int{400}, false}})
	page := l.get(resultsPath(st)).page
	for table, want := range map[string][]string{
		"ratings":         {"vnc", "3G", "Look", "0", "0", "–", "–", "–", "0", "–", "–", "–", "0", "–", "–", "–"},
		"tasks":           {"vnc", "3G", "Look", "0", "–", "–", "–", "–", "–", "–"},
		"responses-table": {"vnc", "3G", "Look", "0", "0", "0", "–", "–", "–", "–"},
	} {
		if diff := cmp.Diff(want, l.rows(page, table)[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
}

func TestResultsSayWhatTheyAreAbout(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	st, err := l.store.Study(t.Context(), id)
	l.must(err)
	a := l.get(resultsPath(id))
	if got := text(l.one(a.page, "code", "id=hash")); got != st.Published.Hash {
		t.Errorf("the hash is %q, want %q", got, st.Published.Hash)
	}
	if got := text(l.one(a.page, "dl", "class=figures")); got != "Version 1 Sessions 2 Finished sessions 0 Trials that count 3" {
		t.Errorf("the head says %q", got)
	}
	if found := all(a.page, "svg", "role=img"); len(found) != 3 {
		t.Errorf("%d figures, want those of satisfaction, annoyance and response times", len(found))
	}
	if found := all(a.page, "", "id=elsewhere"); len(found) != 0 {
		t.Error("the page speaks of other versions, and there are none")
	}
}

func TestResultsLeaveOutWhoIsExcludedUntilThatIsTakenBack(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	before := text(l.get(resultsPath(id)).page)
	sessions, err := l.store.Sessions(t.Context(), id)
	l.must(err)
	rule := func(state study.PlaceState) {
		for _, x := range sessions {
			if !x.Participant.Pilot {
				l.must(l.store.Rule(t.Context(), x.ID, study.Ruling{State: state, Why: "slept", By: l.ada.ID, At: l.now}))
			}
		}
	}
	rule(study.PlaceExcluded)
	a := l.get(resultsPath(id))
	if got := text(l.one(a.page, "dl", "class=figures")); got != "Version 1 Sessions 0 Finished sessions 0 Trials that count 0" {
		t.Errorf("the head says %q, although everybody is excluded", got)
	}
	l.wants(a, 200, "2 sessions of people who are excluded or have withdrawn are left out here.")
	if table := l.exported(id, "trials.csv"); len(table) < 4 {
		t.Errorf("the download has lost trials of excluded people: %v", table)
	}
	rule(study.PlaceActive)
	if after := text(l.get(resultsPath(id)).page); after != before {
		t.Errorf("after they were put back the page says\n%s\nwant\n%s", after, before)
	}
}

func TestPilotsCountOnlyIfAskedFor(t *testing.T) {
	l := newLab(t)
	path := resultsPath(l.recorded())
	without := l.get(path)
	l.wants(without, 200, "Pilot participants are left out.")
	if found := all(without.page, "", "id=emulated"); len(found) != 0 {
		t.Error("the page warns of emulation, which only the pilot met")
	}
	with := l.get(attr(l.one(l.one(without.page, "p", "id=pilots"), "a", ""), "href"))
	l.wants(with, 200, "Pilot participants are included .")
	l.wants(with, 200, "1 of 4 trials ran on an emulated processor (tcg)")
	if got := l.rows(with.page, "tasks")[1][4]; got != "1/3" {
		t.Errorf("completed %s with the pilot, want 1/3", got)
	}
	if back := attr(l.one(l.one(with.page, "p", "id=pilots"), "a", ""), "href"); back != path+"?version=1" {
		t.Errorf("the way back leads to %s, want %s", back, path)
	}
}

func TestResultsOfOtherVersionsAreLeftOutAndSaidSo(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	d := compared()
	d.Title = study.Plain("Another look")
	l.must(l.store.SaveDraft(t.Context(), id, d))
	_, err := l.store.Publish(t.Context(), id, l.ada.ID, l.now)
	l.must(err)
	a := l.get(resultsPath(id))
	l.wants(a, 200, "2 sessions of other versions are left out here")
	for _, row := range l.rows(a.page, "tasks") {
		if row[3] != "0" {
			t.Errorf("%v counts trials of the version before", row)
		}
	}
}

func TestEveryVersionHasResultsAndThoseOfOtherWordingArePooledOnDemand(t *testing.T) {
	l := newLab(t)
	id := l.study(compared(), true)
	one := map[string]done{"vnc/LAN/look": {outcome: study.Completed, seconds: 10, rating: 5}}
	l.takePart(id, false, one)
	reworded := compared()
	reworded.Consent = study.Plain("In other words.")
	l.publishNext(id, reworded)
	l.takePart(id, false, one)
	l.takePart(id, false, one)
	other := reworded
	other.TrialLimit *= 2
	l.publishNext(id, other)

	sessions := func(query string) string {
		t.Helper()
		return text(l.one(l.get(resultsPath(id)+query).page, "dl", "class=figures"))
	}
	for query, want := range map[string]string{
		"":                  "Version 3 Sessions 0",
		"?version=2":        "Version 2 Sessions 2",
		"?version=1":        "Version 1 Sessions 1",
		"?version=1&pool=1": "Version 1 Sessions 3",
		"?version=2&pool=1": "Version 2 Sessions 3",
		"?version=3&pool=1": "Version 3 Sessions 0", // another study: there is nothing to pool
	} {
		if got := sessions(query); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	first := l.get(resultsPath(id) + "?version=1")
	l.wants(first, 200, "version 2 differs from this one in wording only")
	pooled := l.get(attr(l.one(l.one(first.page, "p", "id=pooled"), "a", ""), "href"))
	l.wants(pooled, 200, "only their wording differs")
	l.wants(l.get(resultsPath(id)+"?version=4"), 404, "")
}

// publishNext publishes the next version of a study.
func (l *lab) publishNext(id study.StudyID, d study.Design) {
	l.t.Helper()
	l.must(l.store.SaveDraft(l.t.Context(), id, d))
	_, err := l.store.Publish(l.t.Context(), id, 0, l.now)
	l.must(err)
}

func TestAStudyWithoutAVersionHasNoResults(t *testing.T) {
	l := newLab(t)
	a := l.get(resultsPath(l.study(compared(), false)))
	l.wants(a, 200, "There are no results, because nothing has been published yet.")
	if found := all(a.page, "table", ""); len(found) != 0 {
		t.Errorf("%d tables of nothing", len(found))
	}
}

func TestResultsAreReachedFromTheStudy(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	l.one(l.get(studyPath(id)).page, "a", "href="+resultsPath(id))
	page := l.get(resultsPath(id)).page
	for _, path := range []string{"/download", "/download?pilots=1"} {
		l.one(page, "a", "href="+studyPath(id)+path)
	}
	if !strings.Contains(text(page), fmt.Sprintf("studyctl export %d", id)) {
		t.Error("the page does not name the command")
	}
}

func TestDownloadIsAZIPOfEverything(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	tests := map[string]struct {
		query  string
		people int
	}{
		"without pilots": {"", 2},
		"with pilots":    {"?pilots=1", 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := l.get(studyPath(id) + "/download" + tt.query)
			wantName := fmt.Sprintf(`attachment; filename="study-%d-2026-03-14.zip"`, id)
			if got := a.Header.Get("Content-Disposition"); got != wantName {
				t.Errorf("Content-Disposition is %s, want %s", got, wantName)
			}
			if got := a.Header.Get("Content-Type"); got != "application/zip" {
				t.Errorf("Content-Type is %q", got)
			}
			z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
			l.must(err)
			var names []string
			for _, f := range z.File {
				names = append(names, f.Name)
			}
			want := []string{"participants.csv", "sessions.csv", "trials.csv", "responses.csv", "scores.csv", "interactions.csv", "events.csv", "batches.csv", "pages.csv", "network.csv", "recordings.csv", "codebook.csv"}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			f, err := z.Open("participants.csv")
			l.must(err)
			csv, err := io.ReadAll(f)
			l.must(err)
			if got := strings.Count(string(csv), "\n") - 1; got != tt.people {
				t.Errorf("%d participants, want %d:\n%s", got, tt.people, csv)
			}
		})
	}
}

// breaking writes some bytes and then fails.
type breaking struct {
	Results
	after int
}

var errBroken = errors.New("the disk is gone")

func (b breaking) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	_, err := w.Write(make([]byte, b.after))
	return errors.Join(err, errBroken)
}

func TestADownloadThatBreaksDoesNotLookWhole(t *testing.T) {
	l := newLab(t)
	id := l.study(compared(), true)
	l.server.results = breaking{after: 1 << 20}
	server := httptest.NewServer(l.handler)
	t.Cleanup(server.Close)

	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+studyPath(id)+"/download", nil)
	l.must(err)
	r.AddCookie(l.login)
	res, err := server.Client().Do(r)
	l.must(err)
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after %d bytes the client sees %v, want an unexpected end", n, err)
	}
	server.Close() // after that nobody writes to the log
	if !strings.Contains(l.log.String(), errBroken.Error()) {
		t.Errorf("the log does not say why: %s", l.log.String())
	}
}

func TestADownloadThatCannotBeginIsAnErrorPage(t *testing.T) {
	l := newLab(t)
	id := l.study(compared(), true)
	l.server.results = breaking{}
	a := l.get(studyPath(id) + "/download")
	l.wants(a, 500, "")
	if got := a.Header.Get("Content-Disposition"); got != "" || strings.Contains(a.body, errBroken.Error()) {
		t.Errorf("disposition %q, page %s", got, text(a.page))
	}
	l.wants(l.get(studyPath(99)+"/download"), 404, "There is nothing at this address.")
}

func TestResultsAreNotOpenToStrangers(t *testing.T) {
	l := newLab(t)
	id := l.recorded()
	l.login = nil
	for _, path := range []string{"/results", "/download", "/download?pilots=1"} {
		a := l.get(studyPath(id) + path)
		if a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/signin?to=") {
			t.Errorf("%s: status %d to %q, want 303 to /signin", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
}
