package linux

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vmstudy/vmhost/tool"
)

// Kernel is a Linux kernel as Debian builds it, with its modules, unpacked into a directory.
type Kernel struct {
	Version string // as in "6.1.0-56-cloud-amd64"

	Image string // the path of what QEMU loads
	Tree  string // the directory with the modules, at any depth
}

// Unpack unpacks the one Debian kernel package in dir into the directory tree.
func Unpack(ctx context.Context, dir, tree string) (Kernel, error) {
	deb, err := theOnly(dir, "linux-image-", ".deb")
	if err != nil {
		return Kernel{}, fmt.Errorf("downloaded kernel package: %w", err)
	}
	return unpackKernel(ctx, deb, tree)
}

// unpackKernel unpacks a Debian kernel package.
func unpackKernel(ctx context.Context, deb, tree string) (Kernel, error) {
	if err := tool.Run(exec.CommandContext(ctx, "dpkg-deb", "-x", deb, tree)); err != nil {
		return Kernel{}, err
	}
	return findKernel(tree)
}

// findKernel finds the one kernel in a directory that has an unpacked package.
func findKernel(tree string) (Kernel, error) {
	const prefix = "vmlinuz-"
	image, err := theOnly(filepath.Join(tree, "boot"), prefix, "")
	if err != nil {
		return Kernel{}, fmt.Errorf("kernel image: %w", err)
	}
	return Kernel{Version: strings.TrimPrefix(filepath.Base(image), prefix), Image: image, Tree: tree}, nil
}

// theOnly returns the path of the only file in dir whose name begins with prefix and ends with suffix.
func theOnly(dir, prefix, suffix string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			found = append(found, e.Name())
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one file %s*%s in %s, found %q", prefix, suffix, dir, found)
	}
	return filepath.Join(dir, found[0]), nil
}

// Fetch returns the kernel that a Debian package such as linux-image-cloud-amd64 depends on. If it is not in dir yet, it
// is downloaded to there with apt-get, which needs no privilege, and stays there for the next time.
func Fetch(ctx context.Context, dir, metapackage string) (Kernel, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Kernel{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Kernel{}, err
	}
	release, err := lockFile(filepath.Join(dir, metapackage+".lock"))
	if err != nil {
		return Kernel{}, err
	}
	defer release()
	tree := filepath.Join(dir, metapackage)
	if kernel, err := findKernel(tree); err == nil {
		return kernel, nil
	}
	work, err := os.MkdirTemp(dir, metapackage+"-")
	if err != nil {
		return Kernel{}, err
	}
	defer os.RemoveAll(work)
	kernel, err := downloadKernel(ctx, work, metapackage)
	if err != nil {
		return Kernel{}, fmt.Errorf("fetch kernel %s: %w", metapackage, err)
	}
	// So the directory tree is complete, or does not exist.
	if err := errors.Join(os.RemoveAll(tree), os.Rename(kernel.Tree, tree)); err != nil {
		return Kernel{}, err
	}
	return findKernel(tree)
}

// downloadKernel downloads the package that metapackage depends on, and unpacks it in work. If that fails because apt
// knows no packages, or outdated ones, it tries again with package lists of its own.
func downloadKernel(ctx context.Context, work, metapackage string) (Kernel, error) {
	var failed []error
	for _, options := range [][]string{nil, ownLists(work)} {
		if options != nil {
			if err := os.MkdirAll(filepath.Join(work, "lists", "partial"), 0o755); err != nil {
				return Kernel{}, err
			}
			if err := tool.Run(apt(ctx, work, "apt-get", append(options, "update")...)); err != nil {
				return Kernel{}, errors.Join(append(failed, err)...)
			}
		}
		deb, err := downloadNewest(ctx, work, metapackage, options)
		if err == nil {
			return unpackKernel(ctx, deb, filepath.Join(work, "tree"))
		}
		failed = append(failed, err)
	}
	return Kernel{}, errors.Join(failed...)
}

// ownLists are options that make apt keep its lists in work, which needs no privilege.
func ownLists(work string) []string {
	return []string{
		"-o", "Dir::State::Lists=" + filepath.Join(work, "lists"),
		"-o", "Dir::Cache=" + filepath.Join(work, "cache"),
	}
}

func apt(ctx context.Context, work, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = work
	return cmd
}

// downloadNewest downloads the package that metapackage depends on, and returns its path.
func downloadNewest(ctx context.Context, work, metapackage string, options []string) (string, error) {
	show := apt(ctx, work, "apt-cache", append(options, "depends", "--important", metapackage)...)
	listed, err := show.Output()
	if err != nil {
		return "", fmt.Errorf("apt-cache depends %s: %w", metapackage, err)
	}
	image := dependency(listed)
	if image == "" {
		return "", fmt.Errorf("apt knows no package that %s depends on", metapackage)
	}
	if err := tool.Run(apt(ctx, work, "apt-get", append(options, "-q", "download", image)...)); err != nil {
		return "", err
	}
	deb, err := theOnly(work, image+"_", ".deb")
	if err != nil {
		return "", fmt.Errorf("apt-get download %s: %w", image, err)
	}
	return deb, nil
}

// dependency returns the first kernel image in what apt-cache lists as dependencies.
func dependency(listed []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(listed))
	for lines.Scan() {
		name, is := strings.CutPrefix(strings.TrimSpace(lines.Text()), "Depends: ")
		if is && strings.HasPrefix(name, "linux-image-") {
			return name
		}
	}
	return ""
}

// lockFile waits until no other process has locked the file at path, and locks it. It makes the file if there is none.
func lockFile(path string) (release func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, fs.FileMode(0o644))
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}
