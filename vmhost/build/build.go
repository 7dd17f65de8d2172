// Package build makes appliances: it puts a guest's disk together, boots it, waits until its desktop is there and its
// screen is quiet, and freezes it. Where its files end up, and how the guest is woken again, is package vmhost's matter.
//
// A build is a list of named steps (see steps). Each leaves files in a directory that is thrown away at the end. Guests
// with a desktop are made of Debian packages, by root or by an ordinary user in a user namespace (see asRoot).
package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/qemu"
)

// A build is an appliance in the making. Its steps are methods that each leave files in work.
type build struct {
	host   *vmhost.Host
	source fs.FS
	recipe recipe
	work   string // directory for everything that is thrown away
	out    string // directory that becomes the appliance
	made   vmhost.Appliance
	kernel qemu.Kernel
	vm     *qemu.Process
	ready  chan struct{} // closed when the agent has said so
}

// A step is one named part of a build.
type step struct {
	name string
	run  func(*build, context.Context) error
}

// steps returns what it takes to build an appliance of profile p, in order. Names are for people.
func steps(p qemu.Profile) []step {
	finish := []step{
		{"Freeze the machine", (*build).freeze},
		{"Leave out what is empty", (*build).compact},
		{"Seal the appliance", (*build).seal},
	}
	if p == qemu.Bare { // such a guest only says that it is ready when its screen is quiet
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

// Appliance makes an appliance from the recipe in source. When it is complete, it becomes the directory into, and an
// appliance that was there is gone in the same moment. progress, which may be nil, is told of every step. If there is an
// error, nothing is left behind, and into is as it was.
//
// A recipe of profile desktop needs several programs; Appliance calls Ready first. The appliance is the same, whether
// root builds it or an ordinary user in a user namespace.
func Appliance(ctx context.Context, h *vmhost.Host, source fs.FS, into string, progress vmhost.Progress) (_ vmhost.Appliance, err error) {
	recipe, err := readRecipe(source)
	if err != nil {
		return vmhost.Appliance{}, err
	}
	if recipe.Profile == qemu.Desktop {
		if err := nameForApt(into); err != nil {
			return vmhost.Appliance{}, err
		}
		if err := Ready(ctx); err != nil {
			return vmhost.Appliance{}, err
		}
	}
	accel, err := h.Accelerator(ctx)
	if err != nil {
		return vmhost.Appliance{}, err
	}
	work, lock, err := makeWorkDir(filepath.Dir(into), recipe.Name)
	if err != nil {
		return vmhost.Appliance{}, fmt.Errorf("build %s: %w", recipe.Name, err)
	}
	defer lock.Close()
	b := &build{
		host: h, source: source, recipe: recipe, work: work, out: filepath.Join(work, "appliance"),
		made: recipe.appliance(), ready: make(chan struct{}),
	}
	b.made.Accelerator, b.made.QEMU, b.made.Dir = accel.Name, h.QEMUVersion(), b.out
	defer func() { err = errors.Join(err, b.cleanUp()) }()
	if err := b.run(ctx, progress); err != nil {
		return vmhost.Appliance{}, err
	}
	if err := replaceDir(b.out, into); err != nil {
		return vmhost.Appliance{}, fmt.Errorf("build %s: %w", recipe.Name, err)
	}
	return vmhost.Load(into)
}

func (b *build) run(ctx context.Context, progress vmhost.Progress) error {
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
		err = b.vm.EndNow()
	}
	return errors.Join(err, removeWorkDir(b.work))
}

// Ready finds out whether appliances of profile desktop can be built here. If not, the error is a study.Refusal that says
// what is missing.
func Ready(ctx context.Context) error {
	for tool, pkg := range map[string]string{"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "busybox": "busybox-static", "dpkg-deb": "dpkg"} {
		if _, err := findTool(tool); err != nil {
			return study.Refuse(study.ErrNotFound, "Building an appliance needs the program %s. On Debian: apt install %s.", tool, pkg)
		}
	}
	return tryAsRoot(ctx)
}

// nameForApt refuses a place in which no Debian packages can be installed. Apt's configuration has paths between double
// quotes, and no sign for a double quote in them.
func nameForApt(into string) error {
	path, err := filepath.Abs(into)
	if err == nil && strings.Contains(path, `"`) {
		err = study.Refuse(study.ErrInvalid, "A desktop cannot be built in %s: apt, which installs its packages, takes no double quote in a path. Choose another data directory.", filepath.Dir(path))
	}
	return err
}

// replaceDir moves dir to into in one step. If there is a directory at into, it is moved to dir in the same step.
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
func (b *build) seal(ctx context.Context) error { return b.made.Seal(ctx) }
