package session

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"vmstudy/study"
)

// A published version names the rehearsals by which its machines are streamed (study.Guest.Traces). Others may be rehearsed
// later. If streams of the version learned from these, later participants would get faster machines than earlier ones. So the
// rehearsals of a version, and the bundles that are made of them, are kept beside the present ones, in
// repertoires/NAME of the appliance's directory, where NAME is that of study.Repertoire. Traces are copied. Bundles are hard
// links, which take no room of their own as long as they are the present ones; nothing writes into a bundle.
const repertoiresDir = "repertoires"

// repertoire is a directory with rehearsals, in tracesDir, and with the bundles that are made of them, in bundlesDir.
type repertoire struct {
	dir  string
	name string // see study.Repertoire
}

// findRepertoire returns the wanted rehearsals of the appliance in dir. They may be the present ones or kept ones. If they are
// not there any more, or none are wanted, it returns the present ones.
func findRepertoire(dir string, wanted []study.TraceFile) (repertoire, error) {
	present, err := rehearsalFiles(dir)
	if err != nil {
		return repertoire{}, err
	}
	now, name := study.Repertoire(present), study.Repertoire(wanted)
	if name == "" || name == now {
		return repertoire{dir, now}, nil
	}
	kept := filepath.Join(dir, repertoiresDir, name)
	files, err := rehearsalFiles(kept)
	if err != nil {
		return repertoire{}, err
	}
	if study.Repertoire(files) == name {
		return repertoire{kept, name}, nil
	}
	slog.Warn("the rehearsals that a study's version names are not there any more, so it is streamed by the present ones",
		"appliance", filepath.Base(dir), "named", name, "present", now)
	return repertoire{dir, now}, nil
}

// KeepRepertoire keeps the present rehearsals of the appliance in dir, and the bundles that are made of them, for versions that
// name them. It returns the rehearsals, by name. If there are none, it keeps nothing.
func KeepRepertoire(dir string) ([]study.TraceFile, error) {
	present, err := rehearsalFiles(dir)
	if err != nil || len(present) == 0 {
		return nil, err
	}
	at := filepath.Join(dir, repertoiresDir, study.Repertoire(present))
	if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
		return present, err
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return nil, err
	}
	making, err := os.MkdirTemp(filepath.Dir(at), ".making-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(making) //nolint:errcheck // it is gone if it has become the repertoire
	if err := copyRepertoire(dir, making); err != nil {
		return nil, fmt.Errorf("keeping the rehearsals of %s: %w", filepath.Base(dir), err)
	}
	if err := os.Rename(making, at); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return present, nil
}

// copyRepertoire brings the rehearsals and the bundles in dir to the empty directory into.
func copyRepertoire(dir, into string) error {
	if err := os.Chmod(into, 0o755); err != nil {
		return err
	}
	traces, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return err
	}
	for _, path := range traces {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		copied := filepath.Join(into, tracesDir, filepath.Base(path))
		if err := writeFile(copied, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			return err
		}
	}
	bundles, err := os.ReadDir(filepath.Join(dir, bundlesDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Mkdir(filepath.Join(into, bundlesDir), 0o755); err != nil {
		return err
	}
	for _, e := range bundles {
		if err := os.Link(filepath.Join(dir, bundlesDir, e.Name()), filepath.Join(into, bundlesDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// rehearsalFiles returns the traces from which streams learn in the appliance's directory, or in that of a repertoire, by name.
func rehearsalFiles(dir string) (all []study.TraceFile, err error) {
	paths, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, study.TraceFile{Name: filepath.Base(path), SHA256: fmt.Sprintf("%x", sha256.Sum256(content))})
	}
	return all, nil
}
