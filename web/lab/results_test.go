package lab_test

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vmstudy/analysis"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// recorded stores a study in which two participants and a pilot have done two of its three
// conditions. The pilot's machine was emulated.
func recorded(l *webtest.Lab) study.StudyID {
	l.T.Helper()
	st := l.Study(webtest.Compared(), true)
	l.TakePart(st, false, map[string]webtest.Done{
		"vnc/3G/look":     {Outcome: study.Completed, Seconds: 20, Rating: 2, Responses: []int{400, 600, 0}},
		"local/none/look": {Outcome: study.Completed, Seconds: 10, Rating: 7, Responses: []int{50, 100, 200}},
	})
	l.TakePart(st, false, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.TimeUp, Seconds: 60, Rating: 5, Responses: []int{500}}})
	l.TakePart(st, true, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.GaveUp, Seconds: 5, Rating: 1, Responses: []int{9000}, TCG: true}})
	return st
}

func resultsPath(id study.StudyID) string { return webtest.StudyPage(id) + "/results" }

// tableRows returns the cells of the body of the table with the given id.
func tableRows(l *webtest.Lab, page *html.Node, id string) [][]string {
	l.T.Helper()
	var table [][]string
	for _, tr := range webtest.All(l.One(l.One(page, "table", "id="+id), "tbody", ""), "tr", "") {
		var row []string
		for cell := range tr.ChildNodes() {
			if cell.Type == html.ElementNode {
				row = append(row, webtest.Text(cell))
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
	l := webtest.NewLab(t)
	a := l.Get(resultsPath(recorded(l)))
	l.Wants(a, 200, "Exploratory.")
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
		if diff := cmp.Diff(rows, tableRows(l, a.Page, id)); diff != "" {
			t.Errorf("table %s (-want +got):\n%s", id, diff)
		}
	}
	for _, never := range []string{"NaN", "Inf", "undefined"} {
		if strings.Contains(a.Body, never) {
			t.Errorf("the page says %s", never)
		}
	}
}

// TestTheTrialsOfOnePersonAreOneValue expects the results of these lines of R:
//
//	t.test(c(mean(c(2, 4)), 5))$conf.int    # -8.71 16.71, of satisfaction; of annoyance, too
//	t.test(c(mean(c(20, 40)), 60))$conf.int # -145.6 235.6
func TestTheTrialsOfOnePersonAreOneValue(t *testing.T) {
	l := webtest.NewLab(t)
	d := webtest.Compared()
	d.Repetitions = 2
	id := l.Study(d, true)
	for i, done := range [][]webtest.Done{
		{{Outcome: study.Completed, Seconds: 20, Rating: 2}, {Outcome: study.Completed, Seconds: 40, Rating: 4}},
		{{Outcome: study.Completed, Seconds: 60, Rating: 5}},
	} {
		people, err := l.Store.AddParticipants(t.Context(), id, false, []string{fmt.Sprint("link ", i)}, l.Now)
		l.Must(err)
		visit, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
		l.Must(err)
		l.Must(l.Store.RecordConsent(t.Context(), visit, false, l.Now))
		x, err := l.Store.Session(t.Context(), visit)
		l.Must(err)
		for _, trial := range x.Trials {
			if trial.Condition.Code() == "vnc/3G/look" && len(done) > 0 {
				l.ConductTrial(visit, trial.ID, done[0])
				done = done[1:]
			}
		}
	}
	a := l.Get(resultsPath(id))
	l.Wants(a, 200, "n counts people")
	l.Wants(a, 200, "Bars count answers; n and the median are of people")
	for table, want := range map[string][]string{
		"ratings": {
			"vnc", "3G", "Look", "3", "2", "2", "4.0", "4.00", "-8.71 to 16.71", "2", "4.0", "4.00", "-8.71 to 16.71", "0", "–", "–", "–",
		},
		"tasks":           {"vnc", "3G", "Look", "3", "2", "3/3", "100.0", "–", "45.0", "45.0", "-145.6 to 235.6"},
		"responses-table": {"vnc", "3G", "Look", "3", "2", "0", "0", "–", "–", "–", "–"},
	} {
		if diff := cmp.Diff(want, tableRows(l, a.Page, table)[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
}

func TestATrialThatAnExperimenterEndedIsInNoTable(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtest.Compared(), true)
	l.TakePart(st, false, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.EndedByExperimenter, Seconds: 30, Rating: 2, Responses: []int{400}}})
	l.TakePart(st, false, map[string]webtest.Done{"local/none/look": {Outcome: study.Completed, Seconds: 10, Rating: 7}})
	page := l.Get(resultsPath(st)).Page
	for table, want := range map[string][]string{
		"ratings":         {"vnc", "3G", "Look", "0", "0", "–", "–", "–", "0", "–", "–", "–", "0", "–", "–", "–"},
		"tasks":           {"vnc", "3G", "Look", "0", "–", "–", "–", "–", "–", "–"},
		"responses-table": {"vnc", "3G", "Look", "0", "0", "0", "–", "–", "–", "–"},
	} {
		if diff := cmp.Diff(want, tableRows(l, page, table)[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
}

// TestAPageWithoutATrialHasNoTables: they would be five screens of dashes.
func TestAPageWithoutATrialHasNoTables(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtest.Compared(), true)
	a := l.Get(resultsPath(st))
	l.Wants(a, 200, "No trial counts yet.")
	for _, what := range []string{"table", "svg"} {
		if found := webtest.All(a.Page, what, ""); len(found) != 0 {
			t.Errorf("%d of %s about nothing", len(found), what)
		}
	}
	l.One(a.Page, "a", "href="+webtest.StudyPage(st)+"/download?version=1")
}

func TestEqualAnswersHaveNoInterval(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtest.Compared(), true)
	for range 4 {
		l.TakePart(st, false, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.Completed, Seconds: 20, Rating: 7}})
	}
	want := []string{"4", "7.0", "7.00", "–"} // R's t.test says of them: data are essentially constant
	if got := tableRows(l, l.Get(resultsPath(st)).Page, "ratings")[1][4:8]; !slices.Equal(got, want) {
		t.Errorf("satisfaction is %q, want %q", got, want)
	}
}

func TestInputsWithoutAnAnswerAreNotCrisp(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtest.Compared(), true)
	l.TakePart(st, false, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.Completed, Seconds: 20, Rating: 7, Responses: []int{50, 0, 0, 0, 0, 0, 0, 0, 0, 0}}})
	l.TakePart(st, false, map[string]webtest.Done{"local/none/look": {Outcome: study.Completed, Seconds: 20, Rating: 7, Responses: []int{0, 0}}})
	page := l.Get(resultsPath(st)).Page
	for row, want := range map[int][]string{1: {"10", "9", "50", "50", "10.0"}, 2: {"2", "2", "–", "–", "0.0"}} {
		if got := tableRows(l, page, "responses-table")[row][5:]; !slices.Equal(got, want) {
			t.Errorf("inputs, unanswered, median, percentile and share are %q, want %q", got, want)
		}
	}
	if !strings.Contains(webtest.Text(page), "the end of a drag") {
		t.Error("drags are counted, and the legend does not say so")
	}
}

