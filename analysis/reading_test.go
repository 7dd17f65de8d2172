package analysis_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// varied returns a study in whose files every kind of cell stands: a network without a limit and one with, the local method, an
// attempt that failed, an input that nobody knows the answer of, and answers that look like something else.
func varied(t *testing.T) (analysis.Source, analysis.Filter) {
	t.Helper()
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	design := studytest.Design()
	design.Methods = study.PlainLevels(study.VNC, study.Local)
	design.Practice, design.About = nil, ""
	design.Instruments = []string{"satisfaction", "remarks"}
	id, err := r.store.CreateStudy(t.Context(), 0, design, r.now)
	r.must(err)
	_, err = r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"one", "two"}, r.now)
	r.must(err)
	s, err := r.store.StartSession(t.Context(), people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), s, false, r.now))
	x, err := r.store.Session(t.Context(), s)
	r.must(err)
	for _, trial := range x.Trials {
		failed := r.attempt(trial.ID)
		failed.State, failed.EndedAt = study.Failed, r.now
		r.must(r.store.RecordAttempt(t.Context(), failed, r.now, 0))
		a, err := r.store.OpenAttempt(t.Context(), study.Attempt{
			Trial: trial.ID, State: study.Preparing, AskedAt: r.now, Set: trial.Condition.Network.Network, Seed: 1<<64 - 1,
		})
		r.must(err)
		a.State, a.StartedAt = study.Running, r.now.Add(time.Second)
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		r.must(r.store.SaveBatch(t.Context(), studytest.BatchOf(a.ID, 1, []study.Interaction{
			{Number: 1, Kind: study.Key, At: r.now, Drawn: 95 * time.Millisecond},
			{Number: 2, Kind: study.Key, At: r.now},
			{Number: 3, Kind: study.Key, At: r.now, Cut: true},
		})))
		a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, r.now.Add(20*time.Second)
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		for item, value := range map[string]string{"satisfaction": "6", "remarks": "NA"} {
			r.must(r.store.RecordRating(t.Context(), s, trial.ID, study.Rating{Instrument: item, At: r.now, Answers: []study.Answer{{Item: item, Value: value}}}))
		}
	}
	return r.store.Source(), analysis.Filter{Study: id}
}

// unpacked exports to a new directory.
func unpacked(t *testing.T, src analysis.Source, f analysis.Filter) string {
	t.Helper()
	var out bytes.Buffer
	if err := analysis.Export(t.Context(), src, f, questionnaire.Named(), &out); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, file := range z.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, filepath.FromSlash(path.Clean("/"+file.Name)))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// judged lets a program, with a script, judge the files in dir. It must say "good" last, and nothing else matters.
func judged(t *testing.T, dir, script string, program ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program[0], append(program[1:], file)...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "good") {
		t.Errorf("%s: %v\n%s", program[0], err, out)
	}
}

// TestBaseRReadsEveryKindOfCellAsWhatItIs reads with read.csv and nothing set, as people do.
func TestBaseRReadsEveryKindOfCellAsWhatItIs(t *testing.T) {
	studytest.Need(t, "rscript")
	src, f := varied(t)
	judged(t, unpacked(t, src, f), `
		table <- function(name, ...) read.csv(paste0("data/description-", name, "_data.csv"), ...)
		p <- table("participants"); t <- table("trials"); s <- table("sessions")
		r <- table("responses"); i <- table("interactions"); a <- table("analysis")
		far <- t$access_method == "vnc" & t$state == "finished"
		stopifnot(
			is.logical(p$counts), is.logical(t$counts), is.logical(i$is_cut), is.logical(t$is_practice),
			identical(p$counts, c(TRUE, FALSE)), p$why_not == c("", "not_started"),    # nothing to say is "", no missing value
			is.numeric(t$set_down_mbps), is.infinite(t$set_down_mbps[t$network == "LAN" & far]), # unlimited
			t$set_down_mbps[t$network == "3G" & far] == 7.2,
			is.na(t$set_down_mbps[t$access_method == "local"]),                        # not applicable
			t$set_rtt_ms[t$network == "LAN" & far] == 0,                               # none
			t$set_loss_percent[t$network == "3G" & far] == 1.3,
			is.na(t$measured_rtt_median_ms[far]),                                      # not known
			is.character(s$seed), s$seed == "seed:9223372036854775850",
			is.character(t$link_seed), t$link_seed[far] == "seed:18446744073709551615",
			r$value[r$instrument == "remarks"] == "'NA",                               # somebody typed it
			sum(a$counts) == sum(t$counts), nrow(a) == length(unique(t$trial_id)),     # a row a trial
			a$satisfaction[a$counts] == 6, a$key_median_ms[a$counts] == 95, a$key_n[a$counts] == 2, a$key_unknown_n[a$counts] == 1,
			a$key_under_150ms[a$counts] == 0.5,                                        # what was never answered is slow
			i$response_ms[i$number == 1] == 95, is.na(i$response_ms[i$number != 1])
		)
		# Nobody knows an answer and there was none differ as soon as one reads cells as they are.
		raw <- table("interactions", colClasses = "character", na.strings = character())
		stopifnot(raw$response_ms[raw$number == "2"] == "", raw$response_ms[raw$number == "3"] == "NA")
		cat("good")`, "Rscript", "--vanilla")
}

// TestPythonReadsWhatPandasWould reads with the csv module and converts as pandas.read_csv does: a column is of numbers or of
// booleans if all its cells are, those that mean "not known" aside.
func TestPythonReadsWhatPandasWould(t *testing.T) {
	studytest.Need(t, "python")
	src, f := varied(t)
	judged(t, unpacked(t, src, f), `
import csv
na = {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
def kind(cells):
    cells = [c for c in cells if c not in na]
    if cells and all(c in ("TRUE", "True", "true", "FALSE", "False", "false") for c in cells): return bool
    try: [float(c) for c in cells]
    except ValueError: return str
    return float
def table(name):
    with open("data/description-" + name + "_data.csv", encoding="utf-8", newline="") as f: return list(csv.DictReader(f, strict=True))
def column(rows, name): return [row[name] for row in rows]
t, s, r, i = map(table, ("trials", "sessions", "responses", "interactions"))
for rows, name, want in ((t, "counts", bool), (i, "is_cut", bool), (t, "set_down_mbps", float), (t, "set_rtt_ms", float), (t, "time_on_task_ms", float),
                         (i, "response_ms", float), (s, "seed", str), (t, "link_seed", str)):
    assert kind(column(rows, name)) is want, (name, column(rows, name))
assert float("inf") in [float(c) for c in column(t, "set_down_mbps") if c]
assert all(c not in na for c in column([x for x in r if x["instrument"] == "remarks"], "value"))
print("good")`, "python3", "-I")
}
