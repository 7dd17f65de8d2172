package study_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

func TestADraftSaysWhatItsTasksHaveOtherwiseThanTheirAppliance(t *testing.T) {
	d := demo()
	d.Tasks = []study.Task{
		{ID: "type", Title: study.Plain("Ours"), Instruction: study.Plain("Type it."), Goal: "ours"},
		{ID: "draw", Appliance: "paint"},
		{ID: "gone", Title: study.Plain("Nobody has it")},
	}
	d.Practice = &study.Task{ID: "type", Title: study.Plain("Warm up")}
	now := study.Task{ID: "type", Title: study.Wording{"de": "Tippen", "en": "Type"}, Instruction: study.Plain("Type it."), Goal: "typed"}
	installed := []study.Installed{
		{Guest: study.Guest{Appliance: d.Appliance}, Tasks: []study.Task{now}},
		{Guest: study.Guest{Appliance: "paint"}, Tasks: []study.Task{{ID: "draw", Title: study.Plain("Draw"), Goal: "drawn"}}},
	}
	want := []study.Differing{
		{At: "tasks[0]", Task: "type", What: "title", Own: "Ours", Installed: "Type"},
		{At: "tasks[0]", Task: "type", What: "goal", Own: "ours", Installed: "typed"},
		{At: "practice", Task: "type", What: "title", Own: "Warm up", Installed: "Type"},
	}
	if diff := cmp.Diff(want, d.Differing(installed)); diff != "" {
		t.Errorf("differing (-want +got):\n%s", diff)
	}

	taken, err := d.TakingOver("tasks[0]", installed)
	if diff := cmp.Diff(study.Task{ID: "type", Title: study.Plain("Type"), Instruction: study.Plain("Type it."), Goal: "typed"}, taken.Tasks[0]); diff != "" || err != nil {
		t.Errorf("%v, the task that was taken over (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(want[2:], taken.Differing(installed)); diff != "" || d.Tasks[0].Goal != "ours" {
		t.Errorf("what differs after that (-want +got):\n%s", diff)
	}
	for _, at := range []string{"", "tasks[2]", "tasks[9]"} {
		if _, err := d.TakingOver(at, installed); !errors.Is(err, study.ErrNotFound) {
			t.Errorf("taking over %q: %v", at, err)
		}
	}
}

func TestTakingOverKeepsOtherLanguages(t *testing.T) {
	d := demo()
	d.Languages = []study.Language{"en", "de"}
	d.Tasks = []study.Task{{ID: "type", Title: study.Wording{"en": "Ours", "de": "Unseres"}}}
	installed := []study.Installed{{Guest: study.Guest{Appliance: d.Appliance}, Tasks: []study.Task{{ID: "type", Title: study.Plain("Type"), Goal: "typed"}}}}
	taken, err := d.TakingOver("tasks[0]", installed)
	if diff := cmp.Diff(study.Wording{"en": "Type", "de": "Unseres"}, taken.Tasks[0].Title); diff != "" || err != nil {
		t.Errorf("%v, title (-want +got):\n%s", err, diff)
	}
	d.Languages = []study.Language{"de"}
	d.Tasks[0].Title = study.Plain("Unseres")
	if all := d.Differing(installed); len(all) > 0 {
		t.Errorf("a study without English differs in %v", all)
	}
	if taken, _ := d.TakingOver("tasks[0]", installed); taken.Tasks[0].Title.In("de") != "Unseres" || taken.Tasks[0].Goal != "typed" {
		t.Errorf("taken over was %+v", taken.Tasks[0])
	}
}
