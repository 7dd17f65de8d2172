package study_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

func TestAFrozenDesignHasItsGuests(t *testing.T) {
	traces := []study.TraceFile{{Name: "rehearsal-type.trace", SHA256: "7ace"}}
	d := demo()
	d.Tasks = []study.Task{{ID: "type", Title: study.Plain("A title of its own")}, {ID: "draw", Appliance: "paint"}}
	d.Practice = nil
	installed := []study.Installed{
		{Guest: study.Guest{Appliance: d.Appliance, Content: "c0", Traces: traces}, Tasks: []study.Task{
			{ID: "type", Title: study.Wording{"de": "Tippen", "en": "Type"}, Instruction: study.Plain("Type it."), Goal: "typed"},
		}},
		{Guest: study.Guest{Appliance: "paint", Content: "c1", Traces: traces}},
		{Guest: study.Guest{Appliance: "another", Content: "c2"}},
	}
	d.Methods = study.PlainLevels(study.Stream)
	frozen := d.Frozen(installed)
	want := []study.Guest{{Appliance: d.Appliance, Content: "c0", Traces: traces}, {Appliance: "paint", Content: "c1", Traces: traces}}
	if diff := cmp.Diff(want, frozen.Guests); diff != "" {
		t.Errorf("guests (-want +got):\n%s", diff)
	}
	text := study.Task{ID: "type", Title: study.Plain("A title of its own"), Instruction: study.Plain("Type it."), Goal: "typed"}
	if diff := cmp.Diff(text, frozen.Tasks[0]); diff != "" {
		t.Errorf("what the task has of its appliance (-want +got):\n%s", diff)
	}
	if len(d.Guests) > 0 || d.Tasks[0].Goal != "" || len(frozen.Thawed().Guests) > 0 {
		t.Error("the draft has changed, or does not come back")
	}
	d.Methods = study.PlainLevels(study.VNC)
	if got := d.Frozen(installed).Guests[0].Traces; len(got) > 0 {
		t.Errorf("a study that streams nothing names the traces %v", got)
	}
	d.Languages = []study.Language{"de"}
	if got := d.Frozen(installed).Tasks[0].Instruction; !got.Empty() {
		t.Errorf("a study in German got the instruction %v", got)
	}
}

func TestGuestsAreThoseOfTheStudy(t *testing.T) {
	d := demo()
	d.Guests = []study.Guest{{Appliance: "another", Content: "c0"}, {Appliance: d.Appliance}}
	var got []string
	for _, f := range d.Faults() {
		got = append(got, f.At)
	}
	if diff := cmp.Diff([]string{"guests[0].appliance", "guests[1].content"}, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
