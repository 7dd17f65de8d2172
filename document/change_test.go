package document_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/document"
	"vmstudy/study"
)

func TestWhatChangesIsToldByNames(t *testing.T) {
	before, after := translated(), translated()
	after.Title = study.Wording{"en": "Another title"}
	after.Networks = []study.NamedNetwork{{Name: "new"}, before.Networks[0], before.Networks[2]}
	after.Networks[1].Network.RTT = 60 * time.Millisecond
	after.Tasks = []study.Task{after.Tasks[0]}
	after.Tasks[0].Instruction = study.Wording{"en": "Type that."}
	after.Practice = nil
	after.Methods = slices.Clone(before.Methods)
	after.Methods[1].Warm = false
	var got []string
	for _, c := range document.Changes(before, after) {
		kind := ""
		if c.Wording {
			kind = " (wording)"
		}
		got = append(got, fmt.Sprintf("%s: %.20s -> %.20s%s", c.At, c.Before, c.After, kind))
	}
	want := []string{
		"title.de: „Does \"near\" feel ne ->  (wording)",
		"title.en: Does \"near\" feel nea -> Another title (wording)",
		"methods[stream-best].cache: warm -> ",
		"networks: 3G, a train, nothing -> new, 3G, nothing add",
		"networks[new].name:  -> new",
		"networks[3G].rtt_ms: 120 -> 60",
		"networks[a train].name: a train -> ",
		"networks[a train].trace_down: TMobile-UMTS.down -> ",
		"networks[a train].trace_up: 0.57mbps -> ",
		"networks[a train].queue_packets: 100 -> ",
		"tasks[type].instruction.de: „Type this:\n  The qu -> \x20(wording)",
		"tasks[type].instruction.en: Type this:\n  The qui -> Type that. (wording)",
		"practice.id: practice -> ",
		"practice.title.de: „Try it out“ auf Deu -> \x20(wording)",
		"practice.title.en: Try it out -> \x20(wording)",
		"practice.instruction.de: „ leading space“ auf -> \x20(wording)",
		"practice.instruction.en:  leading space -> \x20(wording)",
		"practice.practice: true -> ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if same := document.Changes(before, before); len(same) > 0 {
		t.Errorf("nothing has changed, and these are told: %v", same)
	}
}

func TestDesignsDifferExactlyIfSomethingIsToldToChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDesign(t), drawDesign(t)
		if rapid.Bool().Draw(t, "the same but for a field") {
			b = a
			b.PauseEvery++
		}
		if told := document.Changes(a, b); (len(told) == 0) != (document.Write(a) == document.Write(b)) {
			t.Fatalf("%v is told of\n%s\nand\n%s", told, document.Write(a), document.Write(b))
		}
	})
}