func TestResultsSayWhatTheyAreAbout(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	a := l.Get(resultsPath(id))
	if got := webtest.Text(l.One(a.Page, "code", "id=hash")); got != st.Published.Hash {
		t.Errorf("the hash is %q, want %q", got, st.Published.Hash)
	}
	l.Wants(a, 200, "whether it is in the numbers of the page for all groups, without pilots")
	if got := webtest.Text(l.One(a.Page, "dl", "class=figures")); got != "Version 1 Sessions 2 Finished sessions 0 Trials that count 3" {
		t.Errorf("the head says %q", got)
	}
	if found := webtest.All(a.Page, "svg", "role=img"); len(found) != 5 {
		t.Errorf("%d figures, want those of satisfaction, annoyance, the first picture, response times and completion", len(found))
	}
	if found := webtest.All(a.Page, "", "id=elsewhere"); len(found) != 0 {
		t.Error("the page speaks of other versions, and there are none")
	}
}

func TestResultsLeaveOutWhoIsExcludedUntilThatIsTakenBack(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	before := webtest.Text(l.Get(resultsPath(id)).Page)
	sessions, err := l.Store.Sessions(t.Context(), id)
	l.Must(err)
	rule := func(state study.PlaceState) {
		for _, x := range sessions {
			if !x.Participant.Pilot {
				l.Must(l.Store.Rule(t.Context(), x.ID, study.Ruling{State: state, Why: "slept", By: l.Ada.ID, At: l.Now}))
			}
		}
	}
	rule(study.PlaceExcluded)
	a := l.Get(resultsPath(id))
	if got := webtest.Text(l.One(a.Page, "dl", "class=figures")); got != "Version 1 Sessions 0 Finished sessions 0 Trials that count 0" {
		t.Errorf("the head says %q, although everybody is excluded", got)
	}
	l.Wants(a, 200, "2 sessions of people who are excluded or have withdrawn are left out here.")
	if table := exported(l, id, "trials.csv"); len(table) < 4 {
		t.Errorf("the download has lost trials of excluded people: %v", table)
	}
	rule(study.PlaceActive)
	if after := webtest.Text(l.Get(resultsPath(id)).Page); after != before {
		t.Errorf("after they were put back the page says\n%s\nwant\n%s", after, before)
	}
}

