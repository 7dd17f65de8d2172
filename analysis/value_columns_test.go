package analysis_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

// questions returns an instrument that asks for points from 1 to 7. The questions have its version in their text.
func questions(id string, version int, names ...string) instrument.Instrument {
	in := instrument.Instrument{ID: id, Version: version, Title: instrument.Plain(id)}
	for _, name := range names {
		in.Items = append(in.Items, instrument.Item{
			ID: name, Text: instrument.Plain(fmt.Sprintf("%s as version %d asks?", name, version)),
			Kind: instrument.Scale, From: instrument.One, To: 7 * instrument.One, Low: instrument.Plain("no"), High: instrument.Plain("yes"),
		})
	}
	return in
}

// asking returns a store with a published study of one trial, after which it asks the given instruments.
func asking(t *testing.T, asked ...instrument.Instrument) (*recording, study.Version) {
	t.Helper()
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	id, err := r.store.CreateStudy(t.Context(), 0, studytest.OneTrial(), r.now)
	r.must(err)
	return r, r.publish(id, asked...)
}

// publish publishes the next version of a study, which asks the given instruments.
func (r *recording) publish(id study.StudyID, asked ...instrument.Instrument) study.Version {
	r.t.Helper()
	d := studytest.OneTrial()
	d.Methods, d.Networks, d.Questionnaires = study.PlainLevels(study.VNC), studytest.Design().Networks[:1], asked
	for _, in := range asked {
		d.Instruments = append(d.Instruments, in.ID)
	}
	r.must(studytest.Redraft(r.t.Context(), r.store, id, d))
	v, err := r.store.Publish(r.t.Context(), id, 0, r.now)
	r.must(err)
	return v
}

// takePart lets somebody do the trial of the study's newest version, in the second attempt, and answer what is asked: for each question,
// written as instrument.question, the point.
func (r *recording) takePart(id study.StudyID, points map[string]int) study.Session {
	r.t.Helper()
	ctx := r.t.Context()
	people, err := r.store.AddParticipants(ctx, id, false, []string{fmt.Sprint("link of ", r.now.UnixNano())}, r.now)
	r.must(err)
	r.now = r.now.Add(time.Second)
	s, err := r.store.StartSession(ctx, people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(ctx, s, false, r.now))
	x, err := r.store.Session(ctx, s)
	r.must(err)
	trial := x.Trials[0].ID
	failed := r.attempt(trial)
	failed.State, failed.EndedAt = study.Failed, r.now
	r.must(r.store.RecordAttempt(ctx, failed, r.now, 0))
	a := r.attempt(trial)
	a.State, a.StartedAt = study.Running, r.now
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, r.now.Add(20*time.Second)
	r.must(r.store.RecordAttempt(ctx, a, r.now, 0))
	ratings := map[string]study.Rating{}
	for question, point := range points {
		name, item, _ := strings.Cut(question, ".")
		ratings[name] = study.Rating{Instrument: name, At: r.now, Answers: append(ratings[name].Answers, study.Answer{Item: item, Value: fmt.Sprint(point)})}
	}
	for _, name := range slices.Sorted(maps.Keys(ratings)) {
		r.must(r.store.RecordRating(ctx, s, trial, ratings[name]))
	}
	x, err = r.store.Session(ctx, s)
	r.must(err)
	return x
}

