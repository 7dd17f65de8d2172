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

// nameOf returns the name of the trace that is in a file, by the file's own name.
func nameOf(file string) (name string, is bool) {
	if name, is := strings.CutSuffix(file, traceEnding); is {
		return name, true
	}
	return file, slices.Contains(directionEndings, filepath.Ext(file))
}

// filesOf lists the files in which a trace may be: the first of them that is there counts.
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

// PassedOver names the files in the directory that are no trace to choose, each with the reason and
// what to do about it. Files whose names begin with a dot are hidden on purpose and not named. A
// file that can be chosen and holds no trace is refused by Open.
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

// unusable says why a file of the directory is no trace to choose; nothing if it is one.
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

// has reports whether there is a file of that name in the directory.
func (t *Traces) has(file string) bool {
	_, err := os.Stat(filepath.Join(t.dir, file))
	return err == nil
}

// plain makes a name of a trace out of any file's name.
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