// TestThePageAndTheFilesCountTheSame has one row for each reason that a trial of somebody who consented may have.
func TestThePageAndTheFilesCountTheSame(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	l.TakePart(id, false, map[string]webtest.Done{
		"vnc/3G/look":  {Outcome: study.EndedByExperimenter, Seconds: 3, Rating: 1},
		"vnc/LAN/look": {Outcome: study.GaveUp, Seconds: 5, Rating: 4},
	})
	sessions, err := l.Store.Sessions(t.Context(), id)
	l.Must(err)
	for _, x := range sessions {
		if x.Participant.Code != "P001" {
			continue
		}
		l.Must(l.Store.Rule(t.Context(), x.ID, study.Ruling{State: study.PlaceExcluded, Why: "slept", By: l.Ada.ID, At: l.Now}))
	}
	next := webtest.Compared()
	next.TrialLimit *= 2
	publishNext(l, id, next)
	l.TakePart(id, false, map[string]webtest.Done{"vnc/LAN/look": {Outcome: study.Completed, Seconds: 10, Rating: 5}})

	for query, version := range map[string]string{"?version=1&pilots=1": "1", "?version=2&pilots=1": "2"} {
		files, err := zipped(l.Get(webtest.StudyPage(id) + "/download" + query).Body)
		l.Must(err)
		trials, why := 0, map[string]bool{}
		for _, row := range files["trials.csv"] {
			if row["counts"] == "TRUE" {
				trials++
			}
			if (row["counts"] == "TRUE") != (row["why_not"] == "") {
				t.Errorf("%s: a row has counts %s and why_not %s", query, row["counts"], row["why_not"])
			}
			why[row["why_not"]] = true
		}
		head := webtest.Text(l.One(l.Get(resultsPath(id)+"?version="+version).Page, "dl", "class=figures"))
		if want := fmt.Sprintf("Trials that count %d", trials); !strings.HasSuffix(head, want) || trials == 0 {
			t.Errorf("the page says %q, and %d rows of trials.csv count", head, trials)
		}
		want := map[string]bool{"": true, "pilot": true, "other_version": true, "excluded": true, "ended_by_experimenter": true}
		if version == "2" { // whoever was excluded, and whose task was ended, took part in the other version
			delete(want, "excluded")
			delete(want, "ended_by_experimenter")
		}
		if diff := cmp.Diff(want, why); diff != "" {
			t.Errorf("%s: reasons (-want +got):\n%s", query, diff)
		}
	}
}

// zipped reads the CSV files of a ZIP: of each its rows, by the names of its columns.
func zipped(body string) (map[string][]map[string]string, error) {
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, err
	}
	files := map[string][]map[string]string{}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".csv") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		table, err := csv.NewReader(r).ReadAll()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		for _, cells := range table[1:] {
			row := map[string]string{}
			for i, name := range table[0] {
				row[name] = cells[i]
			}
			files[short(f.Name)] = append(files[short(f.Name)], row)
		}
	}
	return files, nil
}

// short returns the short name of a table, as in trials.csv.
func short(name string) string {
	return strings.Replace(strings.TrimPrefix(path.Base(name), "description-"), "_data.csv", ".csv", 1)
}

func TestPilotsCountOnlyIfAskedFor(t *testing.T) {
	l := webtest.NewLab(t)
	path := resultsPath(recorded(l))
	without := l.Get(path)
	l.Wants(without, 200, "Pilot participants are left out.")
	if found := webtest.All(without.Page, "", "id=emulated"); len(found) != 0 {
		t.Error("the page warns of emulation, which only the pilot met")
	}
	with := l.Get(webtest.Attr(l.One(l.One(without.Page, "p", "id=pilots"), "a", ""), "href"))
	l.Wants(with, 200, "Pilot participants are included .")
	l.Wants(with, 200, "1 of 4 trials ran on an emulated processor (tcg)")
	if got := tableRows(l, with.Page, "tasks")[1][4]; got != "1/3" {
		t.Errorf("completed %s with the pilot, want 1/3", got)
	}
	if back := webtest.Attr(l.One(l.One(with.Page, "p", "id=pilots"), "a", ""), "href"); back != path+"?version=1" {
		t.Errorf("the way back leads to %s, want %s", back, path)
	}
}

