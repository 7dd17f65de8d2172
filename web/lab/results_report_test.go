package lab_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis/model"
	"vmstudy/internal/reference"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A doer is somebody who does all trials of a study, as one is told.
type doer func(trial study.Trial) trialData

// trialData is what is recorded of a trial.
type trialData struct {
	outcome   study.Outcome
	first     time.Duration // from Start to the first picture
	took      time.Duration
	measured  study.RoundTrips
	desktop   study.DesktopReport
	answers   map[string]map[string]int // by instrument and question
	responses []study.Interaction
}

// take lets somebody do all trials of a study.
func take(l *webtest.Lab, id study.StudyID, do doer) study.SessionID {
	l.T.Helper()
	ctx := l.T.Context()
	l.Now = l.Now.Add(time.Minute)
	people, err := l.Store.AddParticipants(ctx, id, false, []string{fmt.Sprint("link ", l.Now.UnixNano())}, l.Now)
	l.Must(err)
	visit, err := l.Store.StartSession(ctx, people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(ctx, visit, false, l.Now))
	x, err := l.Store.Session(ctx, visit)
	l.Must(err)
	for _, t := range x.Trials {
		conduct(l, visit, t, do(t))
	}
	return visit
}

func conduct(l *webtest.Lab, visit study.SessionID, t study.Trial, what trialData) {
	l.T.Helper()
	ctx := l.T.Context()
	a, err := l.Store.OpenAttempt(ctx, study.Attempt{Trial: t.ID, State: study.Preparing, AskedAt: l.Now, Set: t.Condition.Network.Network})
	l.Must(err)
	a.Measured, a.Desktop = what.measured, what.desktop
	a.Desktop.Accelerator = "kvm"
	a.State, a.StartedAt = study.Running, l.Now.Add(what.first)
	l.Must(l.Store.RecordAttempt(ctx, a, l.Now, 0))
	l.Must(l.Store.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, what.responses)))
	a.State, a.Outcome, a.EndedAt = study.Finished, what.outcome, a.StartedAt.Add(what.took)
	l.Must(l.Store.RecordAttempt(ctx, a, l.Now, 0))
	for instrument, given := range what.answers {
		r := study.Rating{Instrument: instrument, At: l.Now}
		for item, value := range given {
			r.Answers = append(r.Answers, study.Answer{Item: item, Value: strconv.Itoa(value)})
		}
		l.Must(l.Store.RecordRating(ctx, visit, t.ID, r))
	}
}

// key is an input that was answered after a time.
func key(l *webtest.Lab, n int, drawn time.Duration) study.Interaction {
	return study.Interaction{Number: int64(n), Kind: study.Key, At: l.Now, Drawn: drawn}
}

// twoByTwo has a stream and vnc in two networks.
func twoByTwo() study.Design {
	d := studytest.OneTrial()
	d.Methods = study.PlainLevels(study.Stream, study.VNC)
	d.Networks = []study.NamedNetwork{{Name: "near", Network: study.Network{RTT: 20 * time.Millisecond}}, {Name: "far", Network: study.Network{RTT: 200 * time.Millisecond}}}
	d.Instruments = []string{"satisfaction"}
	return d
}

// referred stores the reference study: rating as satisfaction, completed as outcome, response_ms as one key of each trial.
func referred(l *webtest.Lab) study.StudyID { return referredIn(l, twoByTwo()) }

// referredIn publishes a design of stream and vnc in near and far, in which the people of the reference study take part.
func referredIn(l *webtest.Lab, d study.Design) study.StudyID {
	l.T.Helper()
	id := l.Study(d, true)
	values := map[string]map[string]reference.Row{}
	var people []string
	for _, r := range reference.Data(l.T) {
		if values[r.Participant] == nil {
			values[r.Participant], people = map[string]reference.Row{}, append(people, r.Participant)
		}
		values[r.Participant][r.Condition()] = r
	}
	for _, who := range people {
		take(l, id, func(t study.Trial) trialData {
			r := values[who][t.Condition.Access.Level()+"/"+t.Condition.Network.Name]
			done := trialData{outcome: study.GaveUp, first: time.Second, took: time.Minute}
			if r.Values["completed"] == 1 {
				done.outcome = study.Completed
			}
			done.answers = map[string]map[string]int{"satisfaction": {"satisfaction": int(r.Values["rating"])}}
			done.responses = []study.Interaction{key(l, 1, time.Duration(math.Round(r.Values["response_ms"]*1000))*time.Microsecond)}
			return done
		})
	}
	return id
}

