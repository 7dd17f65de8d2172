package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

// benchProgram carries out the benches that need what the product does not, such as a browser that a program controls.
const benchProgram = "studyctl-bench"

type benchRFBCmd struct {
	cli.BenchFlags `embed:""`
}

// Run hands the whole command to the other program.
func (benchRFBCmd) Run(t cli.Terminal) error { return become(benchProgram, t.Args) }

// become replaces this program by the one of that name in the same directory, in the same process. So that program has
// this one's terminal, gets its signals, and decides its exit code. become returns only if the program cannot be started.
func become(name string, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(self), name)
	err = unix.Exec(path, append([]string{path}, args...), os.Environ())
	if errors.Is(err, fs.ErrNotExist) {
		return study.Refuse(study.ErrNotFound, "this is done by another program, %s, which is not there: make build puts it beside studyctl; copy it to %s", name, path)
	}
	return study.Refuse(study.ErrConflict, "this is done by another program, %s, which cannot be started: %v; make build makes it anew", path, err)
}
