package netem

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vmstudy/study"
)

// Traces finds traces by their names: synthetic traces that come with the program (see package
// traces), and files in a directory. A nil *Traces has only those of the program.
//
// A file NAME.trace is the trace NAME. Public traces come in pairs, NAME.down and NAME.up; the name of
// such a trace is the whole name of its file.
type Traces struct {
	dir string

	mu   sync.Mutex
	read map[string]file
}

// file is a trace that has been read, with the size and the modification time of its file.
type file struct {
	trace   *Trace
	size    int64
	changed time.Time
}

//go:embed traces/*.trace
var builtIn embed.FS

const traceEnding = ".trace"

// NewTraces returns the traces of the program and those in dir, which need not exist.
func NewTraces(dir string) *Traces { return &Traces{dir: dir, read: map[string]file{}} }

// Open returns the trace of the given name. If both the program and the directory have it, Open
// returns the program's. An unknown name is study.ErrNotFound, and a file that is not a trace is
// study.ErrInvalid; both errors have a sentence.
func (t *Traces) Open(name string) (*Trace, error) {
	if !study.ValidTraceName(name) {
		return nil, study.Refuse(study.ErrNotFound, "there is no trace %q", name)
	}
	if f, err := builtIn.Open("traces/" + name + traceEnding); err == nil {
		defer f.Close()
		return ReadTrace(f)
	}
	if t == nil {
		return nil, study.Refuse(study.ErrNotFound, "there is no trace %s", name)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open(name)
}

// open reads a file of the directory, unless it was read before and has not changed since.
func (t *Traces) open(name string) (*Trace, error) {
	files := filesOf(name)
	f, err := os.Open(filepath.Join(t.dir, files[0]))
	for _, other := range files[1:] {
		if errors.Is(err, fs.ErrNotExist) {
			f, err = os.Open(filepath.Join(t.dir, other))
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, study.Refuse(study.ErrNotFound, "there is no trace %s: put a file %s into %s", name, files[len(files)-1], t.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open trace %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open trace %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, study.Refuse(study.ErrInvalid, "trace %s is not a plain file", name)
	}
	if was := t.read[name]; was.trace != nil && was.size == info.Size() && was.changed.Equal(info.ModTime()) {
		return was.trace, nil
	}
	trace, err := ReadTrace(f)
	if err != nil {
		if say := study.Sentence(err); say != "" {
			return nil, study.Refuse(study.ErrInvalid, "trace %s cannot be used: %s", name, say)
		}
		return nil, fmt.Errorf("trace %s: %w", name, err)
	}
	t.read[name] = file{trace, info.Size(), info.ModTime()}
	return trace, nil
}

// OpenFor returns the trace that n names for one direction, or nil if it names none.
func (t *Traces) OpenFor(n study.Network, d study.Direction) (*Trace, error) {
	name := n.Trace(d)
	if name == "" {
		return nil, nil //nolint:nilnil // a Chain takes nil for no trace
	}
	return t.Open(name)
}