func TestPublishingAVersionRemovesNoColumnOfWhatCounts(t *testing.T) {
	r, first := asking(t, questions("liking", 1, "fast", "pretty"))
	r.takePart(first.Study, map[string]int{"liking.fast": 6, "liking.pretty": 2})
	r.publish(first.Study, questions("liking", 2, "fast"))
	files := tables(t, r.store.Source(), analysis.Filter{Study: first.Study, Versions: []string{first.Hash}})
	for name, want := range map[string]string{"liking_fast": "6", "liking_pretty": "2"} {
		if got := column(t, files["analysis.csv"], name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
	for _, row := range files["codebook.csv"] {
		if row[0] == analysis.DataFile("analysis") && row[1] == "liking_fast" && !strings.Contains(row[3], "as version 1 asks") {
			t.Errorf("the column is explained as another version than the one that counts asks: %s", row[3])
		}
	}
}

func TestNoTwoQuestionsShareAColumn(t *testing.T) {
	r, v := asking(
		t, questions("task", 1, "task"), questions("look", 1, "lookout", "look_up", "look"),
		questions("a", 1, "a_b_c"), questions("a_b", 1, "a_b_c", "c"),
	)
	r.takePart(v.Study, map[string]int{"task.task": 1, "look.lookout": 2, "look.look_up": 3, "look.look": 4, "a.a_b_c": 5, "a_b.a_b_c": 6, "a_b.c": 7})
	files := tables(t, r.store.Source(), analysis.Filter{Study: v.Study})
	names := map[string]bool{}
	for _, name := range files["analysis.csv"][0] {
		if names[name] {
			t.Errorf("two columns are called %s", name)
		}
		names[name] = true
	}
	want := map[string]string{
		"task": "look", "task_task": "1", "look_lookout": "2", "look_up": "3", "look": "4", "a_b_c": "5", "a_b_a_b_c": "6", "a_b_a_b_a_b_c": "7",
	}
	for name, value := range want {
		if got := column(t, files["analysis.csv"], name); !slices.Equal(got, []string{value}) {
			t.Errorf("%s is %q, want %s", name, got, value)
		}
	}
}

// TestTheQuestionsSayWhichColumnHasTheirAnswers reads instruments.csv as analyse.R does.
func TestTheQuestionsSayWhichColumnHasTheirAnswers(t *testing.T) {
	r, v := asking(t, questions("task", 1, "task"), questions("look", 1, "lookout"))
	files := tables(t, r.store.Source(), analysis.Filter{Study: v.Study})
	if diff := cmp.Diff([]string{"task_task", "look_lookout"}, column(t, files["instruments.csv"], "analysis_column")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What was asked about a block or a visit stands in the row of each of its trials, and with nothing else: neither with another block, nor as an
// answer about the trial after which it was asked.
func TestEveryTrialHasTheScoresOfItsBlockAndItsVisit(t *testing.T) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	d := studytest.Design()
	d.Practice, d.About, d.Repetitions, d.PauseEvery = nil, "", 1, 0
	d.Methods, d.Networks = study.PlainLevels(study.VNC), []study.NamedNetwork{{Name: "near"}, {Name: "far"}}
	d.Tasks = append(d.Tasks, study.Task{ID: "other", Title: study.Plain("Other"), Instruction: study.Plain("Do it."), Goal: d.Tasks[0].Goal})
	d.Order, d.Blocks = study.Fixed, study.Blocks{By: study.TaskFactor, Order: study.Fixed}
	d.First, d.Visits = []string{"vnc/near/" + d.Tasks[0].Level()}, []study.Visit{{After: 2}}
	d.Instruments, d.AfterBlock, d.AfterVisit = []string{"liking"}, []string{"after"}, []string{"tired"}
	d.Questionnaires = []instrument.Instrument{questions("liking", 1, "liking"), questions("after", 1, "easy"), questions("tired", 1, "tired")}
	id, err := r.store.CreateStudy(t.Context(), 0, d, r.now)
	r.must(err)
	v, err := r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"link", "of somebody who has done nothing yet"}, r.now)
	r.must(err)
	late, err := r.store.StartSession(t.Context(), people[1].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), late, false, r.now))
	visit, err := r.store.StartSession(t.Context(), people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), visit, false, r.now))
	x, err := r.store.Session(t.Context(), visit)
	r.must(err)
	for i, trial := range x.Trials { // the first, then a block of two and a block of one; the last visit is not over
		a := r.attempt(trial.ID)
		a.State, a.StartedAt = study.Running, r.now
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, r.now.Add(time.Second)
		r.must(r.store.RecordAttempt(t.Context(), a, r.now, 0))
		rate := func(instrument, item string, point int) {
			r.must(r.store.RecordRating(t.Context(), visit, trial.ID, study.Rating{Instrument: instrument, At: r.now, Answers: []study.Answer{{Item: item, Value: fmt.Sprint(point)}}}))
		}
		rate("liking", "liking", i+1)
		switch i {
		case 1:
			rate("tired", "tired", 6)
		case 2:
			rate("after", "easy", 5)
		case 3:
			rate("after", "easy", 7)
		}
	}
	files := tables(t, r.store.Source(), analysis.Filter{Study: v.Study})
	for name, want := range map[string][]string{
		"liking":           {"1", "2", "3", "4", "", "", "", ""},
		"block_after_easy": {"", "5", "5", "7", "", "NA", "NA", "NA"},
		"visit_tired":      {"6", "6", "NA", "NA", "NA", "NA", "NA", "NA"},
	} {
		if diff := cmp.Diff(want, column(t, files["analysis.csv"], name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, want := range map[string][]string{"analysis_column": {"liking", "", ""}, "block_column": {"", "block_after_easy", ""}, "visit_column": {"", "", "visit_tired"}} {
		got := map[string]string{}
		for i, asked := range column(t, files["instruments.csv"], "instrument") {
			got[asked] = column(t, files["instruments.csv"], name)[i]
		}
		for i, asked := range []string{"liking", "after", "tired"} {
			if got[asked] != want[i] {
				t.Errorf("%s of %s in instruments.csv is %q, want %q", name, asked, got[asked], want[i])
			}
		}
	}
	for _, row := range files["codebook.csv"] {
		if row[1] == "block_after_easy" && !strings.Contains(row[3], "the block in which the trial lies") {
			t.Errorf("the codebook says of it: %s", row[3])
		}
	}
}
