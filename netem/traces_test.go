package netem_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestTracesComeFromTheProgramAndFromADirectory(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mine.trace", "1\n2\n")
	write("steady-12mbps.trace", "1\n1\n") // the program's is taken
	write("broken.trace", "2\n1\n")
	write("Not A Name.trace", "1\n")
	write("notes.txt", "1\n")
	if err := os.Mkdir(filepath.Join(dir, "folder.trace"), 0o700); err != nil {
		t.Fatal(err)
	}
	all := netem.NewTraces(dir)
	names, err := all.Names()
	want := []string{"broken", "cafe-wifi", "commuter-lte", "folder", "mine", "steady-12mbps"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("names are %v (error %v), want %v", names, err, want)
	}
	for name, rate := range map[string]study.Bitrate{"mine": 12 * study.Mbps, "steady-12mbps": 12 * study.Mbps} {
		if trace, err := all.Open(name); err != nil || trace.Rate() != rate {
			t.Errorf("%s: %v (error %v), want a mean rate of %d", name, trace, err, rate)
		}
	}
	before, _ := all.Open("mine")
	if again, _ := all.Open("mine"); again != before {
		t.Error("a trace that has not changed was read again")
	}
	write("mine.trace", "1\n1\n1\n")
	if after, err := all.Open("mine"); err != nil || after.Rate() != 36*study.Mbps {
		t.Errorf("a trace that has changed was not read again (error %v)", err)
	}
	for name, refused := range map[string]struct {
		kind error
		say  string
	}{
		"nowhere":    {study.ErrNotFound, "there is no trace nowhere: put a file nowhere.trace into " + dir},
		"../mine":    {study.ErrNotFound, "there is no trace \"../mine\""},
		"broken":     {study.ErrInvalid, "trace broken cannot be used: line 2 of the trace goes back"},
		"folder":     {study.ErrInvalid, "trace folder is not a plain file"},
		"Not A Name": {study.ErrNotFound, "there is no trace"},
	} {
		if _, err := all.Open(name); !errors.Is(err, refused.kind) || !strings.HasPrefix(study.Sentence(err), refused.say) {
			t.Errorf("%s: %v, want a sentence that begins %q", name, err, refused.say)
		}
	}
	var none *netem.Traces
	if names, err := none.Names(); err != nil || len(names) != 3 {
		t.Errorf("without a directory there are %v (error %v), want those of the program", names, err)
	}
	if names, err := netem.NewTraces(filepath.Join(dir, "nowhere")).Names(); err != nil || len(names) != 3 {
		t.Errorf("with a directory that is not there: %v (error %v)", names, err)
	}
}
