package api_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// example returns the example in a language of docs/api.md.
func example(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n```"+language+"\n")
	code, _, ended := strings.Cut(after, "\n```")
	if !found || !ended {
		t.Fatalf("docs/api.md has no example in %s", language)
	}
	return code + "\n"
}

func TestTheExamplesOfTheDocumentationRun(t *testing.T) {
	for language, c := range map[string]struct {
		needs string
		run   []string
		says  string
	}{
		"sh":     {"curl", []string{"sh", "-e", "-c"}, `"code":"P003"`},
		"python": {"python", []string{"python3", "-c"}, "P001 started\nP002 invited\n"},
		"r":      {"rscript", []string{"Rscript", "--vanilla", "-e"}, "1 trials count"},
	} {
		t.Run(language, func(t *testing.T) {
			studytest.Need(t, c.needs)
			l := webtest.NewLab(t)
			st, visit := l.Visit()
			p := programOf(l)
			p.ConductTrial(visit, firstTrial(p, visit), webtest.Done{Outcome: study.Completed, Seconds: 10, Rating: 4})
			p.token("works", l.Ada.ID, func(*study.Token) {})
			server := httptest.NewServer(l.Handler)
			defer server.Close()
			run := exec.CommandContext(t.Context(), c.run[0], append(c.run[1:], example(t, language))...)
			run.Env = append(os.Environ(), "VMSTUDY="+server.URL, "TOKEN=works", fmt.Sprintf("STUDY=%d", st))
			out, err := run.CombinedOutput()
			if err != nil || !strings.Contains(string(out), c.says) {
				t.Errorf("error %v, and it says %q, want %q", err, out, c.says)
			}
		})
	}
}
