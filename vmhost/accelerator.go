package vmhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"vmstudy/vmhost/qemu"
)

// An Accelerator says how this computer runs guests.
type Accelerator struct {
	Name   string // "kvm", in hardware, or "tcg", emulated: many times slower
	Reason string // how this was found out, in words for the person who set the computer up
}

// bootProbe is a guest that ends QEMU at once: MOV AL,0x10; OUT 0xF4,AL; HLT; JMP to the HLT. QEMU's
// exit code is then (0x10 << 1) | 1.
var bootProbe = []byte{0xb0, 0x10, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd}

const (
	probeExit = 0x10<<1 | 1
	probeDisk = 1 << 20 // bytes; a BIOS refuses a disk of one sector
)

// How long a guest may take from power-on to the first instruction of its disk. Both KVM and TCG need a few tenths of
// a second on an idle computer. On a busy one KVM may take as long as the quicker of two boots under TCG. Twice the time
// of one boot was too much: a KVM that took 3.7 s was once accepted.
const (
	kvmPatience = time.Second
	tcgPatience = 30 * time.Second
)

// probeAccelerator boots the probe under TCG and then under KVM. A /dev/kvm that exists proves nothing: virtual
// machines often have one that never runs a guest, or runs it many times slower than TCG does. On one of them the probe
// took 3.7 s instead of 0.1 s, and a Debian was not up after five minutes.
func probeAccelerator(ctx context.Context, program, dir string) (Accelerator, error) {
	disk := filepath.Join(dir, "probe.raw")
	image := make([]byte, probeDisk)
	copy(image, bootProbe)
	image[510], image[511] = 0x55, 0xaa
	if err := os.WriteFile(disk, image, 0o600); err != nil {
		return Accelerator{}, fmt.Errorf("write boot probe: %w", err)
	}
	defer os.Remove(disk)

	tcg, quickest := error(nil), tcgPatience
	for range 2 {
		began := time.Now()
		if tcg = bootUnder(ctx, program, "tcg", disk, tcgPatience); tcg != nil {
			break
		}
		quickest = min(quickest, time.Since(began))
	}
	kvm := bootUnder(ctx, program, "kvm", disk, max(kvmPatience, quickest))
	switch {
	case kvm == nil:
		return Accelerator{Name: "kvm", Reason: "KVM booted a test guest, and no slower than emulation"}, nil
	case tcg != nil:
		return Accelerator{}, fmt.Errorf("neither KVM (%w) nor emulation boots a test guest: %w", kvm, tcg)
	}
	return Accelerator{Name: "tcg", Reason: fmt.Sprintf("emulation booted a test guest; KVM did not: %v", kvm)}, nil
}

func bootUnder(ctx context.Context, program, accel, disk string, patience time.Duration) error {
	if accel == "kvm" {
		f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
		if err != nil {
			return err
		}
		f.Close()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing had run after %v", patience))
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-no-user-config", "-nodefaults", "-no-reboot", "-display", "none",
		"-machine", "q35", "-accel", accel, "-m", "16M",
		"-device", "isa-debug-exit,iobase=0xf4,iosize=1",
		"-drive", "file="+qemu.Quote(disk)+",format=raw,if=virtio,readonly=on")
	cmd.WaitDelay = time.Second
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == probeExit:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return errors.New("qemu ended before the guest ran")
	}
	return fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
}

var versionLine = regexp.MustCompile(`version (\d+\.\d+\.\d+)`)

// qemuVersion asks a QEMU for its version, as in "7.2.22".
func qemuVersion(ctx context.Context, program string) (string, error) {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", program, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return "", fmt.Errorf("%s --version: no version in %.80q", program, out)
	}
	return string(m[1]), nil
}

// series returns the first two numbers of a version. Within these QEMU resumes its own snapshots: a bug fix does not
// change the format of a state.
func series(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
