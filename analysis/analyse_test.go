package analysis_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/netem"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// simulated returns a study in which people rate what they used, worse where the round trip is long. Some trials are given up, ended or
// lost, some questions are left out by a pilot, and one person is excluded.
func simulated(t *testing.T, repetitions int, change func(*study.Design)) (*recording, study.Version) {
	t.Helper()
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	design := studytest.Design()
	design.Practice, design.About = nil, ""
	design.Methods = study.PlainLevels(study.VNC, study.Stream, study.Local)
	design.Instruments, design.Repetitions = []string{"satisfaction", "tlx"}, repetitions
	change(&design)
	id, err := r.store.CreateStudy(t.Context(), 0, design, r.now)
	r.must(err)
	v, err := r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	var links []string
	for i := range 16 {
		links = append(links, fmt.Sprint("link", i))
	}
	people, err := r.store.AddParticipants(t.Context(), id, false, links, r.now)
	r.must(err)
	chance := rand.New(rand.NewPCG(1, 2))
	for i, p := range people {
		s, err := r.store.StartSession(t.Context(), p.ID, r.now)
		r.must(err)
		r.must(r.store.RecordConsent(t.Context(), s, false, r.now))
		x, err := r.store.Session(t.Context(), s)
		r.must(err)
		for _, trial := range x.Trials {
			r.simulate(x, trial, chance)
		}
		if i == 3 {
			r.must(r.store.Rule(t.Context(), s, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundTechnical, At: r.now}))
		}
	}
	return r, v
}

// silent is a group whose people do not say how satisfied they are where the round trip is long.
const silent = "silent"

func (r *recording) simulate(x study.Session, trial study.Trial, chance *rand.Rand) {
	ctx := r.t.Context()
	a, err := r.store.OpenAttempt(ctx, study.Attempt{Trial: trial.ID, State: study.Preparing, AskedAt: r.now, Set: trial.Condition.Network.Network})
	r.must(err)
	a.State, a.StartedAt = study.Running, r.now.Add(time.Second)
	r.link(&a, trial.Condition)
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))
	rtt := trial.Condition.Network.Network.RTT
	var rows []study.Interaction
	for n := range 20 + chance.IntN(10) {
		i := study.Interaction{Number: int64(n + 1), Kind: []study.InputKind{study.Key, study.Click, study.Wheel, study.Move}[chance.IntN(4)], At: r.now}
		switch c := chance.IntN(10); {
		case i.Kind == study.Move || c == 0:
		case c == 1:
			i.Cut = true
		default:
			i.Drawn = rtt + time.Duration(30_000+chance.IntN(200_000))*time.Microsecond
		}
		rows = append(rows, i)
	}
	r.must(r.store.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, rows)))
	outcome := []study.Outcome{study.Completed, study.Completed, study.SaidDone, study.TimeUp, study.GaveUp, study.EndedByExperimenter}[chance.IntN(6)]
	a.State, a.Outcome, a.EndedAt = study.Finished, outcome, a.StartedAt.Add(time.Duration(10+chance.IntN(90))*time.Second)
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))
	in, err := questionnaire.Of(study.Design{}, "tlx")
	r.must(err)
	load := study.Rating{Instrument: "tlx", At: r.now}
	for _, q := range in.Questions() {
		if chance.IntN(8) > 0 { // else it has no answer, and the trial no score
			load.Answers = append(load.Answers, study.Answer{Item: q.ID, Value: strconv.Itoa(5 * chance.IntN(21))})
		}
	}
	liking := 7 - chance.IntN(5) - int(rtt/(60*time.Millisecond))
	liked := study.Rating{Instrument: "satisfaction", At: r.now}
	if x.Assignment.Place.Group != silent || rtt == 0 {
		liked.Answers = []study.Answer{{Item: "satisfaction", Value: strconv.Itoa(liking)}}
	}
	for _, rating := range []study.Rating{load, liked} {
		r.must(r.store.RecordRating(ctx, x.ID, trial.ID, rating))
	}
}

// link measures the link of an attempt: one in five is not what was set, one in seven was not measured.
func (r *recording) link(a *study.Attempt, c study.Condition) {
	if !c.Method.Networked() {
		return
	}
	n := c.Network.Network
	if a.ID%7 > 0 {
		off := time.Duration(int64(a.ID)%11-5) * 60 * time.Microsecond
		if a.ID%5 == 0 {
			off = 40 * time.Millisecond
		}
		a.Measured = study.RoundTrips{Count: 20, Median: netem.ExpectedPing(n) + off}
	}
	rate := n.Down
	if rate == 0 {
		rate = 100 * study.Mbps
	}
	bytes := int64(float64(rate) / 8 * float64(a.ID%5+1) / 4)
	r.must(r.store.RecordTraffic(r.t.Context(), a.ID, []study.LinkSecond{{At: r.now, Span: time.Second, Moved: study.LinkReport{BytesDown: bytes, PacketsDown: bytes / 1500}}}))
}

// TestTheScriptOfAnExportFindsWhatThePageSays runs analyse.R as it is in an export, and compares its tables with the page's numbers.
func TestTheScriptOfAnExportFindsWhatThePageSays(t *testing.T) {
	studytest.Need(t, "rscript")
	for name, tc := range map[string]struct {
		repetitions int
		change      func(*study.Design)
	}{
		"each condition once":                                {1, func(*study.Design) {}},
		"each condition three times":                         {3, func(*study.Design) {}},
		"levels whose names look like numbers, or like TRUE": {1, numbered},
	} {
		t.Run(name, func(t *testing.T) {
			found, dir := exported(t, tc.repetitions, tc.change)
			runR(t, dir, "analysis/analyse.R")
			compareWithPage(t, found, dir, tc.repetitions)
			compareSections(t, found, dir)
		})
	}
}