// csvOf returns a file of the results: of each row its cells by their columns.
func csvOf(l *webtest.Lab, id study.StudyID, file string) []map[string]string {
	l.T.Helper()
	a := l.Get(resultsPath(id) + "/files/" + file)
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") {
		l.T.Fatalf("%s: status %d, type %q", file, a.StatusCode, a.Header.Get("Content-Type"))
	}
	records, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	l.Must(err)
	var rows []map[string]string
	for _, cells := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// wantRow fails unless the row of a condition and a level has such cells. Numbers may differ by rounding.
func wantRow(t *testing.T, rows []map[string]string, condition, level string, want map[string]string) {
	t.Helper()
	for _, row := range rows {
		if row["Condition"] != condition || row["Level"] != level {
			continue
		}
		for name, w := range want {
			got := row[name]
			x, err1 := strconv.ParseFloat(got, 64)
			y, err2 := strconv.ParseFloat(w, 64)
			if got != w && (err1 != nil || err2 != nil || math.Abs(x-y) > 1e-9*max(1, math.Abs(y))) {
				t.Errorf("%s, %s: %s is %q, want %q", condition, level, name, got, w)
			}
		}
		return
	}
	t.Errorf("no row of %s, %s in %v", condition, level, rows)
}

// TestDifferencesWithinPeopleAreThoseOfR expects what R says of the reference study, in internal/reference: its sections 1 and 3.
func TestDifferencesWithinPeopleAreThoseOfR(t *testing.T) {
	l := webtest.NewLab(t)
	id := referred(l)
	times := csvOf(l, id, "response-times.csv")
	wantRow(t, times, "near", "stream", map[string]string{
		"People": "12", "Median (ms)": "40.3", "Compared": "stream − vnc", "n": "12", "Difference (ms)": "-16.625", "Low": "-21.8", "High": "-11.4",
	})
	wantRow(t, times, "far", "stream", map[string]string{"Median (ms)": "56.75", "Difference (ms)": "-106.3", "Low": "-124.8", "High": "-93.75"})
	wantRow(t, times, "far", "vnc", map[string]string{"Median (ms)": "159", "Compared": ""})
	ratings := csvOf(l, id, "satisfaction.csv")
	for condition, counts := range map[string]string{"near stream": "0 1 2 1 3 3 2", "far stream": "0 0 3 6 2 0 1", "near vnc": "1 0 2 4 0 2 3", "far vnc": "4 3 1 3 1 0 0"} {
		where, level, _ := strings.Cut(condition, " ")
		want := map[string]string{"People": "12", "Answers": "12"}
		for i, n := range strings.Fields(counts) {
			want[strconv.Itoa(i+1)] = n
		}
		wantRow(t, ratings, where, level, want)
	}
}

// TestFilesOfTheResults asks for a figure of one group, for one that is not there, and before anything was published.
func TestFilesOfTheResults(t *testing.T) {
	l := webtest.NewLab(t)
	id := referred(l)
	if a := l.Get(resultsPath(id) + "/files/satisfaction.svg?version=1"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(a.Body, "<svg xmlns") {
		t.Errorf("status %d, type %q", a.StatusCode, a.Header.Get("Content-Type"))
	}
	for _, path := range []string{"satisfaction.pdf", "nothing.svg", "satisfaction", "satisfaction.svg?version=2", "satisfaction.svg?group=nobody"} {
		if a := l.Get(resultsPath(id) + "/files/" + path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, a.StatusCode)
		}
	}
	if a := l.Get(resultsPath(l.Study(twoByTwo(), false)) + "/files/satisfaction.svg"); a.StatusCode != http.StatusNotFound {
		t.Errorf("of a study that is not published: status %d, want 404", a.StatusCode)
	}
	page := l.Get(resultsPath(id) + "?pilots=1").Page
	l.One(page, "a", "href="+resultsPath(id)+"/files/satisfaction.csv?pilots=1&version=1")
}

