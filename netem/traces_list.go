package netem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vmstudy/study"
)

// directionEndings end the names of traces that were recorded in pairs, one for each direction.
var directionEndings = []string{".down", ".up"}

// nameOf returns the name of the trace in a file of the given name. is is false if that cannot be the
// name of a trace's file.
func nameOf(file string) (name string, is bool) {
	if name, is := strings.CutSuffix(file, traceEnding); is {
		return name, true
	}
	return file, slices.Contains(directionEndings, filepath.Ext(file))
}

// filesOf lists the names of files that may contain a trace. The first that exists counts.
func filesOf(name string) []string {
	files := []string{name + traceEnding}
	if _, is := nameOf(name); is {
		files = append(files, name)
	}
	return files
}

// Names lists the traces that can be chosen, in order.
func (t *Traces) Names() ([]string, error) {
	names, _, err := t.list()
	return names, err
}

// PassedOver names the files in the directory that cannot be chosen as a trace, each with the reason and
// a remedy. It leaves out hidden files, whose names begin with a dot. It does not read the files: Open
// refuses one that can be chosen but is not a trace.
func (t *Traces) PassedOver() ([]string, error) {
	_, passed, err := t.list()
	return passed, err
}

func (t *Traces) list() (names, passed []string, err error) {
	entries, err := fs.ReadDir(builtIn, "traces")
	if err != nil {
		return nil, nil, fmt.Errorf("list traces: %w", err)
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), traceEnding))
	}
	if t == nil {
		return names, nil, nil
	}
	entries, err = os.ReadDir(t.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("list traces: %w", err)
	}
	own := len(names)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if why := t.unusable(e.Name(), names[:own]); why != "" {
			passed = append(passed, fmt.Sprintf("%q: %s", e.Name(), why))
			continue
		}
		name, _ := nameOf(e.Name())
		names = append(names, name)
	}
	slices.Sort(names)
	return names, passed, nil
}

// unusable says why a file of the directory cannot be chosen as a trace. It is empty if the file can be.
// programs are the names of the program's traces.
func (t *Traces) unusable(file string, programs []string) string {
	name, is := nameOf(file)
	info, err := os.Stat(filepath.Join(t.dir, file))
	switch {
	case err != nil:
		return "it cannot be opened"
	case !info.Mode().IsRegular():
		return "it is not a plain file"
	case !is:
		return "its name ends neither in .trace nor in .down or .up. If it is a trace, rename it to " + plain(file) + traceEnding
	case !study.ValidTraceName(name):
		return "a trace has " + study.TraceNameRule + ". Rename it, as to " + plain(name) + traceEnding
	case slices.Contains(programs, name):
		return "a trace of that name comes with the program. Rename it"
	case file == name && t.has(name+traceEnding):
		return file + traceEnding + " has the same name and is taken. Rename one of them"
	}
	return ""
}

// has reports whether the directory has a file of that name.
func (t *Traces) has(file string) bool {
	_, err := os.Stat(filepath.Join(t.dir, file))
	return err == nil
}

// plain turns any file name into a valid name of a trace.
func plain(name string) string {
	const longest = 60
	b := []byte(name)
	for i := range b {
		if !study.ValidTraceName("a" + string(b[i])) {
			b[i] = '-'
		}
	}
	name = strings.TrimLeft(string(b), ".-_")
	if name == "" {
		return "mine"
	}
	return name[:min(len(name), longest)]
}
