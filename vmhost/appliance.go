package vmhost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"vmstudy/study"
	"vmstudy/vmhost/qemu"
)

// The files of an appliance, beside its manifest.
const (
	manifestFile = "manifest.yaml"
	diskFile     = "disk.raw"
	memoryFile   = "memory.raw"
	deviceFile   = "device.state"
)

// An Appliance is a virtual machine frozen on disk, ready to resume, and what is known about it.
// Its fields are those of manifest.yaml.
type Appliance struct {
	Dir string `yaml:"-"` // where it lies

	Name        string       `yaml:"name"`  // lower-case letters, digits and hyphens; also the directory's name
	Title       string       `yaml:"title"` // for people
	Profile     qemu.Profile `yaml:"profile"`
	RAM         int64        `yaml:"ram"`         // bytes
	Width       int          `yaml:"width"`       // of the screen, in pixels
	Height      int          `yaml:"height"`      // of the screen, in pixels
	QEMU        string       `yaml:"qemu"`        // the version that took the snapshot, as in "7.2.22"
	Machine     string       `yaml:"machine"`     // QEMU's machine type
	CPU         string       `yaml:"cpu"`         // QEMU's CPU model
	Accelerator string       `yaml:"accelerator"` // "kvm" or "tcg"
	Kernel      string       `yaml:"kernel"`      // the guest's kernel release; empty where it has none
	Built       time.Time    `yaml:"built"`       // UTC

	Tasks []study.Task    `yaml:"tasks"`
	Files map[string]File `yaml:"files"` // by file name
}

// A File is what the manifest promises about one file.
type File struct {
	Size   int64  `yaml:"size"`   // bytes, holes included
	SHA256 string `yaml:"sha256"` // in hex
}

// Files says where the parts of an appliance are found. They need not be regular files: a file
// system that fetches them piece by piece serves as well.
type Files struct {
	Memory, Disk, Device string
	// Partial says that parts of the files are still to be fetched. The disk is then read past
	// the page cache, so that a read arrives as long as the guest made it and is fetched at once.
	Partial bool
	// Fetch, if not nil, is called when QEMU has started, and returns when Device is there.
	Fetch func(context.Context) error
	// Hold, if not nil, is called when the machine is loaded, and returns when it may begin to
	// run: when enough of the files has come.
	Hold func(context.Context) error
	// Passed, if not nil, tells how much time has passed in which the machine did not wait for the files, how
	// often it has begun to wait, and whether it waits now. nil means that it never waits.
	Passed func() (d time.Duration, begun int64, waits bool)
}

// LocalFiles are the appliance's own files.
func (a Appliance) LocalFiles() Files {
	in := func(name string) string { return filepath.Join(a.Dir, name) }
	return Files{Memory: in(memoryFile), Disk: in(diskFile), Device: in(deviceFile)}
}

// Content identifies what the appliance holds: the SHA-256 of its files' names and hashes, in hex.
// Another build has another one, whatever its name.
func (a Appliance) Content() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		fmt.Fprintln(sum, name, a.Files[name].SHA256)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Hardware describes the machine that the appliance is the state of.
func (a Appliance) Hardware() qemu.Hardware {
	return qemu.Hardware{
		Profile: a.Profile, Machine: a.Machine, CPU: a.CPU, Accelerator: a.Accelerator,
		RAM: a.RAM, Width: a.Width, Height: a.Height,
	}
}

// Load reads the manifest of the appliance in dir. It looks at the files' sizes, not into them:
// that is Verify's work. A directory without manifest is study.ErrNotFound.
func Load(dir string) (Appliance, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Appliance{}, fmt.Errorf("appliance %s: %w", dir, study.ErrNotFound)
	}
	if err != nil {
		return Appliance{}, fmt.Errorf("appliance %s: %w", dir, err)
	}
	a := Appliance{Dir: dir}
	if err := yaml.Unmarshal(text, &a); err != nil {
		return Appliance{}, fmt.Errorf("manifest of %s: %w", dir, err)
	}
	if err := a.check(); err != nil {
		return Appliance{}, fmt.Errorf("manifest of %s: %w", dir, err)
	}
	for name, want := range a.Files {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return Appliance{}, fmt.Errorf("appliance %s: %w", dir, err)
		}
		if info.Size() != want.Size {
			return Appliance{}, fmt.Errorf("appliance %s: %s has %d bytes, the manifest says %d", dir, name, info.Size(), want.Size)
		}
	}
	return a, nil
}