// simulated stores a study that is made up: people mind a long round trip with vnc, and waiting for a stream to start.
// It has the first of six networks, so many of them.
func simulated(l *webtest.Lab, people, networks int) study.StudyID {
	l.T.Helper()
	d := studytest.OneTrial()
	d.Title = study.Plain("Streams and screens over six networks")
	d.Methods = study.PlainLevels(study.Stream, study.VNC, study.Local)
	d.Networks, d.Instruments = nil, []string{"satisfaction", "annoyance", "tlx"}
	a := model.Assumptions{
		People: people, Methods: [2]string{"vnc", "stream"}, Level: 4.6, Between: 0.8, Taste: 0.4, Within: 0.8, Scale: model.Scale{Low: 1, High: 7, Step: 1},
	}
	for _, mbps := range []study.Bitrate{2, 20} {
		for _, rtt := range []time.Duration{20, 100, 300} {
			name := fmt.Sprintf("%d Mbps %d ms", mbps, rtt)
			d.Networks = append(d.Networks, study.NamedNetwork{Name: name, Network: study.Network{Down: mbps * study.Mbps, Up: mbps * study.Mbps, RTT: rtt * time.Millisecond}})
			a.Cells = append(a.Cells, name)
			a.Difference = append(a.Difference, float64(rtt)/100-1.2+0.5*math.Log10(float64(mbps)))
		}
	}
	d.Networks, a.Cells, a.Difference = d.Networks[:networks], a.Cells[:networks], a.Difference[:networks]
	id := l.Study(d, true)
	rng := rand.New(rand.NewPCG(5, 6))
	liked := map[string]float64{}
	for _, r := range a.Rows(rng) {
		liked[r.Participant+" "+strings.Join(r.Levels, " ")] = r.Value
	}
	for i := range people {
		who := fmt.Sprintf("P%03d", i+1)
		take(l, id, func(t study.Trial) trialData {
			return made(l, t, liked[who+" "+t.Condition.Access.Level()+" "+t.Condition.Network.Name], rng)
		})
	}
	return id
}

// made makes up a trial that somebody liked so much; 0 is the baseline.
func made(l *webtest.Lab, t study.Trial, liked float64, rng *rand.Rand) trialData {
	rtt := t.Condition.Network.Network.RTT
	if liked == 0 {
		liked = float64(5 + rng.IntN(3))
	}
	load := map[string]int{}
	for i, name := range []string{"mental_demand", "physical_demand", "temporal_demand", "performance", "effort", "frustration"} {
		load[name] = min(100, max(0, 5*(int(7-liked)*2+rng.IntN(5)+i%3)))
	}
	x := trialData{
		outcome: study.Completed, first: 900 * time.Millisecond, took: time.Duration(20+rng.IntN(50))*time.Second + 100*rtt,
		answers: map[string]map[string]int{"satisfaction": {"satisfaction": int(liked)}, "annoyance": {"annoyance": min(7, max(1, 8-int(liked)+rng.IntN(2)))}, "tlx": load},
	}
	base := 45 * time.Millisecond
	switch t.Condition.Method {
	case study.VNC:
		base += rtt
	case study.Stream:
		x.first = time.Duration(5000+rng.IntN(3000))*time.Millisecond + 10*rtt
		x.desktop = study.DesktopReport{Ready: x.first - 300*time.Millisecond, Waited: 3 * rtt, Misses: int64(rng.IntN(60)), Pauses: int64(rng.IntN(4)), Paused: time.Second, BytesMoved: 24e6}
	}
	if t.Condition.Method.Networked() {
		off := time.Duration(rng.IntN(900)-300) * time.Microsecond
		x.measured = study.RoundTrips{Count: 20, Min: rtt, Median: rtt + off, P95: rtt + 2*time.Millisecond}
	}
	if liked < 3 && rng.IntN(2) == 0 {
		x.outcome, x.took = study.TimeUp, 3*time.Minute
	}
	for n := range 30 {
		in := key(l, n+1, base+time.Duration(rng.ExpFloat64()*float64(30*time.Millisecond)))
		in.Kind = []study.InputKind{study.Key, study.Key, study.Click, study.Drag, study.Wheel}[n%5]
		if n%11 == 0 {
			in.Drawn = 0
		}
		x.responses = append(x.responses, in)
	}
	return x
}