func TestAVersionThatOnlyAPilotHasSeenHidesNoResults(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	next := webtest.Compared()
	next.TrialLimit *= 2
	publishNext(l, id, next)
	l.TakePart(id, true, map[string]webtest.Done{"vnc/LAN/look": {Outcome: study.Completed, Seconds: 10, Rating: 5}})
	page := l.Get(resultsPath(id) + "?pilots=1")
	l.Wants(page, 200, "Version 2 (1 visit)")
	if got := webtest.Text(l.One(page.Page, "dl", "class=figures")); !strings.HasPrefix(got, "Version 1 Sessions 3") {
		t.Errorf("the page says %q", got)
	}
	files, err := zipped(l.Get(webtest.StudyPage(id) + "/download?pilots=1").Body)
	l.Must(err)
	for _, row := range files["participants.csv"] {
		if want := fmt.Sprint(row["is_pilot"] == "FALSE"); !strings.EqualFold(row["counts"], want) {
			t.Errorf("%s has counts %s, since %s", row["participant"], row["counts"], row["why_not"])
		}
	}
}

func TestResultsOfOtherVersionsAreLeftOutAndSaidSo(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	d := webtest.Compared()
	d.Title = study.Plain("Another look")
	l.Must(studytest.Redraft(t.Context(), l.Store, id, d))
	_, err := l.Store.Publish(t.Context(), id, l.Ada.ID, l.Now)
	l.Must(err)
	a := l.Get(resultsPath(id) + "?version=2")
	l.Wants(a, 200, "2 sessions of other versions are left out here")
	l.Wants(a, 200, "Trials that count 0")
	first := l.Get(resultsPath(id)) // nobody has taken part in the new version, so it hides nothing
	l.Wants(first, 200, "Version 1 (2 visits)")
	l.Wants(first, 200, "Trials that count 3")
}

func TestEveryVersionHasResultsAndThoseOfOtherWordingArePooledOnDemand(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(webtest.Compared(), true)
	one := map[string]webtest.Done{"vnc/LAN/look": {Outcome: study.Completed, Seconds: 10, Rating: 5}}
	l.TakePart(id, false, one)
	reworded := webtest.Compared()
	reworded.Consent = study.Plain("In other words.")
	publishNext(l, id, reworded)
	l.TakePart(id, false, one)
	l.TakePart(id, false, one)
	other := reworded
	other.TrialLimit *= 2
	publishNext(l, id, other)

	sessions := func(query string) string {
		t.Helper()
		return webtest.Text(l.One(l.Get(resultsPath(id)+query).Page, "dl", "class=figures"))
	}
	for query, want := range map[string]string{
		"":                  "Version 2 Sessions 2", // the newest in which somebody has taken part
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
	first := l.Get(resultsPath(id) + "?version=1")
	l.Wants(first, 200, "Version 2 differs from this one in wording only")
	pooled := l.Get(webtest.Attr(l.One(l.One(first.Page, "p", "id=pooled"), "a", ""), "href"))
	l.Wants(pooled, 200, "only their wording differs")
	l.Wants(l.Get(resultsPath(id)+"?version=4"), 404, "")
}

// publishNext publishes the next version of a study.
func publishNext(l *webtest.Lab, id study.StudyID, d study.Design) {
	l.T.Helper()
	l.Must(studytest.Redraft(l.T.Context(), l.Store, id, d))
	_, err := l.Store.Publish(l.T.Context(), id, 0, l.Now)
	l.Must(err)
}

func TestAStudyWithoutAVersionHasNoResults(t *testing.T) {
	l := webtest.NewLab(t)
	a := l.Get(resultsPath(l.Study(webtest.Compared(), false)))
	l.Wants(a, 200, "There are no results, because nothing has been published yet.")
	if found := webtest.All(a.Page, "table", ""); len(found) != 0 {
		t.Errorf("%d tables of nothing", len(found))
	}
}

func TestResultsAreReachedFromTheStudy(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	l.One(l.Get(webtest.StudyPage(id)).Page, "a", "href="+resultsPath(id))
	page := l.Get(resultsPath(id)).Page
	for _, path := range []string{"/download?version=1", "/download?version=1&pilots=1"} {
		l.One(page, "a", "href="+webtest.StudyPage(id)+path)
	}
	if !strings.Contains(webtest.Text(page), fmt.Sprintf("studyctl export %d", id)) {
		t.Error("the page does not name the command")
	}
}

func TestDownloadIsAZIPOfEverything(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	tests := map[string]struct {
		query  string
		people int
	}{
		"without pilots": {"", 2},
		"with pilots":    {"?pilots=1", 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := l.Get(webtest.StudyPage(id) + "/download" + tt.query)
			wantName := fmt.Sprintf(`attachment; filename="study-%d-2026-03-14.zip"`, id)
			if got := a.Header.Get("Content-Disposition"); got != wantName {
				t.Errorf("Content-Disposition is %s, want %s", got, wantName)
			}
			if got := a.Header.Get("Content-Type"); got != "application/zip" {
				t.Errorf("Content-Type is %q", got)
			}
			z, err := zip.NewReader(strings.NewReader(a.Body), int64(len(a.Body)))
			l.Must(err)
			for _, name := range []string{"participants", "interactions", "analysis", "recordings"} {
				if _, err := z.Open(analysis.DataFile(name)); err != nil {
					t.Error(err)
				}
			}
			f, err := z.Open(analysis.DataFile("participants"))
			l.Must(err)
			csv, err := io.ReadAll(f)
			l.Must(err)
			if got := strings.Count(string(csv), "\n") - 1; got != tt.people {
				t.Errorf("%d participants, want %d:\n%s", got, tt.people, csv)
			}
		})
	}
}

