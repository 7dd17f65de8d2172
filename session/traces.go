package session

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vmstudy/files"
	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// An appliance keeps what robots touched in rehearsals of its tasks in files of its directory:
// that is what streams learn from. What people's sessions touch is kept elsewhere (Lab.TracesDir),
// by the content of the appliance, and nothing learns from it by itself: a study in which a later
// participant meets a better machine than an earlier one would measure the order of its
// participants. Who wants to learn from such a trace copies it to the others.
const (
	tracesDir       = "traces"
	traceEnding     = ".trace"
	rehearsalPrefix = "rehearsal-"
	sessionPrefix   = "session-"
	// keptSessions is how many traces of sessions are kept, the newest.
	keptSessions = 100
)

// readTraces reads the traces that streams of the appliance in dir learn from, in the order of
// their names, and marks those that are not of the given task. An appliance without any has none.
func readTraces(dir string, task study.TaskID) ([]stream.Trace, error) {
	paths, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return nil, err
	}
	var traces []stream.Trace
	for _, path := range paths {
		t, err := readTrace(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		t.Unlike = !rehearses(filepath.Base(path), task)
		traces = append(traces, t)
	}
	return traces, nil
}

// traceFiles lists the traces in dir whose names begin with prefix, by name. A directory that is not
// there has none.
func traceFiles(dir, prefix string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), traceEnding) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// rehearses reports whether a trace is of the task, with whose name that of the script begins.
func rehearses(file string, task study.TaskID) bool {
	script := strings.TrimSuffix(strings.TrimPrefix(file, rehearsalPrefix), traceEnding)
	return script == string(task) || strings.HasPrefix(script, string(task)+"-")
}

// RehearsalsOf reads the traces of the rehearsals of one task.
func RehearsalsOf(dir string, task study.TaskID) ([]stream.Trace, error) {
	all, err := readTraces(dir, task)
	return slices.DeleteFunc(all, func(t stream.Trace) bool { return t.Unlike }), err
}

func readTrace(path string) (stream.Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return stream.Trace{}, err
	}
	defer f.Close()
	return stream.ReadTrace(bufio.NewReader(f))
}

// KeepRehearsals makes traces, by the name of the script that was rehearsed, what streams of the
// appliance learn from. Those of before are removed.
func KeepRehearsals(app vmhost.Appliance, traces map[string]stream.Trace) error {
	if err := price(app, traces); err != nil {
		return err
	}
	return keepRehearsals(app.Dir, traces)
}

// price notes in traces of the appliance what its chunks cost to send.
func price(app vmhost.Appliance, traces map[string]stream.Trace) error {
	return withOrigin(app, func(origin *stream.Origin) error {
		for name, t := range traces {
			if err := origin.Price(t); err != nil {
				return fmt.Errorf("what the chunks of trace %s cost: %w", name, err)
			}
		}
		return nil
	})
}

// Touched returns what the machine of a streamed desktop has touched so far; nothing, of others.
func Touched(d Desktop) stream.Trace {
	streamed, ok := d.(*desktop)
	if !ok || streamed.near == nil {
		return stream.Trace{}
	}
	return streamed.near.Trace()
}

func keepRehearsals(dir string, traces map[string]stream.Trace) error {
	old, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	for name, t := range traces {
		if err := writeTrace(filepath.Join(dir, tracesDir), rehearsalPrefix+name, t); err != nil {
			return err
		}
	}
	return nil
}

// keepSession keeps what a session touched in dir, and drops the oldest of too many.
func keepSession(dir string, ended time.Time, t stream.Trace) error {
	if dir == "" || len(t.Accesses) == 0 {
		return nil
	}
	dir = filepath.Join(dir, t.Content)
	stamp := strings.ReplaceAll(ended.UTC().Format("20060102T150405.000000"), ".", "-")
	if err := writeTrace(dir, sessionPrefix+stamp, t); err != nil {
		return err
	}
	kept, err := traceFiles(dir, sessionPrefix)
	if err != nil {
		return err
	}
	for _, path := range kept[:max(0, len(kept)-keptSessions)] {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func writeTrace(dir, name string, t stream.Trace) error {
	return writeFile(filepath.Join(dir, name+traceEnding), func(w io.Writer) error { return stream.WriteTrace(w, t) })
}

// writeFile writes a file whole or not at all, in a directory that may have to be made.
func writeFile(path string, content func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return files.Write(path, 0o644, content)
}
