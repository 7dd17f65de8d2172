package lab

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A study may word a task in its own way, have another goal, or leave them to the appliance. Saving its form changes none of that.
func TestTheFormKeepsAStudysOwnWordsOfTasks(t *testing.T) {
	for name, change := range map[string]func(*study.Design){
		"own words": func(d *study.Design) {
			d.Tasks[0].Title, d.Tasks[0].Instruction, d.Tasks[0].Goal = study.Plain("Ours"), study.Plain("Do it our way."), "file:ours.txt"
		},
		"left to the appliance":              func(d *study.Design) { d.Tasks[0] = study.Task{ID: d.Tasks[0].ID} },
		"own words of the practice":          func(d *study.Design) { d.Practice.Instruction = study.Plain("Just look.") },
		"a counting task as practice":        func(d *study.Design) { d.Practice = &study.Task{ID: d.Tasks[0].ID, Title: study.Plain("Warm up")} },
		"own words in a study in German":     func(d *study.Design) { inGerman(d, "de") },
		"own words in two languages":         func(d *study.Design) { inGerman(d, "en", "de") },
		"only German words in two languages": func(d *study.Design) { inGerman(d, "en", "de"); d.Tasks[0].Title = study.Wording{"de": "Unser"} },
		"a task and a practice of another appliance": func(d *study.Design) {
			d.Tasks = append(d.Tasks, study.Task{ID: "draw", Appliance: "paint", Title: study.Plain("Draw")})
			d.Practice = &study.Task{ID: "scribble", Appliance: "paint", Title: study.Plain("Scribble"), Practice: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := studytest.Design()
			d.Tasks = slices.Clone(d.Tasks)
			practice := *d.Practice
			d.Practice = &practice
			change(&d)
			d = questionnaire.Complete(d, study.Design{})
			got, bad := readDesign(designFields(d), withDraft(appliancesForTest(), d), d)
			if diff := cmp.Diff(d, got); diff != "" || len(bad) > 0 {
				t.Errorf("faults %v, the design changed on its way through the form (-want +got):\n%s", bad, diff)
			}
		})
	}
}

// inGerman puts the texts of d into languages; those of tasks are the study's own.
func inGerman(d *study.Design, languages ...study.Language) {
	d.Languages = languages
	for at, w := range d.Wordings() {
		text := w.In("")
		*w = nil
		for _, l := range languages {
			if text != "" {
				*w = w.With(l, fmt.Sprintf("%s, own, %s", at, l))
			}
		}
	}
	*d = d.Settled()
}

func TestTheFormShowsAStudysOwnWordsOfTasks(t *testing.T) {
	d := studytest.Design()
	d.Tasks = slices.Clone(d.Tasks)
	d.Tasks[0].Title = study.Plain("Ours")
	f := designView(designFields(d), withDraft(appliancesForTest(), d), d.Questionnaires, nil)
	if got := f.Appliances[0].Tasks[0].Label; got != "Ours" {
		t.Errorf("the task is called %q beside its tick", got)
	}
}

// What no page has drawn a tick for stays as it is.
func TestTicksOfConditionsThatAreNotDrawnStay(t *testing.T) {
	d := studytest.Design()
	d.Factors = nil
	for _, name := range []string{"a", "b", "c"} {
		x := study.FreeFactor{Name: name}
		for i := range 12 {
			x.Levels = append(x.Levels, study.FreeLevel{Name: fmt.Sprint(name, i)})
		}
		d.Factors = append(d.Factors, x)
	}
	all := d.Combinations()
	if len(all) <= mostCombinations+1 || !d.Countable() {
		t.Fatalf("%d combinations", len(all))
	}
	for i := range all {
		if i%9 > 0 {
			d.LeaveOut = append(d.LeaveOut, all[i].Code())
		}
	}
	d.First = []string{all[9*(len(all)/9-1)].Code()}
	p := formPreview(d, nil)
	var ticked []string
	for _, c := range p.Conditions {
		if c.LeftOut {
			ticked = append(ticked, c.Code)
		}
	}
	if both := append(ticked, p.LeaveOut...); len(p.LeaveOut) == 0 || len(both) != len(d.LeaveOut) || !slices.Equal(sorted(both), sorted(d.LeaveOut)) {
		t.Errorf("%d are ticked and %d kept of %d that are left out", len(ticked), len(p.LeaveOut), len(d.LeaveOut))
	}
	if len(p.First) > 0 {
		t.Errorf("kept as first are %v, which are drawn", p.First)
	}
	d.Networks = make([]study.NamedNetwork, study.MaxLevels+1) // nothing is drawn
	if p := formPreview(d, nil); len(p.LeaveOut) != len(d.LeaveOut) || !slices.Equal(p.First, d.First) {
		t.Errorf("%d of %d are kept, and first %v", len(p.LeaveOut), len(d.LeaveOut), p.First)
	}
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// The images of a study are changed by forms of their own. A form that was opened before one was uploaded does not take it away.
func TestTheFormKeepsImagesThatItDoesNotKnow(t *testing.T) {
	d := studytest.Design()
	in := designFields(d)
	stored := d.WithImage(study.Image{Name: "room.png", SHA256: strings.Repeat("a", 64)})
	if got, _ := readDesign(in, appliancesForTest(), stored); !slices.Equal(got.Images, stored.Images) {
		t.Errorf("images %v, want %v", got.Images, stored.Images)
	}
	if got, _ := readDesign(designFields(stored), appliancesForTest(), d); len(got.Images) > 0 {
		t.Errorf("an image came back that was removed in another tab: %v", got.Images)
	}
}
