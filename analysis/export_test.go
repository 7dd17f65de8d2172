package analysis_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"image"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

// contents returns the CSV records of each table in a ZIP, by its short name as in trials.csv.
func contents(t *testing.T, data []byte) map[string][][]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][][]string{}
	for _, f := range z.File {
		if path.Ext(f.Name) != ".csv" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if files[short(f.Name)], err = csv.NewReader(bytes.NewReader(text)).ReadAll(); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return files
}

// short returns the short name of a table, as in trials.csv.
func short(name string) string {
	base := strings.TrimPrefix(path.Base(name), "description-")
	return strings.Replace(base, "_data.csv", ".csv", 1)
}

// column returns the named column of a file's records.
func column(t *testing.T, records [][]string, name string) []string {
	t.Helper()
	i := slices.Index(records[0], name)
	if i < 0 {
		t.Fatalf("no column %q in %v", name, records[0])
	}
	var values []string
	for _, row := range records[1:] {
		values = append(values, row[i])
	}
	return values
}

func TestExportHoldsWhatWasRecorded(t *testing.T) {
	src, f, _ := recorded(t)
	var out bytes.Buffer
	if err := analysis.Export(t.Context(), src, f, questionnaire.Named(), &out); err != nil {
		t.Fatal(err)
	}
	files := contents(t, out.Bytes())

	want := map[string]map[string][]string{
		"participants.csv": {"participant": {"P001"}, "is_pilot": {"FALSE"}, "counts": {"TRUE"}},
		"sessions.csv":     {"participant": {"P001"}, "trials_planned": {"1"}, "trials_finished": {"1"}, "counts": {"TRUE"}, "why_not": {""}},
		"trials.csv": {
			"attempt": {"1", "2"}, "state": {"failed", "finished"}, "outcome": {"", "completed"},
			"counts": {"FALSE", "TRUE"}, "why_not": {"failed_attempt", ""},
			"condition": {"local/none/look", "local/none/look"}, "time_on_task_ms": {"", "20000"}, "first_crisp_ms": {"", "95"},
		},
		"responses.csv": {
			"instrument": {"satisfaction", "remarks"}, "value": {"6", "'=HYPERLINK(1)"}, "counts": {"TRUE", "TRUE"},
		},
		"interactions.csv": {
			"counts": {"FALSE", "TRUE", "TRUE", "TRUE"}, "why_not": {"failed_attempt", "", "", ""},
			"attempt": {"1", "2", "2", "2"}, "number": {"1", "1", "2", "4"}, "response_ms": {"5000", "95", "", ""},
			"kind": {"key", "key", "click", "move"}, "page": {"1", "1", "1", "1"}, "clock_uncertainty_ms": {"0.002", "0.002", "0.002", "0.002"},
			"quiet_ms": {"", "350", "", ""}, "held_ms": {"NA", "90", "NA", ""}, "update_left": {"", "10", "", ""}, "update_height": {"", "5", "", ""},
			"pointer_x": {"", "", "7", "7"}, "pointer_y": {"", "", "0", "9"},
		},
	}
	for file, columns := range want {
		for name, values := range columns {
			if diff := cmp.Diff(values, column(t, files[file], name)); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", file, name, diff)
			}
		}
	}
	if len(files["codebook.csv"]) < 50 {
		t.Errorf("the codebook has %d lines", len(files["codebook.csv"]))
	}
}

func TestExportWithPilotsHasThemToo(t *testing.T) {
	src, f, _ := recorded(t)
	f.Pilots = true
	var out bytes.Buffer
	if err := analysis.Export(t.Context(), src, f, questionnaire.Named(), &out); err != nil {
		t.Fatal(err)
	}
	got := column(t, contents(t, out.Bytes())["participants.csv"], "participant")
	if diff := cmp.Diff([]string{"P001", "T001"}, got); diff != "" {
		t.Errorf("participants (-want +got):\n%s", diff)
	}
}

