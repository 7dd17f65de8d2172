package mount

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A ReadAheadWarning says that the kernel reads ahead on a mount: it works, but a fault
// fetches more than its page, and traces show accesses that nobody made.
type ReadAheadWarning struct {
	Dir string // of the mount
	Err error  // why the read-ahead could not be turned off
}

func (w *ReadAheadWarning) Error() string {
	return fmt.Sprintf("the kernel reads ahead on %s: %v", w.Dir, w.Err)
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
	entries, err := readMountinfo()
	if err != nil {
		return 0, err
	}
	swept := 0
	var errs []error
	for _, e := range entries {
		if e.kind != "fuse."+fsName || (e.point != dir && !strings.HasPrefix(e.point, dir+"/")) {
			continue
		}
		if err := detach(e.point); err != nil {
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
	entries, err := readMountinfo()
	if err != nil {
		return "", err
	}
	dev := ""
	for _, e := range entries {
		if e.point == dir {
			dev = e.dev // the last one lies on top
		}
	}
	if dev == "" {
		return "", fmt.Errorf("%s is not in mountinfo", dir)
	}
	return dev, nil
}

// mountEntry is what we use of a line of mountinfo, see proc(5).
type mountEntry struct {
	dev   string // MAJOR:MINOR
	point string
	kind  string
}

func readMountinfo() ([]mountEntry, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseMountinfo(f)
}

// parseMountinfo skips lines that it does not understand: they are not ours.
func parseMountinfo(r io.Reader) ([]mountEntry, error) {
	var entries []mountEntry
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) == 0 {
			continue
		}
		entries = append(entries, mountEntry{dev: fields[2], point: unescape(fields[4]), kind: kind[0]})
	}
	return entries, lines.Err()
}

// unescape undoes the kernel's \040 for a space and its like.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
