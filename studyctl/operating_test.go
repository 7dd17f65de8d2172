package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
)

// TestTheDocsSayWhatIsStored compares the list in docs/operating.md with the one that participants read.
func TestTheDocsSayWhatIsStored(t *testing.T) {
	const path, from, to = "../docs/operating.md", "<!-- stored -->\n", "<!-- /stored -->"
	text, err := os.ReadFile(path)
	must(t, err)
	before, rest, _ := strings.Cut(string(text), from)
	got, after, found := strings.Cut(rest, to)
	if !found {
		t.Fatalf("%s has no place for the list", path)
	}
	want := "| what | if they have it erased |\n|---|---|\n"
	for _, s := range study.AllStored() {
		then := "goes"
		if s.Kept {
			then = "stays"
		}
		want += "| " + s.What + " | " + then + " |\n"
	}
	if *update {
		must(t, os.WriteFile(path, []byte(before+from+want+to+after), 0o644))
	} else if got != want {
		t.Errorf("%s lists\n%s\nwant\n%s\nRun go test ./studyctl -update", path, got, want)
	}
}

// TestTheServiceInTheDocsIsOne has systemd check the unit that docs/operating.md shows.
func TestTheServiceInTheDocsIsOne(t *testing.T) {
	studytest.Need(t, "systemd")
	docs, err := os.ReadFile("../docs/operating.md")
	must(t, err)
	found := regexp.MustCompile("(?s)```ini\n(.*?)```").FindSubmatch(docs)
	if found == nil {
		t.Fatal("docs/operating.md shows no unit")
	}
	program, err := os.Executable() // stands for the program, which is not installed
	must(t, err)
	unit := strings.ReplaceAll(string(found[1]), "/usr/local/bin/studyctl", program)
	unit = regexp.MustCompile("(?m)^(User|Group)=.*\n").ReplaceAllString(unit, "") // whom the docs have made
	path := filepath.Join(t.TempDir(), "vmstudy.service")
	must(t, os.WriteFile(path, []byte(unit), 0o644))
	if out, err := exec.Command("systemd-analyze", "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// Each setting is one that the program has.
	reference, err := os.ReadFile("../docs/studyctl.md")
	must(t, err)
	settings := regexp.MustCompile(`STUDYCTL_[A-Z_]+`).FindAllString(unit, -1)
	if len(settings) < 5 {
		t.Errorf("the unit has the settings %v", settings)
	}
	for _, name := range settings {
		if !strings.Contains(string(reference), "$"+name) {
			t.Errorf("the unit sets %s, which the program does not know", name)
		}
	}
}
