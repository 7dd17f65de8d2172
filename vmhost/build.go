package vmhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// A build is an appliance in the making. Its steps are methods that each leave files in work.
type build struct {
	host   *Host
	source fs.FS
	recipe Recipe
	work   string // directory for everything that is thrown away
	out    string // directory that becomes the appliance
	made   Appliance
	kernel kernelFiles
	vm     *process
	ready  chan struct{} // closed when the agent has said so
}

// A step is one named part of a build.
type step struct {
	name string
	run  func(*build, context.Context) error
}

// steps returns what it takes to build an appliance of profile p, in order. Names are for people.
func steps(p Profile) []step {
	finish := []step{
		{"Freeze the machine", (*build).freeze},
		{"Leave out what is empty", (*build).compact},
		{"Seal the appliance", (*build).seal},
	}
	if p == Bare { // it says that it is ready when its screen is
		return append([]step{
			{"Copy the disk", (*build).copyImage},
			{"Start the machine", (*build).boot},
			{"Wait for the guest", (*build).awaitReady},
		}, finish...)
	}
	return append([]step{
		{"Install packages", (*build).install},
		{"Add the recipe's own files", (*build).overlay},
		{"Pack the kernel", (*build).packKernel},
		{"Make the disk", (*build).makeDisk},
		{"Start the machine", (*build).boot},
		{"Wait for the desktop", (*build).awaitReady},
		{"Wait until the screen is quiet", (*build).settle},
	}, finish...)
}

// Build makes an appliance from the recipe in source and puts it into the directory into, whose
// name is up to the caller; what was there is replaced in the same moment. progress (which may be
// nil) hears every step. On error nothing is left behind, and what was in into is untouched.
//
// A recipe of profile Desktop needs several programs; Build calls CanBuild first. The appliance is the
// same, whether root builds it or an ordinary user in a user namespace.
func (h *Host) Build(ctx context.Context, source fs.FS, into string, progress Progress) (_ Appliance, err error) {
	recipe, err := readRecipe(source)
	if err != nil {
		return Appliance{}, err
	}
	if err := CanBuild(ctx, recipe.Profile); err != nil {
		return Appliance{}, err
	}
	accel, err := h.Accelerator(ctx)
	if err != nil {
		return Appliance{}, err
	}
	work, lock, err := makeWorkDir(filepath.Dir(into), recipe.Name)
	if err != nil {
		return Appliance{}, fmt.Errorf("build %s: %w", recipe.Name, err)
	}
	defer lock.Close()
	b := &build{
		host: h, source: source, recipe: recipe, work: work, out: filepath.Join(work, "appliance"),
		made: recipe.appliance(), ready: make(chan struct{}),
	}
	b.made.Accelerator, b.made.QEMU, b.made.Dir = accel.Name, h.version, b.out
	defer func() { err = errors.Join(err, b.cleanUp()) }()
	if err := b.run(ctx, progress); err != nil {
		return Appliance{}, err
	}
	if err := replaceDir(b.out, into); err != nil {
		return Appliance{}, fmt.Errorf("build %s: %w", recipe.Name, err)
	}
	return Load(into)
}

func (b *build) run(ctx context.Context, progress Progress) error {
	if err := os.Mkdir(b.out, 0o755); err != nil {
		return fmt.Errorf("build %s: %w", b.recipe.Name, err)
	}
	list := steps(b.recipe.Profile)
	for i, s := range list {
		if progress != nil {
			progress(s.name, i, len(list))
		}
		if err := s.run(b, ctx); err != nil {
			return fmt.Errorf("build %s: %s: %w", b.recipe.Name, strings.ToLower(s.name), err)
		}
	}
	if progress != nil {
		progress(list[len(list)-1].name, len(list), len(list))
	}
	return nil
}

// cleanUp ends the machine if it still runs, and removes the work directory.
func (b *build) cleanUp() error {
	var err error
	if b.vm != nil {
		err = b.vm.end(ended)
	}
	return errors.Join(err, removeWorkDir(b.work))
}

// CanBuild finds out whether appliances of profile p can be built here. It refuses with a sentence that says
// what is missing.
func CanBuild(ctx context.Context, p Profile) error {
	if p == Bare {
		return nil
	}
	for tool, pkg := range map[string]string{"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "busybox": "busybox-static", "dpkg-deb": "dpkg"} {
		if _, err := findTool(tool); err != nil {
			return study.Refuse(study.ErrNotFound, "Building an appliance needs the program %s. On Debian: apt install %s.", tool, pkg)
		}
	}
	return tryAsRoot(ctx)
}

// replaceDir moves dir to into in one step; an old directory there ends up at dir.
func replaceDir(dir, into string) error {
	err := unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, into, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.ENOENT) {
		return os.Rename(dir, into)
	}
	if err != nil {
		return fmt.Errorf("put in place %s: %w", into, err)
	}
	return nil
}

// seal writes the manifest.
func (b *build) seal(ctx context.Context) error {
	b.made.Built = time.Now().UTC().Truncate(time.Second)
	b.made.Files = map[string]File{}
	for _, name := range []string{memoryFile, diskFile, deviceFile} {
		f, err := digest(ctx, filepath.Join(b.out, name))
		if err != nil {
			return err
		}
		b.made.Files[name] = f
	}
	return b.made.save()
}
