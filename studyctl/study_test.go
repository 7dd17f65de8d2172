package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAStudyFileGoesInAndOutAgain(t *testing.T) {
	studytest.Need(t, "postgres")
	const file = "../document/testdata/example.yaml"
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	draft, _, _ := strings.Cut(string(want), "guests:") // a draft has none; they are the end of the file
	data := openData(t)
	if out, err := command(t, "study", "import", file, "--data", data); err != nil || !strings.HasPrefix(out, "study 1: ") {
		t.Fatalf("import said %q, %v", out, err)
	}
	if out, err := command(t, "study", "export", "1", "--data", data); err != nil || out != draft {
		t.Errorf("export said %v and wrote\n%s", err, out)
	}
	if _, err := command(t, "study", "export", "1", "--version", "--data", data); !strings.Contains(study.Sentence(err), "not been published") {
		t.Errorf("export of a version that is not there: %v", err)
	}
}

func TestABundleGoesInAndOutAgain(t *testing.T) {
	studytest.Need(t, "postgres")
	var content, picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	m, file, err := document.ReadImage("room.png", picture.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	d := studytest.Design()
	d.Images = []study.Image{m}
	if err := document.WriteBundle(&content, document.Write(d), d, func(string) (study.ImageFile, error) { return file, nil }); err != nil {
		t.Fatal(err)
	}
	data, dir := openData(t), t.TempDir()
	in, out := filepath.Join(dir, "in.zip"), filepath.Join(dir, "out.zip")
	if err := os.WriteFile(in, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := command(t, "study", "validate", in); err != nil || !strings.Contains(said, "5 trials") {
		t.Errorf("validate said %q, %v", said, err)
	}
	for _, args := range [][]string{{"study", "import", in, "--data", data}, {"study", "export", "1", out, "--data", data}} {
		if said, err := command(t, args...); err != nil {
			t.Fatalf("%v said %q, %v", args, said, err)
		}
	}
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, content.Bytes()) {
		t.Errorf("the bundle came out with %d bytes, error %v; it had %d", len(got), err, content.Len())
	}
}

func TestAStudyFileIsValidated(t *testing.T) {
	sound := document.Write(studytest.Design())
	for name, test := range map[string]struct{ old, new, out, say string }{
		"a sound one":                   {"", "", "5 trials of about ", ""},
		"one with two faults":           {"rtt_ms: 120\n    jitter_ms: 5", "rtt_ms: fast\n    jitters: 5", "", "2 faults"},
		"one that breaks rule":          {"loss_percent: 1.3", "loss_percent: 99", "", "1 fault"},
		"one that asks what nobody has": {`"tlx"`, `"nonsense"`, "", "1 fault"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "study.yaml")
			if err := os.WriteFile(path, []byte(strings.Replace(sound, test.old, test.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := command(t, "study", "validate", path)
			if say := study.Sentence(err); !strings.Contains(out, test.out) || !strings.Contains(say, test.say) || (err == nil) != (test.say == "") {
				t.Errorf("said %q and %v, want %q and %q", out, err, test.out, test.say)
			}
		})
	}
}

func TestTheSchemaOfStudyFilesIsPrinted(t *testing.T) {
	out, err := command(t, "study", "schema")
	if err != nil || !strings.Contains(out, `"rtt_ms"`) {
		t.Errorf("got %v and %q", err, out)
	}
}

func TestTwoStudyFilesAreCompared(t *testing.T) {
	const file = "../document/testdata/example.yaml"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for old, test := range map[string]struct{ new, out string }{
		"rtt_ms: 120\n":     {"rtt_ms: 60\n", "networks[3G].rtt_ms: \"120\" -> \"60\"\n"},
		"\"Thank you.\\n\"": {"\"Bye.\"", "thanks: \"Thank you.\\n\" -> \"Bye.\"\nOnly the wording differs; the study is the same.\n"},
		"format: 3":         {"format: 3", "Both are the same design.\n"},
	} {
		other := filepath.Join(t.TempDir(), "other.yaml")
		if err := os.WriteFile(other, []byte(strings.Replace(string(content), old, test.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := command(t, "study", "diff", file, other); err != nil || out != test.out {
			t.Errorf("%s: said %v and\n%swant\n%s", old, err, out, test.out)
		}
	}
}
