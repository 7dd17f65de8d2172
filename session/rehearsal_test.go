package session_test

import (
	"errors"
	"strings"
	"testing"

	"vmstudy/session"
	"vmstudy/study"
)

func TestParseScriptNamesTheLine(t *testing.T) {
	tests := map[string]struct {
		script string
		say    string // empty for a good script
	}{
		"every action":         {"task type\n# robot\npace 10ms\ntype a b\nkey ctrl+s\nclick 1 2\nquiet 1s\ncomplete\n", ""},
		"no task":              {"type hello", "which task"},
		"an unknown verb":      {"task t\nshout hello", "line 2"},
		"an unknown key":       {"task t\n\nkey hyper+s", "line 3"},
		"a click without a y":  {"task t\nclick 10", "line 2"},
		"a pace of no measure": {"task t\npace quickly", "line 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := session.ParseScript(strings.NewReader(tt.script))
			if tt.say == "" {
				if err != nil || s.Task != "type" {
					t.Errorf("ParseScript = task %q, %v; want task type", s.Task, err)
				}
				return
			}
			if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), tt.say) {
				t.Errorf("ParseScript = %v, want ErrInvalid with %q", err, tt.say)
			}
		})
	}
}