// TestEverybodyCanReadTheResults checks a page with all its sections and tables open, in each look.
func TestEverybodyCanReadTheResults(t *testing.T) {
	t.Parallel()
	axe := webtest.Axe(t)
	l := webtest.NewLab(t)
	ctx := l.Browse(resultsPath(simulated(l, 6, 2)))
	webtest.EachLook(t, ctx, "results", func(look webtest.PageLook) {
		l.Eventually(ctx, webtest.NoWider)
		rules, open := webtest.Contrast, look == webtest.PageLook{}
		if open { // colours are the same in all tables, and names and roles in all looks
			rules = webtest.EveryRule
			l.Act(ctx, `document.querySelectorAll("details").forEach((d) => { d.open = true; })`)
		}
		for _, v := range webtest.Violations(t, ctx, axe, rules) {
			t.Errorf("%s: %s", look, v)
		}
		if open {
			l.Act(ctx, `document.querySelectorAll("details").forEach((d) => { d.open = false; })`)
		}
	})
}

// TestCompletionIsComparedAsRSays expects McNemar's test of the reference study, and when half of the people were done.
func TestCompletionIsComparedAsRSays(t *testing.T) {
	l := webtest.NewLab(t)
	id := referred(l)
	said := reference.Said(t)
	rows := csvOf(l, id, "completed-pairs.csv")
	for _, row := range rows {
		p, err := strconv.ParseFloat(row["p (McNemar, exact)"], 64)
		l.Must(err)
		said.Check(t, fmt.Sprintf("mcnemar stream/%s vnc/%[1]s", row["Condition"]), p, 1e-11)
	}
	if len(rows) != 2 || rows[0]["n"] != "12" {
		t.Errorf("%v, want two rows of twelve people", rows)
	}
	wantRow(t, csvOf(l, id, "completion.csv"), "near", "stream", map[string]string{"People": "12", "Done": "10", "Cut off": "2", "Median (s)": "60"})
}

// TestWhichMethodSuitsWhichNetwork expects the difference of the pairs of a network, and says what is undecided.
func TestWhichMethodSuitsWhichNetwork(t *testing.T) {
	l := webtest.NewLab(t)
	id := referred(l)
	rows := csvOf(l, id, "suits-satisfaction-1-2.csv")
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %s ms %s n=%s %s [%s %s]", r["Network"], r["Round trip (ms)"], r["Bandwidth"], r["n"], r["Difference (points)"], r["Low"], r["High"]))
	}
	// In R, where x are the differences in a network of data.csv: w <- outer(x, x, "+")[upper.tri(diag(12), TRUE)] / 2; median(w); sort(w)[c(14, 65)]
	want := []string{"near 20 ms unlimited n=12 0.25 [-1 1.5]", "far 200 ms unlimited n=12 1.5 [0.5 3]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a := l.Get(resultsPath(id)); !strings.Contains(webtest.Text(a.Page), "undecided, n = 12") {
		t.Error("no cell says that it is undecided")
	}
}

// testTable returns the rows of a table of tests, each as text.
func testTable(l *webtest.Lab, id study.StudyID, outcome, table string) [][]string {
	l.T.Helper()
	a := l.Get(resultsPath(id) + "/tests/" + outcome)
	l.Wants(a, 200, "Exploratory")
	return tableRows(l, a.Page, "tests-"+outcome+"-"+table)
}

