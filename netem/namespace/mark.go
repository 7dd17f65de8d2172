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

// prefix begins the name of every namespace of ours.
const prefix = "vmstudy-"

// markDir holds a file for each link that lives, or that died with its process.
const markDir = "/run/vmstudy/links"

// Mark says that a name is a link's, and whether that lives: the file is locked as long as
// its process is there, and the lock goes with the process however that ends. So a sweep
// removes what was left behind and nothing else, on a machine with several of us too.
type Mark struct {
	id   string // unique on this machine
	file *os.File
}

// What a link takes over of the name it is given, and an interface of a link's: the kernel
// lets those have 15 bytes.
const (
	maxName = 40
	maxCard = 15
)

// SetMark reserves a name for a link, which may be anything: of it, letters, digits and hyphens
// are kept, and a number makes it unique.
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
		file.Close() // a sweep was faster, and takes it away
	}
	return nil, fmt.Errorf("there are too many links called %s", name)
}

// claim locks the file, and reports whether it is still there.
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

// clean keeps of a name what may stand in the name of a file, and of an interface.
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

// Near is what the namespace of the near end is called.
func (m *Mark) Near() string { return prefix + m.id + "-near" }

// Far is what the namespace of the far end is called.
func (m *Mark) Far() string { return prefix + m.id + "-far" }

// Card is what the interfaces of the link are called.
func (m *Mark) Card() string { return m.id[:min(len(m.id), maxCard)] }

// ID is the name that is reserved.
func (m *Mark) ID() string { return m.id }

// Remove gives the name back.
func (m *Mark) Remove() error { return errors.Join(os.Remove(m.path()), m.file.Close()) }

// Sweep removes what links have left behind whose process was killed, and returns their
// names. It touches no link that lives, of this process or another, and no namespace that is
// not ours. Interfaces and qdiscs end with their namespaces.
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
			continue // it was removed meanwhile
		}
		if !m.claim() {
			m.file.Close()
			continue // it lives
		}
		swept = append(swept, m.id)
		errs = append(errs, removeNamespace(m.Near()), removeNamespace(m.Far()), m.Remove())
	}
	if err := errors.Join(errs...); err != nil {
		return swept, fmt.Errorf("sweep links: %w", err)
	}
	return swept, nil
}