func TestResultsDescribeWhatCounts(t *testing.T) {
	src, f, v := recorded(t)
	r, err := analysis.Find(t.Context(), src, f, v, questionnaire.Named())
	if err != nil {
		t.Fatal(err)
	}
	if r.Sessions != 1 || len(r.Conditions) != 1 {
		t.Fatalf("found %d sessions and %d conditions, want 1 and 1", r.Sessions, len(r.Conditions))
	}
	c := r.Conditions[0]
	if c.Trials != 1 || c.Completed.Hits != 1 || c.TimeOnTask.Mean != 20 {
		t.Errorf("trials %d, completed %d, mean time %v s; want 1, 1, 20", c.Trials, c.Completed.Hits, c.TimeOnTask.Mean)
	}
	if c.Responses.Median != 95*time.Millisecond || c.Unanswered != 1 {
		t.Errorf("median response %v and %d unanswered, want 95ms and 1", c.Responses.Median, c.Unanswered)
	}
	if len(c.Ratings) == 0 || c.Ratings[0].Spread.Median != 6 {
		t.Errorf("ratings are %+v, want a satisfaction of 6", c.Ratings)
	}
	if n := len(r.Data.Trials); n != 1 || r.Data.Trials[0].Values[report.Asked{Instrument: "satisfaction", ID: "satisfaction"}] != 6 {
		t.Errorf("%d trials for the report, %+v; want one with a satisfaction of 6", n, r.Data.Trials)
	}
}

// TestAnAnswerStandsBesideAMeasureOfItsName turns the scale of the measure satisfaction round.
func TestAnAnswerStandsBesideAMeasureOfItsName(t *testing.T) {
	src, f, v := recorded(t)
	asked := questionnaire.Named()
	for i, in := range asked {
		if in.ID == "satisfaction" {
			asked[i].Measures = []instrument.Measure{{ID: "satisfaction", Formula: "8 - satisfaction"}}
		}
	}
	r, err := analysis.Find(t.Context(), src, f, v, asked)
	if err != nil {
		t.Fatal(err)
	}
	name := report.Asked{Instrument: "satisfaction", ID: "satisfaction"}
	if x := r.Data.Trials[0]; x.Answers[name] != 6 || x.Values[name] != 2 {
		t.Errorf("the answer is %g and the measure %g, want 6 and 2", x.Answers[name], x.Values[name])
	}
}

func TestEmulatedTrialsAreCounted(t *testing.T) {
	src, f, v := recorded(t)
	for pilots, want := range map[bool]int{false: 0, true: 1} { // only the pilot's machine was emulated
		f.Pilots = pilots
		r, err := analysis.Find(t.Context(), src, f, v, questionnaire.Named())
		if err != nil {
			t.Fatal(err)
		}
		if r.Emulated != want {
			t.Errorf("pilots %v: %d emulated trials, want %d", pilots, r.Emulated, want)
		}
	}
}

// recorded returns a study of one local trial with one participant and one pilot. Each completes the
// trial in the second attempt after 20 s, since the first machine failed. The first machine had answered
// one input before it failed, which must not count. The pilot's second machine was emulated.
func recorded(t *testing.T) (analysis.Source, analysis.Filter, study.Version) {
	t.Helper()
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	design := studytest.OneTrial()
	design.Instruments = []string{"satisfaction", "remarks"}

	r.must(r.store.SetPassword(t.Context(), "ada", "hash"))
	ada, _, err := r.store.Experimenter(t.Context(), "ada")
	r.must(err)
	id, err := r.store.CreateStudy(t.Context(), ada.ID, design, r.now)
	r.must(err)
	v, err := r.store.Publish(t.Context(), id, ada.ID, r.now)
	r.must(err)
	pilots, err := r.store.AddParticipants(t.Context(), id, true, []string{"pilot"}, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"link"}, r.now)
	r.must(err)
	r.visit(pilots[0])
	r.visit(people[0])
	return r.store.Source(), analysis.Filter{Study: id}, v
}

// recording fills a store as a session does.
type recording struct {
	t     *testing.T
	store *studytest.Store
	now   time.Time
}

