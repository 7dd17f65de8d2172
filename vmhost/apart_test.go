package vmhost_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/qemu"
	"vmstudy/vmhost/vmhosttest"
)

// userOf returns the number of the user as whom a process runs. It must not have several.
func userOf(t *testing.T, pid int) uint32 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(text), "\nUid:")
	line, _, _ = strings.Cut(line, "\n")
	numbers := slices.Compact(strings.Fields(line))
	if len(numbers) != 1 {
		t.Fatalf("process %d has the users %q", pid, line)
	}
	user, err := strconv.ParseUint(numbers[0], 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(user)
}

// twoMachines runs two machines of one appliance in a directory that everybody may enter, and returns their processes.
// The test needs a computer on which they are confined as least says.
func twoMachines(t *testing.T, least vmhost.Confinement) (a vmhost.Appliance, run string, pids []int) {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	a = vmhosttest.BootSector(t, h)
	for range 2 {
		m, err := h.Resume(ctx, a, vmhost.Files{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = m.Close(ctx) })
		if got := m.Facts().Confinement; got < least {
			studytest.Lacks(t, "root", fmt.Sprintf("machines have confinement %d here, want %d", got, least))
		}
	}
	if pids = qemus(t, a.Dir); len(pids) != 2 {
		t.Fatalf("found QEMU processes %v, want two", pids)
	}
	return a, h.RunDir(), pids
}

func TestEachMachineHasAUserOfItsOwnAndCannotReachAnother(t *testing.T) {
	studytest.Need(t, "root") // only root can give machines users of their own
	_, run, pids := twoMachines(t, vmhost.AsOwnUser)
	users := []uint32{userOf(t, pids[0]), userOf(t, pids[1])}
	for _, u := range users {
		if u < qemu.FirstUser || u >= qemu.FirstUser+1<<22 {
			t.Errorf("a machine runs as user %d, want one of the range for machines", u)
		}
	}
	if users[0] == users[1] {
		t.Errorf("both machines run as user %d", users[0])
	}
	for who, user := range map[string]uint32{"the other machine's user": users[0], "nobody": studytest.Nobody} {
		for what, command := range map[string]string{
			"reads its memory":          `dd if=/proc/$0/mem of=/dev/null bs=1 count=1`,
			"writes its memory":         `: >>/proc/$0/mem`,
			"lists its open files":      `ls /proc/$0/fd/`,
			"opens its first socket":    `: </proc/$0/fd/3`,
			"reads its environment":     `cat /proc/$0/environ`,
			"sees what memory it has":   `cat /proc/$0/maps`,
			"enters its file system":    `ls /proc/$0/root/`,
			"kills it":                  `kill -9 $0`,
			"stops it":                  `kill -STOP $0`,
			"lists the run directory":   `ls "$1"`,
			"lists a machine's own one": `ls "$1"/machine-2`,
		} {
			if out, err := studytest.As(t, user, command, strconv.Itoa(pids[1]), run); err == nil {
				t.Errorf("%s %s: %q; want it refused", who, what, out)
			}
		}
	}
}

func TestAMachineMayWriteToNoFileAndListensNowhere(t *testing.T) {
	studytest.Need(t, "root")
	mayWriteNothing(t, vmhost.AsOwnUser)
}

func TestAMachineOfAnOrdinaryUserMayWriteToNoFileEither(t *testing.T) {
	if studytest.AsNobody(t) {
		return
	}
	mayWriteNothing(t, vmhost.InNamespaces)
}

// mayWriteNothing fails the test if a machine with that confinement has a file of its appliance open for writing, or sees a
// socket that somebody listens at.
func mayWriteNothing(t *testing.T, least vmhost.Confinement) {
	t.Helper()
	a, _, pids := twoMachines(t, least)
	for _, pid := range pids {
		open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		if err != nil {
			t.Fatal(err)
		}
		images := 0
		for _, fd := range open {
			path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name()))
			if errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(path, a.Dir) {
				continue // it was closed meanwhile, or is no file of the appliance
			}
			images++
			info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%s", pid, fd.Name()))
			if err != nil {
				t.Fatal(err)
			}
			_, flags, _ := strings.Cut(string(info), "flags:\t")
			flags, _, _ = strings.Cut(flags, "\n")
			if mode, err := strconv.ParseUint(flags, 8, 64); err != nil || mode&syscall.O_ACCMODE != syscall.O_RDONLY {
				t.Errorf("QEMU has %s open with flags %s (%v), want it for reading only", filepath.Base(path), flags, err)
			}
		}
		if images < 2 {
			t.Errorf("QEMU has %d files of the appliance open, want memory and disk", images)
		}
		for _, kind := range []string{"unix", "tcp", "tcp6", "udp", "udp6"} {
			table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, kind))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
				if fields := strings.Fields(line); kind != "unix" || len(fields) > 7 { // a socket with a name has 8 fields
					t.Errorf("in the network of a machine there is the %s socket %q", kind, line)
				}
			}
		}
	}
}