// TestTestsAreThoseOfR expects what R says of the reference study: sections 2, 3, 4 and 5 of its results.
func TestTestsAreThoseOfR(t *testing.T) {
	l := webtest.NewLab(t)
	id := referred(l)
	want := map[string][][]string{
		// n, zeros, ties, p (Pratt, exact), Holm over these two pairs, and p without the zeros
		"pairs": {
			{"near", "stream − vnc", "12", "3", "6", "", "0.680", "exact", "0.680", "0.645", "", "0.250", "−1.000", "1.500", ""},
			{"far", "stream − vnc", "12", "2", "6", "", "0.010", "exact", "0.020", "0.010", "", "1.500", "0.500", "3.000", ""},
		},
		"friedman": {{"12", "", "13.864", "3", "0.003", "", "0.385", "6.889", "3", "33", "<0.001", ""}},
		"art": {
			{"method", "5.400", "1", "33.0", "0.026", "4.523", "11", "0.057", "0.291", "", "0.054"},
			{"network", "16.492", "1", "33.0", "<0.001", "16.668", "11", "0.002", "0.602", "", "0.433"},
			{"method:network", "3.469", "1", "33.0", "0.071", "3.988", "11", "0.071", "0.266", "", "0.547"},
		},
	}
	for table, rows := range want {
		got := testTable(l, id, "satisfaction", table)
		for i, row := range rows {
			for j, cell := range row {
				if i >= len(got) || cell != "" && got[i][j] != cell { // empty: R's results do not say
					t.Errorf("%s: %q, want %q in column %d", table, got, row, j)
				}
			}
		}
	}
	clmm := testTable(l, id, "satisfaction", "clmm")
	for _, row := range [][]string{{"method=vnc", "−0.348"}, {"network=far", "−1.013"}, {"method=vnc:network=far", "−2.091"}, {"1|2", "−4.626"}} {
		if !slices.ContainsFunc(clmm, func(got []string) bool { return got[0] == row[0] && got[1] == row[1] }) {
			t.Errorf("the model has no %v: %v", row, clmm)
		}
	}
	said := reference.Said(t)
	for _, row := range csvOf(l, id, "tests-completion-pairs.csv") {
		p, err := strconv.ParseFloat(row["p"], 64)
		l.Must(err)
		said.Check(t, fmt.Sprintf("mcnemar stream/%s vnc/%[1]s", row["Condition"]), p, 1e-11)
	}
}

func TestModelsThatTheDataDoNotCarryAreRefusedWithASentence(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(twoByTwo(), true)
	for range 4 {
		take(l, id, func(trial study.Trial) trialData {
			x := trialData{outcome: study.Completed, first: time.Second, took: time.Minute, answers: map[string]map[string]int{"satisfaction": {"satisfaction": 7}}}
			if trial.Condition.Method == study.VNC {
				x.answers["satisfaction"]["satisfaction"] = 3 + trial.Position%2
			}
			return x
		})
	}
	l.Wants(l.Get(resultsPath(id)+"/tests/satisfaction"), 200, "refused. With")
	l.Wants(l.Get(resultsPath(id)+"/tests/satisfaction"), 200, "(separation)")
	l.Wants(l.Get(resultsPath(id)+"/tests/completion"), 200, "All 16 values are 1, so there is nothing to explain.")
	l.Wants(l.Get(resultsPath(id)+"/tests/crossover"), 200, "no curve. With")
	for _, path := range []string{"/tests/mood", "/tests/", "/files/tests-mood-art.csv", "/files/tests-satisfaction-nothing.csv"} {
		if a := l.Get(resultsPath(id) + path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, a.StatusCode)
		}
	}
}

func TestTestsAreComputedWhenTheyAreOpened(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	ctx := l.Browse(resultsPath(referred(l)))
	const first = `document.querySelector("#tests-section ~ details")`
	l.Eventually(ctx, first+` !== null && !document.querySelector("#tests-satisfaction-pairs")`)
	l.Act(ctx, first+`.open = true`)
	l.Eventually(ctx, `document.querySelector("#tests-satisfaction-pairs td:nth-child(3)")?.textContent === "12"`)
}

// TestEverybodyCanReadTests checks pages of tests, and that of the fitted curves, in each look.
func TestEverybodyCanReadTests(t *testing.T) {
	t.Parallel()
	axe := webtest.Axe(t)
	l := webtest.NewLab(t)
	id := simulated(l, 14, 6)
	for _, outcome := range []string{"crossover", "satisfaction", "tlx-tlx_raw"} {
		ctx := l.Browse(resultsPath(id) + "/tests/" + outcome)
		webtest.EachLook(t, ctx, "tests-"+outcome, func(look webtest.PageLook) {
			l.Eventually(ctx, webtest.NoWider)
			for _, v := range webtest.Violations(t, ctx, axe, webtest.EveryRule) {
				t.Errorf("%s, %s: %s", outcome, look, v)
			}
		})
	}
}
