package namespace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// prefix begins the name of every named namespace of this package.
const prefix = "vmstudy-"

// markDir has a file for each link that is in use, or that a killed process has left.
const markDir = "/run/vmstudy/links"

// Mark reserves the name of a link by a file. The file is locked as long as the link's process lives; the
// lock ends with the process, even if it is killed. So Sweep can remove exactly what killed processes
// have left, even if several programs of this kind run on the machine.
type Mark struct {
	id   string // unique on this machine
	file *os.File
}

// The longest name of a link and of its interfaces, in bytes. The kernel allows 15 bytes for an interface.
const (
	maxName = 40
	maxCard = 15
)

// SetMark reserves a name for a link. It may be any text: SetMark keeps its letters, digits and hyphens,
// and adds a number that makes it unique.
func SetMark(name string) (*Mark, error) {
	if err := os.MkdirAll(markDir, 0o755); err != nil {
		return nil, err
	}
	for number := range 10_000 {
		m := &Mark{id: fmt.Sprintf("%s-%d", clean(name), number)}
		file, err := os.OpenFile(m.path(), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		m.file = file
		if m.claim() {
			return m, nil
		}
		file.Close() // a Sweep has locked the file first and removes it
	}
	return nil, fmt.Errorf("there are too many links called %s", name)
}

// claim locks the file. It reports whether it has the lock and the file still exists.
func (m *Mark) claim() bool {
	if unix.Flock(int(m.file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return false
	}
	info, err := m.file.Stat()
	if err != nil {
		return false
	}
	return info.Sys().(*syscall.Stat_t).Nlink > 0
}

// clean returns the characters of a name that are allowed in the names of files and interfaces.
func clean(name string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return -1
	}, name)
	if kept == "" {
		return "link"
	}
	return kept[:min(len(kept), maxName)]
}

func (m *Mark) path() string { return filepath.Join(markDir, m.id) }

// Near returns the name of the near end's namespace.
func (m *Mark) Near() string { return prefix + m.id + "-near" }

// Far returns the name of the far end's namespace.
func (m *Mark) Far() string { return prefix + m.id + "-far" }

// Card returns the name of the link's interfaces.
func (m *Mark) Card() string { return m.id[:min(len(m.id), maxCard)] }

// ID returns the reserved name.
func (m *Mark) ID() string { return m.id }

// Remove frees the name.
func (m *Mark) Remove() error { return errors.Join(os.Remove(m.path()), m.file.Close()) }

// Sweep removes the namespaces of links whose process was killed, and returns the names of these links.
// It touches no link that is in use, of this process or another, and no namespace of other programs.
// Interfaces and qdiscs end with their namespaces.
func Sweep() ([]string, error) {
	marks, err := os.ReadDir(markDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sweep links: %w", err)
	}
	var swept []string
	var errs []error
	for _, entry := range marks {
		m := &Mark{id: entry.Name()}
		if m.file, err = os.OpenFile(m.path(), os.O_RDWR, 0); err != nil {
			continue // its link was closed after ReadDir
		}
		if !m.claim() {
			m.file.Close()
			continue // its link is in use
		}
		swept = append(swept, m.id)
		errs = append(errs, removeNamespace(m.Near()), removeNamespace(m.Far()), m.Remove())
	}
	if err := errors.Join(errs...); err != nil {
		return swept, fmt.Errorf("sweep links: %w", err)
	}
	return swept, nil
}
