package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asStudyctl makes a copy of this test binary studyctl.
const asStudyctl = "STUDYCTL_TEST_MAIN"

// studyctlBeside returns a call of a studyctl that has a shell script as its program for the benches. If bench is empty,
// there is no such program.
func studyctlBeside(t *testing.T, bench string, mode os.FileMode) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	studyctl := filepath.Join(dir, "studyctl")
	if err := os.Link(self, studyctl); err != nil {
		t.Fatal(err)
	}
	if bench != "" {
		if err := os.WriteFile(filepath.Join(dir, benchProgram), []byte("#!/bin/sh\n"+bench+"\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), studyctl, "--memory", "512", "bench", "rfb", "--quick", "--only", "decode,delay")
	cmd.Env = append(os.Environ(), asStudyctl+"=1")
	return cmd
}

func TestABenchOfTheOtherProgramIsAsIfItHadBeenCalledItself(t *testing.T) {
	cmd := studyctlBeside(t, `echo "$@"; read line; echo "$line" >&2; exit 7`, 0o755)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("what was typed\n"), &out, &errs
	err := cmd.Run()
	if exit, ended := errors.AsType[*exec.ExitError](err); !ended || exit.ExitCode() != 7 {
		t.Errorf("it ended with %v, want the other program's exit code 7", err)
	}
	if got, want := out.String(), "--memory 512 bench rfb --quick --only decode,delay\n"; got != want {
		t.Errorf("the other program was called with %q, want %q", got, want)
	}
	if got, want := errs.String(), "what was typed\n"; got != want {
		t.Errorf("it was told %q, want %q", got, want)
	}
}

func TestASignalReachesABenchOfTheOtherProgram(t *testing.T) {
	cmd := studyctlBeside(t, `trap 'exit 5' TERM; echo ready; while :; do read line; done`, 0o755)
	if _, err := cmd.StdinPipe(); err != nil { // the script waits for a line that never comes
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Errorf("the other program says %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	if exit, ended := errors.AsType[*exec.ExitError](err); !ended || exit.ExitCode() != 5 {
		t.Errorf("it ended with %v, want the exit code 5 of the other program's trap", err)
	}
}

func TestWithoutTheOtherProgramABenchSaysWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		bench string
		mode  os.FileMode
		say   []string
	}{
		"it is not there":            {"", 0, []string{"which is not there", "make build"}},
		"it is there and cannot run": {"exit 0", 0o644, []string{"cannot be started", "make build"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := studyctlBeside(t, test.bench, test.mode)
			out, err := cmd.CombinedOutput()
			if exit, ended := errors.AsType[*exec.ExitError](err); !ended || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v, want 1", err)
			}
			for _, want := range append(test.say, filepath.Join(filepath.Dir(cmd.Path), benchProgram)) {
				if !strings.Contains(string(out), want) {
					t.Errorf("it says %q, want %q in it", out, want)
				}
			}
		})
	}
}