// numbered gives levels names that R would take for numbers, or for TRUE.
func numbered(d *study.Design) {
	d.Methods = d.Methods[:2] // a network “none” would make a text of the column
	d.Networks[0].Name, d.Networks[1].Name = "3.0", "007"
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "T"}, {Name: "F"}}}}
}

// exported simulates a study; it returns what the page says of it, and the directory of its export.
func exported(t *testing.T, repetitions int, change func(*study.Design)) (analysis.Results, string) {
	t.Helper()
	r, v := simulated(t, repetitions, change)
	src, f := r.store.Source(), analysis.Filter{Study: v.Study}
	found, err := analysis.Find(t.Context(), src, f, v, questionnaire.Named())
	r.must(err)
	return found, unpacked(t, src, f)
}

// runR runs R in a directory, with the arguments of Rscript.
func runR(t *testing.T, dir string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "Rscript", append([]string{"--vanilla"}, args...)...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func compareWithPage(t *testing.T, found analysis.Results, dir string, repetitions int) {
	t.Helper()
	ratings := rowsBy(t, read(t, dir, "results/ratings.csv"), "score", "condition")
	times := rowsBy(t, read(t, dir, "results/time_on_task.csv"), "condition")
	done := rowsBy(t, read(t, dir, "results/completed.csv"), "condition")
	responses := rowsBy(t, read(t, dir, "results/response_times.csv"), "condition")
	compared := 0
	for _, c := range found.Conditions {
		code := c.Condition.Code()
		for _, rating := range c.Ratings {
			sameSpread(t, code+" "+rating.Measure.ID, ratings[rating.Measure.ID+" "+code], rating.Spread)
			compared++
		}
		sameSpread(t, code+" time on task", times[code], c.TimeOnTask)
		sameNumber(t, code+" completed", done[code]["completed"], float64(c.Completed.Hits))
		sameNumber(t, code+" of", done[code]["of"], float64(c.Completed.N))
		sameNumber(t, code+" people", done[code]["people"], float64(c.People))
		if interval, err := c.Completed.Interval(); c.Repeated() {
			if low := done[code]["low"]; low != "" || c.People == 0 {
				t.Errorf("%s: of %d people who repeat a condition the share has an interval from %q", code, c.People, low)
			}
		} else {
			if err != nil {
				t.Fatal(err)
			}
			sameNumber(t, code+" low", done[code]["low"], interval.Low)
			sameNumber(t, code+" high", done[code]["high"], interval.High)
		}
		if c.Repeated() != (repetitions > 1) {
			t.Errorf("%s: %d trials of %d people", code, c.Trials, c.People)
		}
		sameNumber(t, code+" inputs", responses[code]["inputs"], float64(c.Responses.N+c.Unanswered))
		sameNumber(t, code+" unanswered", responses[code]["unanswered"], float64(c.Unanswered))
		sameTime(t, code+" median", responses[code]["median_ms"], c.Responses.Median)
		sameTime(t, code+" p95", responses[code]["p95_ms"], c.Responses.P95)
		share, err := c.Crisp.Share()
		if err != nil {
			t.Fatal(err)
		}
		sameNumber(t, code+" under 150 ms", responses[code]["under_150ms"], share)
	}
	if compared < 10 {
		t.Errorf("only %d ratings were compared", compared)
	}
	if faults := psychDSFaults(os.DirFS(dir)); len(faults) > 0 {
		t.Errorf("with results in it, it is no Psych-DS dataset any more:\n%s", strings.Join(faults, "\n"))
	}
}

// rowsBy reads a CSV file: of each row its cells by column, by the values of some columns.
func rowsBy(t *testing.T, content []byte, keys ...string) map[string]map[string]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for _, cells := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = cells[i]
		}
		var key []string
		for _, k := range keys {
			key = append(key, row[k])
		}
		all[strings.Join(key, " ")] = row
	}
	return all
}

func sameSpread(t *testing.T, what string, row map[string]string, s analysis.Spread) {
	t.Helper()
	sameNumber(t, what+" n", row["n"], float64(s.N))
	if s.N == 0 {
		return
	}
	sameNumber(t, what+" median", row["median"], s.Median)
	sameNumber(t, what+" mean", row["mean"], s.Mean)
	if s.Interval == nil {
		if row["low"] != "" {
			t.Errorf("%s: R has an interval from %s, the page has none", what, row["low"])
		}
		return
	}
	sameNumber(t, what+" low", row["low"], s.Interval.Low)
	sameNumber(t, what+" high", row["high"], s.Interval.High)
}

// sameTime compares milliseconds with a time, which has whole nanoseconds.
func sameTime(t *testing.T, what, got string, want time.Duration) {
	t.Helper()
	n, err := strconv.ParseFloat(got, 64)
	if err != nil || math.Abs(n*float64(time.Millisecond)-float64(want)) > 1 {
		t.Errorf("%s: R says %q ms, the page %v", what, got, want)
	}
}

// sameNumber compares with the 15 digits that R writes.
func sameNumber(t *testing.T, what, got string, want float64) {
	t.Helper()
	n, err := strconv.ParseFloat(got, 64)
	if err != nil || math.Abs(n-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: R says %q, the page %v", what, got, want)
	}
}