// CheckWords refuses what no build wrote of the machine and its tasks. A manifest may come from elsewhere, and its
// words end up in QEMU's arguments.
func (a Appliance) CheckWords() error {
	plain := func(s string) bool { return s != "" && !strings.ContainsAny(s, ", \n") }
	switch {
	case !qemu.ValidID(a.Name):
		return fmt.Errorf("name %q: want lower-case letters, digits and hyphens", a.Name)
	case a.Profile != qemu.Desktop && a.Profile != qemu.Bare:
		return fmt.Errorf("profile %q: want %q or %q", a.Profile, qemu.Desktop, qemu.Bare)
	case a.RAM < 1<<20 || a.RAM%(1<<20) != 0:
		return fmt.Errorf("ram %d: want a whole number of MiB", a.RAM)
	case a.Width < 1 || a.Height < 1 || a.Width > 8192 || a.Height > 8192:
		return fmt.Errorf("screen %dx%d: want 1 to 8192 pixels", a.Width, a.Height)
	case !plain(a.Machine) || !plain(a.CPU):
		return fmt.Errorf("machine %q, cpu %q: want one plain word each", a.Machine, a.CPU)
	case a.Accelerator != "kvm" && a.Accelerator != "tcg":
		return fmt.Errorf("accelerator %q: want kvm or tcg", a.Accelerator)
	}
	for _, t := range a.Tasks {
		if !qemu.ValidID(string(t.ID)) {
			return fmt.Errorf("task %q: want lower-case letters, digits and hyphens", t.ID)
		}
	}
	return nil
}

// check refuses a manifest that no build wrote.
func (a Appliance) check() error {
	if err := a.CheckWords(); err != nil {
		return err
	}
	for _, name := range []string{memoryFile, diskFile, deviceFile} {
		if _, ok := a.Files[name]; !ok {
			return fmt.Errorf("no line for %s", name)
		}
	}
	if len(a.Files) != 3 {
		return fmt.Errorf("%d files, want 3", len(a.Files))
	}
	return nil
}

// Task returns the task of that name. One that the appliance does not have is study.ErrNotFound.
func (a Appliance) Task(id study.TaskID) (study.Task, error) {
	for _, t := range a.Tasks {
		if t.ID == id {
			return t, nil
		}
	}
	return study.Task{}, fmt.Errorf("task %q of appliance %s: %w", id, a.Name, study.ErrNotFound)
}

// Progress hears how far a long work has come: what is being done, and how much of it, in a unit
// that only its ratio matters of. total is never 0.
type Progress func(step string, done, total int)

// Verify reads every byte of the appliance and compares it with the manifest. progress may be nil.
func (a Appliance) Verify(ctx context.Context, progress Progress) error {
	done := 0
	for _, name := range []string{deviceFile, memoryFile, diskFile} {
		if progress != nil {
			progress(name, done, len(a.Files))
		}
		got, err := digest(ctx, filepath.Join(a.Dir, name))
		if err != nil {
			return fmt.Errorf("verify %s: %w", name, err)
		}
		if got != a.Files[name] {
			return study.Refuse(study.ErrInvalid,
				"The file %s of the appliance “%s” is damaged: its contents are not what was built. Build the appliance again.", name, a.Name)
		}
		done++
	}
	if progress != nil {
		progress("done", done, len(a.Files))
	}
	return nil
}

// digest reads a whole file.
func digest(ctx context.Context, path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(h, readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return f.Read(p)
	}))
	return File{Size: size, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Seal writes the manifest of an appliance whose other files are in its directory. It is the last file: what has
// one is complete.
func (a Appliance) Seal(ctx context.Context) error {
	a.Built = time.Now().UTC().Truncate(time.Second)
	a.Files = map[string]File{}
	for _, name := range []string{memoryFile, diskFile, deviceFile} {
		f, err := digest(ctx, filepath.Join(a.Dir, name))
		if err != nil {
			return err
		}
		a.Files[name] = f
	}
	text, err := yaml.Marshal(a)
	if err != nil {
		return fmt.Errorf("manifest of %s: %w", a.Name, err)
	}
	return os.WriteFile(filepath.Join(a.Dir, manifestFile), text, 0o644)
}