// breaking writes some bytes and then fails.
type breaking struct {
	lab.Results
	after int
}

var errBroken = errors.New("the disk is gone")

func (b breaking) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	_, err := w.Write(make([]byte, b.after))
	return errors.Join(err, errBroken)
}

func TestADownloadThatBreaksDoesNotLookWhole(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(webtest.Compared(), true)
	l.Serve(func(c *web.Config) { c.Results = breaking{c.Results, 1 << 20} })
	server := httptest.NewServer(l.Handler)
	t.Cleanup(server.Close)

	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+webtest.StudyPage(id)+"/download", nil)
	l.Must(err)
	r.AddCookie(l.Login)
	res, err := server.Client().Do(r)
	l.Must(err)
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after %d bytes the client sees %v, want an unexpected end", n, err)
	}
	server.Close() // after that nobody writes to the log
	if !strings.Contains(l.Log.String(), errBroken.Error()) {
		t.Errorf("the log does not say why: %s", l.Log.String())
	}
}

func TestADownloadThatCannotBeginIsAnErrorPage(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(webtest.Compared(), true)
	l.Serve(func(c *web.Config) { c.Results = breaking{Results: c.Results} })
	a := l.Get(webtest.StudyPage(id) + "/download")
	l.Wants(a, 500, "")
	if got := a.Header.Get("Content-Disposition"); got != "" || strings.Contains(a.Body, errBroken.Error()) {
		t.Errorf("disposition %q, page %s", got, webtest.Text(a.Page))
	}
	l.Wants(l.Get(webtest.StudyPage(99)+"/download"), 404, "There is nothing at this address.")
}

// held is an export that begins and then waits until the test lets it end.
type held struct {
	lab.Results
	began, end chan struct{}
}

func (h held) Export(_ context.Context, _ analysis.Filter, w io.Writer) error {
	h.began <- struct{}{}
	<-h.end
	_, err := w.Write([]byte("all"))
	return err
}

func TestOnlySoManyExportsAreSentAtOnce(t *testing.T) {
	l := webtest.NewLab(t)
	path := webtest.StudyPage(l.Study(studytest.Design(), true)) + "/download"
	export := held{began: make(chan struct{}), end: make(chan struct{})}
	l.Serve(func(c *web.Config) { export.Results = c.Results; c.Results = export })
	answers := make(chan webtest.Answer)
	ask := func() {
		go func() { answers <- l.Get(path) }()
		<-export.began
	}
	for range lab.MostDownloads {
		ask()
	}
	l.Wants(l.Get(path), 409, "4 downloads are under way already")
	l.Wants(l.Get("/lab/audit.csv"), 409, "4 downloads are under way already")
	export.end <- struct{}{}
	l.Wants(<-answers, 200, "all")
	ask()
	l.Wants(l.Get(path), 409, "4 downloads are under way already")
	for range lab.MostDownloads {
		export.end <- struct{}{}
		l.Wants(<-answers, 200, "all")
	}
	for range lab.MostDownloads + 1 { // each gives its place back
		l.Wants(l.Get("/lab/audit.csv"), 200, "")
	}
}

func TestResultsAreNotOpenToStrangers(t *testing.T) {
	l := webtest.NewLab(t)
	id := recorded(l)
	l.Login = nil
	for _, path := range []string{"/results", "/download", "/download?pilots=1"} {
		a := l.Get(webtest.StudyPage(id) + path)
		if a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/signin?to=") {
			t.Errorf("%s: status %d to %q, want 303 to /signin", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
}
