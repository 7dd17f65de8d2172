package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"vmstudy/vmhost"
	"vmstudy/vmhost/linux"
	"vmstudy/vmhost/qemu"
)

// kernelHook runs inside mmdebstrap, whose apt knows the suite's kernel. The kernel is downloaded and not installed: with
// its installation come an initramfs generator and half a gigabyte of modules.
const kernelHook = `export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
cd "$VMHOST_WORK" && apt-get download "$(apt-cache depends --important "$VMHOST_KERNEL" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)"`

// install makes the root directory from Debian packages and downloads the kernel.
func (b *build) install(ctx context.Context) error {
	sources, err := aptSources("/etc/apt", b.recipe.Suite)
	if err != nil {
		return err
	}
	args := []string{
		"--variant=essential", "--mode=unshare", "--format=directory", // run by root, mmdebstrap makes every kind of namespace except a user namespace
		"--include=" + strings.Join(b.recipe.Packages, ","),
		`--aptopt=APT::Install-Recommends "false"`,
		"--dpkgopt=force-unsafe-io",
		"--customize-hook=" + kernelHook,
	}
	for _, pattern := range b.recipe.Exclude {
		args = append(args, "--dpkgopt=path-exclude="+pattern)
	}
	args = append(args, b.recipe.Suite, b.root())
	return asRoot(ctx, []string{"VMHOST_WORK=" + b.work, "VMHOST_KERNEL=" + b.recipe.Kernel}, "mmdebstrap", append(args, sources...)...)
}

// aptSources lists those files of this computer's apt configuration that offer a suite.
func aptSources(etc, suite string) ([]string, error) {
	offers := regexp.MustCompile(`(?m)^[^#\n]*\s` + regexp.QuoteMeta(suite) + `(\s|$)`)
	var candidates []string
	entries, err := os.ReadDir(filepath.Join(etc, "sources.list.d"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		candidates = append(candidates, filepath.Join(etc, "sources.list.d", e.Name()))
	}
	var found []string
	for _, path := range append(candidates, filepath.Join(etc, "sources.list")) {
		ext := filepath.Ext(path)
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || ext != ".list" && ext != ".sources" {
			continue
		}
		if err != nil {
			return nil, err
		}
		if offers.Match(text) {
			found = append(found, path)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("none of the apt sources in %s offers the suite %q", etc, suite)
	}
	return found, nil
}

// overlay copies the recipe's files over those of the packages, and runs the recipe's program in there.
func (b *build) overlay(ctx context.Context) error {
	files, err := fs.Sub(b.source, b.recipe.Overlay)
	if err != nil {
		return err
	}
	if err := layOver(b.root(), files); err != nil {
		return err
	}
	return asRoot(ctx, nil, "unshare", "--mount", "sh", "-c", prepareScript, b.root(), b.recipe.Prepare)
}

// prepareScript runs the recipe's program in the root directory. The program gets this computer's devices,
// because only real root could make device files on the disk. The disk itself has none: the guest's kernel
// makes them when it boots.
const prepareScript = `set -e
find "$0/dev" -mindepth 1 -delete
mount -t tmpfs -o mode=755 devices "$0/dev"
for device in null zero full random urandom; do
	: >"$0/dev/$device"
	mount --bind "/dev/$device" "$0/dev/$device"
done
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 chroot "$0" "$1"`

// layOver copies files over a tree. Embedded files have no modes, so a file that begins as a script or as an ELF file becomes a program. A
// directory is only made if there is nothing of its name: /bin may be a link, which has to stay.
func layOver(root string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(root, filepath.FromSlash(name))
		if d.IsDir() {
			return makeDir(target)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if bytes.HasPrefix(text, []byte("#!")) || bytes.HasPrefix(text, []byte("\x7fELF")) {
			mode = 0o755
		}
		if err := os.RemoveAll(target); err != nil { // it may be a link to somewhere else
			return err
		}
		return errors.Join(os.WriteFile(target, text, mode), os.Chmod(target, mode)) // the umask may have changed the mode
	})
}

// makeDir makes a directory that everybody may enter, unless it is there.
func makeDir(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	return errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, 0o755))
}

// packKernel unpacks the kernel package and makes the initramfs.
func (b *build) packKernel(ctx context.Context) error {
	kernel, err := linux.Unpack(ctx, b.work, b.file("kernel"))
	if err != nil {
		return err
	}
	b.made.Kernel = kernel.Version
	b.kernel = qemu.Kernel{Image: kernel.Image, Initramfs: b.file("initramfs.cpio"), CommandLine: b.recipe.CommandLine}
	return kernel.DiskInitramfs(b.kernel.Initramfs, b.recipe.Modules, b.recipe.Init)
}

// makeDisk turns the root directory into a file system. It has no journal: what a guest writes is thrown away anyway, and
// the journal's thread would run now and then.
func (b *build) makeDisk(ctx context.Context) error {
	if err := b.emptyDisk(); err != nil {
		return err
	}
	return asRoot(ctx, nil, "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal",
		"-E", "lazy_itable_init=0", "-m", "0", "-d", b.root(), b.raw().Disk)
}

// copyImage makes the disk of a bare guest.
func (b *build) copyImage(context.Context) error {
	image, err := fs.ReadFile(b.source, b.recipe.Image)
	if err != nil {
		return err
	}
	if int64(len(image)) > b.recipe.Disk<<20 {
		return fmt.Errorf("image of %d bytes on a disk of %d MiB", len(image), b.recipe.Disk)
	}
	if err := b.emptyDisk(); err != nil {
		return err
	}
	disk, err := os.OpenFile(b.raw().Disk, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = disk.Write(image)
	return errors.Join(err, disk.Close())
}

func (b *build) emptyDisk() error {
	disk, err := os.Create(b.raw().Disk)
	if err != nil {
		return err
	}
	return errors.Join(disk.Truncate(b.recipe.Disk<<20), disk.Close())
}

func (b *build) root() string            { return b.file(rootDir) }
func (b *build) file(name string) string { return filepath.Join(b.work, name) }

// raw says where memory and disk are until they are copied into the appliance.
func (b *build) raw() vmhost.Files {
	return vmhost.Appliance{Dir: b.work}.LocalFiles()
}
