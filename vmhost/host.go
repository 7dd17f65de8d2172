package vmhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/vmhost/qemu"
)

// Config says how a Host is to work.
type Config struct {
	// RunDir is a directory for what running machines write. It belongs to this Host alone. NewHost removes what an
	// earlier run has left in it.
	RunDir string
	// MemoryLimit is how much all machines together may take, in bytes. 0 means three quarters
	// of what is available now.
	MemoryLimit int64
	// QEMU is the emulator. Empty means qemu-system-x86_64 from the PATH.
	QEMU string
	// Accelerator is "kvm" or "tcg". If it is empty, the Host finds out which one works, once. That takes up to a few
	// seconds.
	Accelerator string
	// Display says how screens are shown: DBus or VNC. If it is empty, the Host takes DBus if this QEMU has it, and else
	// VNC.
	Display string
}

// MachineOverhead is the memory that a machine needs besides that of its guest, in bytes: for QEMU itself, translated
// code, the screen and its connections.
const MachineOverhead = 256 << 20

// A Host resumes appliances on this computer, as many as its memory allows.
type Host struct {
	dir         string
	qemu        string
	version     string
	limit       int64       // bytes
	confinement Confinement // of each machine
	display     string

	probe sync.Mutex // guards accel, and is locked while that is found out
	accel Accelerator

	mu     sync.Mutex
	used   int64 // bytes reserved by machines
	serial int   // number of the last machine
}

// NewHost looks for QEMU and prepares RunDir. If there is no QEMU, the error is study.ErrNotFound.
func NewHost(ctx context.Context, cfg Config) (*Host, error) {
	name := cfg.QEMU
	if name == "" {
		name = "qemu-system-x86_64"
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, study.Refuse(study.ErrNotFound, "QEMU (%s) is not installed. On Debian: apt install qemu-system-x86.", name)
	}
	h := &Host{dir: cfg.RunDir, qemu: program, limit: cfg.MemoryLimit, accel: Accelerator{Name: cfg.Accelerator}}
	if h.accel.Name != "" {
		h.accel.Reason = "set by the configuration"
	}
	if h.version, err = qemuVersion(ctx, program); err != nil {
		return nil, err
	}
	if h.display, err = chooseDisplay(ctx, program, cfg.Display); err != nil {
		return nil, err
	}
	if h.limit == 0 {
		if h.limit, err = availableMemory(); err != nil {
			return nil, err
		}
		h.limit = h.limit / 4 * 3
	}
	if err := os.RemoveAll(cfg.RunDir); err != nil {
		return nil, fmt.Errorf("clear run directory: %w", err)
	}
	if err := os.MkdirAll(cfg.RunDir, 0o700); err != nil {
		return nil, fmt.Errorf("make run directory: %w", err)
	}
	h.confinement = qemu.BestConfinement()
	return h, nil
}

// Confinement is what keeps a guest that has broken out of its QEMU from the rest of a computer. See package qemu.
type Confinement = qemu.Confinement

// The kinds of confinement, from none to the best.
const (
	Unconfined   = qemu.Unconfined
	InNamespaces = qemu.InNamespaces
	AsOwnUser    = qemu.AsOwnUser
)

// Confinement tells what keeps a guest that has broken out of its QEMU from the rest of this computer.
func (h *Host) Confinement() Confinement { return h.confinement }

// QEMU is the path of this host's QEMU.
func (h *Host) QEMU() string { return h.qemu }

// QEMUVersion is the version of this host's QEMU, as in "7.2.22".
func (h *Host) QEMUVersion() string { return h.version }

// Accelerator tells how guests run here. The first call may boot a test guest to find out.
func (h *Host) Accelerator(ctx context.Context) (Accelerator, error) {
	h.probe.Lock()
	defer h.probe.Unlock()
	if h.accel.Name != "" {
		return h.accel, nil
	}
	found, err := probeAccelerator(ctx, h.qemu, h.dir)
	if err == nil {
		h.accel = found
	}
	return found, err
}

// Check tells whether this host can resume a. If not, the error is a study.Refusal.
func (h *Host) Check(ctx context.Context, a Appliance) error {
	accel, err := h.Accelerator(ctx)
	if err != nil {
		return err
	}
	for _, tie := range []struct{ what, has, want string }{
		{"QEMU", series(h.version), series(a.QEMU)},
		{"the machine type", qemu.MachineType, a.Machine},
		{"the CPU model", qemu.CPUModel, a.CPU},
		{"the accelerator", accel.Name, a.Accelerator},
	} {
		if tie.has != tie.want {
			return study.Refuse(study.ErrConflict,
				"The appliance “%s” was built with %s %s, but this computer has %s. Build it again here: studyctl appliance build %s.",
				a.Name, tie.what, tie.want, tie.has, a.Name)
		}
	}
	return nil
}

// diskRoom is how many bytes must be free on the disk with RunDir before a machine is started. What a guest writes goes
// there, and a guest that finds no room is lost.
const diskRoom = 256 << 20

// Room tells whether there is enough memory and disk for a machine of a at this moment. If not, the error is a
// study.Refusal.
func (h *Host) Room(a Appliance) error {
	var disk unix.Statfs_t
	if err := unix.Statfs(h.dir, &disk); err != nil {
		return fmt.Errorf("look for room in %s: %w", h.dir, err)
	}
	if free := int64(disk.Bavail) * disk.Bsize; free < diskRoom {
		return study.Refuse(study.ErrConflict,
			"The disk of the computer that runs the desktop is nearly full: %d MiB are free, and a virtual machine needs %d to write to. Make room first.",
			free>>20, diskRoom>>20)
	}
	if _, err := h.reserve(a); err != nil {
		return err
	}
	h.release(a)
	return nil
}

// reserve sets memory aside for a machine, or refuses. release gives it back. serial numbers the machine.
func (h *Host) reserve(a Appliance) (serial int, err error) {
	need := a.RAM + MachineOverhead
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.used+need > h.limit {
		return 0, study.Refuse(study.ErrConflict,
			"Another virtual machine needs %d MiB, and the running ones already take %d of the %d MiB that this computer may give. Wait until another participant has finished, or allow more memory.",
			need>>20, h.used>>20, h.limit>>20)
	}
	h.used += need
	h.serial++
	return h.serial, nil
}

func (h *Host) release(a Appliance) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used -= a.RAM + MachineOverhead
}

// Capacity is how many machines of a this host can run at once.
func (h *Host) Capacity(a Appliance) int { return int(h.limit / (a.RAM + MachineOverhead)) }

// availableMemory reads how much memory programs can still get, in bytes.
func availableMemory() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("read available memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemAvailable:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("read available memory: no MemAvailable in /proc/meminfo")
}
