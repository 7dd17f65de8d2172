package mount

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// A ReadAheadWarning says that the kernel reads ahead on a mount: it works, but a fault
// fetches more than its page, and traces show accesses that nobody made.
type ReadAheadWarning struct {
	Dir string // of the mount
	Err error  // why the read-ahead could not be turned off
}

func (w *ReadAheadWarning) Error() string {
	return fmt.Sprintf("the kernel reads ahead on %s: %v. So the machine fetches more than it touches, and its trace is not to be learned from", w.Dir, w.Err)
}

func (w *ReadAheadWarning) Unwrap() error { return w.Err }

// stopReadAhead makes sure that the kernel reads nothing ahead on the mount at dir. Most
// kernels have heeded the mount's own wish already; the others are told, which needs root.
func stopReadAhead(dir string) error {
	dev, err := deviceOf(dir)
	if err != nil {
		return &ReadAheadWarning{Dir: dir, Err: err}
	}
	knob := filepath.Join("/sys/class/bdi", dev, "read_ahead_kb")
	if now, err := os.ReadFile(knob); err == nil && strings.TrimSpace(string(now)) == "0" {
		return nil
	}
	if err := os.WriteFile(knob, []byte("0"), 0); err != nil {
		return &ReadAheadWarning{Dir: dir, Err: err}
	}
	return nil
}

// Sweep detaches every mount of ours at or below dir, and returns how many there were. It is
// for what a killed process has left, so call it before the first mount.
func Sweep(dir string) (int, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return 0, err
	}
	// The kernel's table has no symbolic links. The last part of the path is not looked at: it may be
	// a mount whose process is dead, which answers nothing.
	parent, err := filepath.EvalSymlinks(filepath.Dir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	below, err := mountinfo.GetMounts(mountinfo.PrefixFilter(filepath.Join(parent, filepath.Base(dir))))
	if err != nil {
		return 0, err
	}
	swept := 0
	var errs []error
	for _, m := range below {
		if m.FSType != "fuse."+fsName {
			continue
		}
		if err := detach(m.Mountpoint); err != nil {
			errs = append(errs, err)
			continue
		}
		swept++
	}
	return swept, errors.Join(errs...)
}

// detach takes the mount out of the file tree even if it is in use.
func detach(dir string) error {
	err := unix.Unmount(dir, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
	if errors.Is(err, unix.EPERM) {
		err = exec.Command("fusermount3", "-u", "-z", dir).Run()
	}
	if err != nil {
		return fmt.Errorf("detach %s: %w", dir, err)
	}
	return nil
}

// deviceOf returns MAJOR:MINOR of the mount at dir. It reads the kernel's table, because a
// stat of dir would be a request to ourselves.
func deviceOf(dir string) (string, error) {
	at, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) { return m.Mountpoint != dir, false })
	if err != nil {
		return "", err
	}
	if len(at) == 0 {
		return "", fmt.Errorf("%s is not in mountinfo", dir)
	}
	top := at[len(at)-1] // mounted last
	return fmt.Sprintf("%d:%d", top.Major, top.Minor), nil
}