func (r *recording) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// visit lets a participant take part from consent to the last rating.
func (r *recording) visit(p study.Participant) {
	ctx := r.t.Context()
	id, err := r.store.StartSession(ctx, p.ID, r.now)
	r.must(err)
	r.must(r.store.RecordVisit(ctx, id, study.Step{Kind: study.StepConsent}, r.now))
	s, err := r.store.Session(ctx, id)
	r.must(err)
	trial := s.Trials[0].ID

	failed := r.attempt(trial)
	r.must(r.store.SaveBatch(ctx, studytest.BatchOf(failed.ID, 1, []study.Interaction{
		{Number: 1, Kind: study.Key, At: r.now, Drawn: 5 * time.Second},
	})))
	failed.State, failed.Cause, failed.EndedAt = study.Failed, "The machine stopped.", r.now
	r.must(r.store.RecordAttempt(ctx, failed, r.now, 0))

	a := r.attempt(trial)
	a.State, a.StartedAt, a.Desktop.Accelerator = study.Running, r.now, "kvm"
	if p.Pilot {
		a.Desktop.Accelerator = "tcg"
	}
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))
	r.must(r.store.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, []study.Interaction{
		{
			Number: 1, Kind: study.Key, At: r.now, Sent: time.Millisecond, Arrived: 80 * time.Millisecond, Drawn: 95 * time.Millisecond,
			Quiet: 350 * time.Millisecond, Held: 90 * time.Millisecond, Rect: image.Rect(10, 20, 40, 25),
		},
		{Number: 2, Kind: study.Click, At: r.now, Sent: time.Millisecond, Pointer: image.Pt(7, 0)},
		{Number: 4, Kind: study.Move, At: r.now, Sent: time.Millisecond, Pointer: image.Pt(7, 9)},
	})))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, r.now.Add(20*time.Second)
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))

	for _, a := range []study.Answer{{Item: "satisfaction", Value: "6"}, {Item: "remarks", Value: "=HYPERLINK(1)"}} {
		r.must(r.store.RecordRating(ctx, id, trial, study.Rating{
			Instrument: a.Item, At: r.now, Answers: []study.Answer{a},
		}))
	}
}

func (r *recording) attempt(trial study.TrialID) study.Attempt {
	a, err := r.store.OpenAttempt(r.t.Context(), study.Attempt{Trial: trial, State: study.Preparing, AskedAt: r.now})
	r.must(err)
	return a
}

// TestEveryFileNamesTheSameConditions exports a study with several strategies and data of every kind in
// every condition.
func TestEveryFileNamesTheSameConditions(t *testing.T) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	design := studytest.OneTrial()
	design.Methods = study.StreamedBy(study.PlainLevels(study.Stream), []study.Strategy{study.NoStrategy, study.ClusterStrategy}, false)
	design.Networks = studytest.Design().Networks[:1]
	id, err := r.store.CreateStudy(t.Context(), 0, design, r.now)
	r.must(err)
	_, err = r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"link"}, r.now)
	r.must(err)
	s, err := r.store.StartSession(t.Context(), people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), s, false, r.now))
	x, err := r.store.Session(t.Context(), s)
	r.must(err)
	for _, trial := range x.Trials {
		a := r.attempt(trial.ID)
		r.must(r.store.BeginRecording(t.Context(), a.ID, r.now))
		r.must(r.store.RecordTraffic(t.Context(), a.ID, []study.LinkSecond{{At: r.now, Span: time.Second}}))
		r.must(r.store.SaveBatch(t.Context(), studytest.BatchOf(a.ID, 1, []study.Interaction{{Number: 1, Kind: study.Key, At: r.now}})))
		r.must(r.store.RecordRating(t.Context(), s, trial.ID, study.Rating{
			Instrument: "satisfaction", At: r.now, Answers: []study.Answer{{Item: "satisfaction", Value: "5"}},
		}))
	}
	var out bytes.Buffer
	r.must(analysis.Export(t.Context(), r.store.Source(), analysis.Filter{Study: id}, questionnaire.Named(), &out))
	files := contents(t, out.Bytes())
	for _, name := range []string{"trials.csv", "responses.csv", "scores.csv", "interactions.csv", "network.csv", "recordings.csv"} {
		got := column(t, files[name], "condition")
		slices.Sort(got)
		if diff := cmp.Diff([]string{"stream-cluster/LAN/look", "stream-none/LAN/look"}, got); diff != "" {
			t.Errorf("conditions of %s (-want +got):\n%s", name, diff)
		}
	}
}
