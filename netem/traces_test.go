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
	write("0.57mbps-poisson.trace", "1\n2\n")
	write("Verizon-LTE_driving.down", "1\n1\n")
	write("Verizon-LTE_driving.up", "1\n")
	write("twice.up", "2\n")
	write("twice.up.trace", "1\n")
	write(".gitignore", "*\n")
	write(strings.Repeat("long", 40)+".trace", "1\n")
	write("steady-12mbps.trace", "1\n1\n") // the program has a trace of that name, which wins
	write("broken.trace", "2\n1\n")
	write("Not A Name.trace", "1\n")
	write("notes.txt", "1\n")
	if err := os.Mkdir(filepath.Join(dir, "folder.trace"), 0o700); err != nil {
		t.Fatal(err)
	}
	all := netem.NewTraces(dir)
	names, err := all.Names()
	want := []string{
		"0.57mbps-poisson", "Verizon-LTE_driving.down", "Verizon-LTE_driving.up", "broken", "cafe-wifi", "commuter-lte", "mine", "steady-12mbps", "twice.up",
	}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("names are %v (error %v), want %v", names, err, want)
	}
	for name, rate := range map[string]study.Bitrate{
		"mine": 12 * study.Mbps, "steady-12mbps": 12 * study.Mbps, "0.57mbps-poisson": 12 * study.Mbps,
		"Verizon-LTE_driving.down": 24 * study.Mbps, "Verizon-LTE_driving.up": 12 * study.Mbps, "twice.up": 12 * study.Mbps,
	} {
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
		"nowhere.up": {study.ErrNotFound, "there is no trace nowhere.up: put a file nowhere.up into " + dir},
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

func TestAFileThatIsNoTraceToChooseIsNamedWithTheReason(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"good.trace", ".DS_Store", "notes.txt", "Not A Name.trace", "…", "steady-12mbps.trace", "twice.down", "twice.down.trace", strings.Repeat("long", 40) + ".trace",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "folder.trace"), 0o700), os.Symlink("nowhere", filepath.Join(dir, "dangling.trace"))); err != nil {
		t.Fatal(err)
	}
	all := netem.NewTraces(dir)
	passed, err := all.PassedOver()
	if err != nil {
		t.Fatal(err)
	}
	for file, why := range map[string]string{
		"notes.txt":           "rename it to notes.txt.trace",
		"Not A Name.trace":    "as to Not-A-Name.trace",
		"…":                   "rename it to mine.trace",
		"steady-12mbps.trace": "comes with the program",
		"twice.down":          "twice.down.trace has the same name",
		"folder.trace":        "not a plain file",
		"dangling.trace":      "cannot be opened",
		"longlonglong":        "1 to 100 letters",
	} {
		i := slices.IndexFunc(passed, func(say string) bool { return strings.HasPrefix(say, `"`+file) && strings.Contains(say, why) })
		if i < 0 {
			t.Errorf("nothing says of %s that it %s, in %q", file, why, passed)
			continue
		}
		passed = slices.Delete(passed, i, i+1)
	}
	if len(passed) > 0 {
		t.Errorf("passed over as well: %q", passed)
	}
	var none *netem.Traces
	if passed, err := none.PassedOver(); err != nil || len(passed) > 0 {
		t.Errorf("without a directory: %q, %v", passed, err)
	}
}
