package files_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/files"
)

// text is a writer's content.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// want checks that path has content and that nothing else lies beside it.
func want(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != content {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, content)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v; want the file alone", entries, err)
	}
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "study.trace")
	if err := files.Write(path, 0o640, text("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	half := func(w io.Writer) error { return errors.Join(text(strings.Repeat("half", 10_000))(w), broken) }
	if err := files.Write(path, 0o640, half); !errors.Is(err, broken) {
		t.Errorf("Write = %v, want what its content failed with", err)
	}
	want(t, path, "old")
	during := func(w io.Writer) error {
		err := text(strings.Repeat("new", 10_000))(w)
		entries, listErr := os.ReadDir(filepath.Dir(path))
		if len(entries) != 2 || files.Unfinished(entries[0].Name()) == files.Unfinished(entries[1].Name()) {
			t.Errorf("while it is written, there are %v, %v; want the old file and an unfinished one", entries, listErr)
		}
		return err
	}
	if err := files.Write(path, 0o640, during); err != nil {
		t.Fatal(err)
	}
	want(t, path, strings.Repeat("new", 10_000))
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file has mode %v, %v; want 0640", info.Mode(), err)
	}
}

// TestAnEndThatFailsLeavesNothing finishes a file where a directory is in its way.
func TestAnEndThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := files.Begin(dir, "it")
	if err != nil || !strings.HasPrefix(filepath.Base(p.Name()), "it.") {
		t.Fatalf("Begin: %v, %v", p.Name(), err)
	}
	if err := p.Finish(taken, 0o600); err == nil {
		t.Error("Finish = nil, want an error")
	}
	if p, err = files.Begin(dir, "it"); err != nil {
		t.Fatal(err)
	}
	if err := p.Abandon(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v; want nothing new", entries, err)
	}
}

func TestPlaceReplaces(t *testing.T) {
	dir := t.TempDir()
	from, path := filepath.Join(dir, "part"), filepath.Join(dir, "whole")
	for name, content := range map[string]string{from: "new", path: "old"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Place(from, path); err != nil {
		t.Fatal(err)
	}
	want(t, path, "new")
	if err := files.Place(from, path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Place of nothing = %v, want %v", err, os.ErrNotExist)
	}
	want(t, path, "new")
}

// TestAFileThatIsWrittenIsNotSwept removes what nobody writes any more, of the files that are meant.
func TestAFileThatIsWrittenIsNotSwept(t *testing.T) {
	dir := t.TempDir()
	begin := func(stem string) files.Pending {
		t.Helper()
		p, err := files.Begin(dir, stem)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	written, left, other := begin("a"), begin("a"), begin("b")
	if err := errors.Join(left.Close(), other.Close()); err != nil { // as the end of a program does
		t.Fatal(err)
	}
	if err := files.Sweep(dir, func(stem string) bool { return stem == "a" }); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{written.Name(): true, left.Name(): false, other.Name(): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", filepath.Base(path), err, want)
		}
	}
	if err := written.Abandon(); err != nil {
		t.Error(err)
	}
}
