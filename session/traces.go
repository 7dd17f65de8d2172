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
	"vmstudy/stream/forecast"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// Streams learn from traces of rehearsals, which lie in the appliance's directory. Traces of
// participants' sessions lie in Lab.TracesDir, by the content of the appliance. Streams do not learn
// from these: else later participants would get faster machines than earlier ones, and the order of
// participants would change the measurements. To learn from such a trace, copy it to the
// rehearsals, under the name of one.
const (
	tracesDir       = "traces"
	traceEnding     = ".trace"
	rehearsalPrefix = "rehearsal-"
	sessionPrefix   = "session-"
	// keptSessions is how many traces of sessions are kept: the newest ones.
	keptSessions = 100
)

// readTraces reads the traces of rehearsals of the appliance in dir, in the order of their names. It sets
// Unlike in those of other tasks.
func readTraces(dir string, task study.TaskID) ([]forecast.Trace, error) {
	paths, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return nil, err
	}
	var traces []forecast.Trace
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

// traceFiles lists the traces in dir whose names begin with prefix, by name. If dir does not exist, the
// list is empty.
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

// UnusedTraces names the files among the traces of the appliance in dir from which nothing learns, with what to do.
func UnusedTraces(dir string) (unused []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, tracesDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".") || files.Unfinished(e.Name())
		if !hidden && !isRehearsal(e.Name()) {
			unused = append(unused, fmt.Sprintf("%q: streams learn from %sTASK%s only. Rename it to that, with the task that it is of, or move it elsewhere",
				filepath.Join(tracesDir, e.Name()), rehearsalPrefix, traceEnding))
		}
	}
	return unused, nil
}

// isRehearsal reports whether streams learn from the file of a name.
func isRehearsal(file string) bool {
	return strings.HasPrefix(file, rehearsalPrefix) && strings.HasSuffix(file, traceEnding)
}

// rehearses reports whether a trace file belongs to a task: the name of its script is that of the task,
// or begins with it and a hyphen.
func rehearses(file string, task study.TaskID) bool {
	return isOf(strings.TrimSuffix(strings.TrimPrefix(file, rehearsalPrefix), traceEnding), task)
}

// isOf reports whether a script is of a task: its name is that of the task, or begins with it and a hyphen.
func isOf(script string, task study.TaskID) bool {
	return script == string(task) || strings.HasPrefix(script, string(task)+"-")
}

// RehearsalsOf reads the traces of the rehearsals of one task.
func RehearsalsOf(dir string, task study.TaskID) ([]forecast.Trace, error) {
	all, err := readTraces(dir, task)
	return slices.DeleteFunc(all, func(t forecast.Trace) bool { return t.Unlike }), err
}

func readTrace(path string) (forecast.Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return forecast.Trace{}, err
	}
	defer f.Close()
	return forecast.ReadTrace(bufio.NewReader(f))
}

// KeepRuns makes runs the rehearsals of an appliance that nobody uses yet. Its bundles are to be packed after that. Adopt does it for
// an appliance in use.
func KeepRuns(app vmhost.Appliance, runs []Run) error {
	traces := map[string]forecast.Trace{}
	for _, r := range runs {
		traces[r.Script] = r.Trace
	}
	if err := price(app, traces); err != nil {
		return err
	}
	return keepRehearsals(app.Dir, traces)
}

// price sets, in traces of the appliance, how many bytes each chunk takes to send.
func price(app vmhost.Appliance, traces map[string]forecast.Trace) error {
	return withOrigin(app, func(origin *stream.Origin) error {
		for name, t := range traces {
			if err := origin.Price(t); err != nil {
				return fmt.Errorf("what the chunks of trace %s cost: %w", name, err)
			}
		}
		return nil
	})
}

// Touched returns what the machine of a streamed desktop has touched so far. For other desktops the trace
// is empty.
func Touched(d Desktop) forecast.Trace {
	streamed, ok := d.(*desktop)
	if !ok || streamed.near == nil {
		return forecast.Trace{}
	}
	return streamed.touched()
}

func keepRehearsals(dir string, traces map[string]forecast.Trace) error {
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

// keepSession writes the trace of an attempt below dir, and removes the oldest traces beyond
// keptSessions. Its name says which attempt it is of, so that it can be removed when its participant withdraws.
func keepSession(dir string, a study.AttemptID, ended time.Time, t forecast.Trace) error {
	if dir == "" || len(t.Accesses) == 0 {
		return nil
	}
	dir = filepath.Join(dir, t.Content)
	stamp := strings.ReplaceAll(ended.UTC().Format("20060102T150405.000000"), ".", "-")
	if err := writeTrace(dir, sessionPrefix+stamp+attemptEnding(a), t); err != nil {
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

// attemptEnding is the end of the name of the trace of an attempt, before its extension.
func attemptEnding(a study.AttemptID) string { return fmt.Sprintf("-attempt%d", a) }

// RemoveTraces removes the traces of an attempt from below dir, the Lab's TracesDir.
func RemoveTraces(dir string, a study.AttemptID) error {
	contents, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, c := range contents {
		traces, listErr := traceFiles(filepath.Join(dir, c.Name()), sessionPrefix)
		err = errors.Join(err, listErr)
		for _, path := range traces {
			if strings.HasSuffix(path, attemptEnding(a)+traceEnding) {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}
	return err
}

func writeTrace(dir, name string, t forecast.Trace) error {
	return writeFile(filepath.Join(dir, name+traceEnding), func(w io.Writer) error { return forecast.WriteTrace(w, t) })
}

// writeFile writes a file completely or not at all. It makes the directory if needed.
func writeFile(path string, content func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return files.Write(path, 0o644, content)
}
