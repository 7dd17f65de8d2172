package procfs

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"vmstudy/relocate/pages"
	"vmstudy/studytest"
)

// answer reads what Serve says to a question for pages.
func answer(t *testing.T, questions io.Reader, proc string) (m pages.Map, lines int) {
	t.Helper()
	var out bytes.Buffer
	if err := Serve(questions, &out, proc); err != nil {
		t.Fatal(err)
	}
	var data []byte
	all := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for i, line := range all {
		word, part, more := strings.Cut(line, " ")
		if word != "pages" || len(line) > 510 || more == (i == len(all)-1) {
			t.Fatalf("line %d of %d is %q", i, len(all), line)
		}
		b, err := base64.StdEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, b...)
	}
	if len(data) == 0 {
		return pages.Map{}, len(all)
	}
	m, err := pages.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return m, len(all)
}

// working is a question that is asked after this process has run for a while.
type working struct {
	t        *testing.T
	question io.Reader
}

func (w working) Read(b []byte) (int, error) {
	watch, self := NewWatch("/proc"), strconv.Itoa(os.Getpid())
	began, err := watch.ran(self)
	for now := began; err == nil && now == began; {
		now, err = watch.ran(self)
	}
	if err != nil {
		w.t.Error(err)
	}
	return w.question.Read(b)
}

// This computer's own kernel is asked.
func TestAKernelSaysWhatItsMemoryIsUsedFor(t *testing.T) {
	studytest.Need(t, "root")
	m, lines := answer(t, io.MultiReader(strings.NewReader("mark\nnonsense\n"), working{t, strings.NewReader("pages\n")}), "/proc")
	if m.Frames() == 0 || m.Count()[pages.Free] == 0 || m.Count()[pages.KernelImage] == 0 || m.Count()[pages.ActiveAnon] == 0 {
		t.Errorf("%d frames in %d lines: %v", m.Frames(), lines, m.Count())
	}
}

func TestAKernelThatSaysNothingIsAnsweredFor(t *testing.T) {
	proc := t.TempDir()
	if err := os.Mkdir(proc+"/1", 0o755); err != nil {
		t.Fatal(err)
	}
	if m, lines := answer(t, strings.NewReader("pages\n"), proc); lines != 1 || m.Frames() != 0 {
		t.Errorf("%d lines, %v", lines, m)
	}
}
