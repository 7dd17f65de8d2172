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

	"vmstudy/files"
	"vmstudy/keyboard"
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

// An Appliance describes a virtual machine that is frozen on disk and can be resumed. Its fields are those of
// manifest.yaml.
type Appliance struct {
	Dir string `yaml:"-"` // where it lies

	Name        string       `yaml:"name"`  // lower-case letters, digits and hyphens; also the directory's name
	Title       string       `yaml:"title"` // for people
	Profile     qemu.Profile `yaml:"profile"`
	RAM         int64        `yaml:"ram"`                // bytes
	Width       int          `yaml:"width"`              // of the screen, in pixels
	Height      int          `yaml:"height"`             // of the screen, in pixels
	Keyboard    string       `yaml:"keyboard,omitempty"` // the layout that the guest's system was frozen with, by its name in package keyboard; empty: not known
	QEMU        string       `yaml:"qemu"`               // the version that took the snapshot, as in "7.2.22"
	Machine     string       `yaml:"machine"`            // QEMU's machine type
	CPU         string       `yaml:"cpu"`                // QEMU's CPU model
	Accelerator string       `yaml:"accelerator"`        // "kvm" or "tcg"
	Kernel      string       `yaml:"kernel"`             // the guest's kernel release; empty where it has none
	Built       time.Time    `yaml:"built"`              // UTC

	Tasks []study.Task    `yaml:"tasks"`
	Files map[string]File `yaml:"files"` // by file name
}

// A File is what the manifest says about one file.
type File struct {
	Size   int64  `yaml:"size"`   // bytes, holes included
	SHA256 string `yaml:"sha256"` // in hex
}

// Files says where the files of an appliance are, and what has to be waited for. They may lie on a file system that
// fetches them piece by piece.
type Files struct {
	Memory, Disk, Device string
	// Partial says that parts of the files are still to be fetched. QEMU then reads the disk without the page cache,
	// so that each read of the guest reaches the file system in one piece, and is fetched at once.
	Partial bool
	// Left says that another machine has left these files behind; see Machine.Leave.
	Left bool
	// Task is the task that was begun in the other machine; see Left. Completed receives it when the guest says that it is completed.
	Task study.TaskID
	// After, if not nil, is the machine that has left the files. The one that resumes from them takes over its viewers, and what they
	// do: they stay connected, and see no picture but the last until it runs. Both must be shown over D-Bus.
	After *Machine
	// Fetch, if not nil, is called when QEMU has started. It returns when the file Device is there.
	Fetch func(context.Context) error
	// Hold, if not nil, is called when the machine is loaded. It returns when the machine may begin to run, because
	// enough of the files has come.
	Hold func(context.Context) error
	// Passed, if not nil, tells for how long in sum the machine has not waited for the files, how often it has begun
	// to wait, and whether it waits now. nil means that it never waits.
	Passed func() (d time.Duration, begun int64, waits bool)
}

// LocalFiles are the appliance's own files.
func (a Appliance) LocalFiles() Files {
	in := func(name string) string { return filepath.Join(a.Dir, name) }
	return Files{Memory: in(memoryFile), Disk: in(diskFile), Device: in(deviceFile)}
}

// Content identifies the content of the appliance: it is the SHA-256 of the names and hashes of its files, in hex.
// Two builds differ in it even if they have the same name.
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

// Load reads the manifest of the appliance in dir, and compares the sizes of its files. It does not read the files;
// Verify does. If the directory has no manifest, the error is study.ErrNotFound.
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

// CheckWords refuses a description of the machine or its tasks that no build can have written. A manifest may come from
// elsewhere, and its words become arguments of QEMU.
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
	case a.Keyboard != "" && keyboard.Named(a.Keyboard) == nil:
		return fmt.Errorf("keyboard %q: want the guest's layout, %s; or leave it out", a.Keyboard, layouts())
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

// layouts lists the layouts that a guest's keyboard may have.
func layouts() string {
	var names []string
	for _, l := range keyboard.Layouts() {
		names = append(names, l.Name)
	}
	return "one of " + strings.Join(names, ", ")
}

// check refuses a manifest that no build can have written.
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

// Task returns the task of that name. If the appliance does not have it, the error is study.ErrNotFound.
func (a Appliance) Task(id study.TaskID) (study.Task, error) {
	for _, t := range a.Tasks {
		if t.ID == id {
			return t, nil
		}
	}
	return study.Task{}, fmt.Errorf("task %q of appliance %s: %w", id, a.Name, study.ErrNotFound)
}

// Progress is told how much of a long work is done: the name of the current step, and done of total in any unit.
// total is never 0.
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

// digest reads a whole file and returns its size and hash.
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

// Seal writes the manifest of an appliance whose other files are in its directory. The manifest is written last, so a
// directory that has one is complete.
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
	return files.Write(filepath.Join(a.Dir, manifestFile), 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}
