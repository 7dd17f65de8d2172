package visit

import (
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/web/view"
)

// The instruction beside the desktop reads as it did before the task began.
func TestTheInstructionBesideTheDesktopIsMarkdownToo(t *testing.T) {
	for markdown, want := range map[bool]string{true: "Type <strong>all</strong> of it.", false: "Type **all** of it."} {
		task := study.Trial{Condition: study.Condition{Task: study.Task{Title: study.Plain("Type"), Instruction: study.Plain("Type **all** of it.")}}}
		v := study.Session{
			Version:     study.Version{Design: study.Design{Markdown: markdown}},
			Participant: study.Participant{Links: []study.Link{{}}},
		}
		_, page, err := deskPage(v, task)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := page(view.Page{}).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("Markdown %v: the strip does not say %q", markdown, want)
		}
	}
}
