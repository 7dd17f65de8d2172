package qemu

import (
	"fmt"
	"path/filepath"
	"strconv"
)

// Machine facts that an appliance is tied to. They are constants of this package's version, but
// are recorded in every manifest, so that a later version can tell its own appliances from ours.
const (
	MachineType = "pc-q35-7.2"
	CPUModel    = "Nehalem" // x86-64-v2; the same under KVM and TCG
)

// A Profile names a fixed set of devices. A state can only be resumed by a machine with exactly
// the devices of the one that it was taken from.
type Profile string

const (
	// Desktop is for guests with an operating system: virtio devices throughout, a pointer with
	// absolute positions, the agent on a virtio-serial port. Booted from a kernel file.
	Desktop Profile = "desktop"
	// Bare is for guests of a few hundred bytes: a VGA, a PS/2 keyboard, the agent on the first
	// serial port. Booted from the disk.
	Bare Profile = "bare"
)

// Hardware describes a machine completely enough to resume its state.
type Hardware struct {
	Profile       Profile
	Machine, CPU  string
	Accelerator   string // "kvm" or "tcg"
	RAM           int64  // bytes
	Width, Height int    // of the screen in pixels
	DBus          bool   // whether the screen is also offered over D-Bus; no part of a state
}

// Files are the paths of a machine's memory and disk.
type Files struct {
	Memory, Disk string
	Partial      bool // parts of them are still to be fetched; the disk is then read past the page cache
}

// Kernel is what QEMU loads into a guest that has no boot loader.
type Kernel struct {
	Image, Initramfs string // paths
	CommandLine      string
}

// The descriptors that a QEMU inherits, by number. An exec.Cmd's ExtraFiles begin at 3.
const (
	qmpFD = 3 + iota
	agentFD
	pairFD // of a supervisor only; see pairMaker
)

// codeCache bounds what TCG keeps of translated guest code, in MiB. Its default of 1 GiB would be
// all the memory of several machines.
const codeCache = 128

// args returns QEMU's arguments that describe the machine itself: the same at build and resume.
func (h Hardware) args() []string {
	accel := h.Accelerator
	if accel == "tcg" {
		accel += ",tb-size=" + strconv.Itoa(codeCache)
	}
	common := []string{
		"-no-user-config", "-nodefaults", "-no-reboot",
		"-machine", h.Machine + ",memory-backend=ram0,usb=off,vmport=off,mem-merge=off,dump-guest-core=off",
		"-accel", accel,
		"-cpu", h.CPU, "-smp", "1", "-m", strconv.FormatInt(h.RAM>>10, 10) + "K",
		"-chardev", fmt.Sprintf("socket,id=qmp,fd=%d", qmpFD), "-mon", "chardev=qmp,mode=control",
		"-chardev", fmt.Sprintf("socket,id=agent,fd=%d", agentFD),
		// The screen connections come one by one over QMP; nobody may shut out the others.
		"-vnc", "none,share=force-shared,key-delay-ms=0", // else a key waits 10 ms behind another, and the pointer does not
		"-device", "virtio-blk-pci,drive=disk",
	}
	if h.DBus {
		common = append(common, "-display", "dbus,p2p=yes")
	}
	if h.Profile == Bare {
		return append(common, "-device", "VGA,vgamem_mb=4", "-serial", "chardev:agent")
	}
	return append(common,
		"-device", fmt.Sprintf("virtio-vga,xres=%d,yres=%d", h.Width, h.Height),
		"-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci",
		"-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=agent")
}

// BootArgs add what a machine needs that starts from power-on and writes its own memory file.
func (h Hardware) BootArgs(files Files, kernel Kernel, console string) []string {
	args := append(h.args(), h.memory(files.Memory, "on")...)
	args = append(args, "-drive", "file="+Quote(files.Disk)+",if=none,id=disk,format=raw,cache=unsafe")
	if h.Profile == Desktop {
		args = append(args, "-serial", "file:"+Quote(console),
			"-kernel", kernel.Image, "-initrd", kernel.Initramfs, "-append", kernel.CommandLine)
	}
	return args
}

// ResumeArgs add what a machine needs that goes on from its files without changing them.
func (h Hardware) ResumeArgs(files Files) []string {
	args := append(h.args(), h.memory(files.Memory, "off")...)
	disk := "file=" + Quote(files.Disk) + ",if=none,id=disk,format=raw,snapshot=on"
	if files.Partial {
		disk += ",cache.direct=on"
	}
	args = append(args, "-drive", disk, "-incoming", "defer")
	if h.Profile == Desktop {
		args = append(args, "-serial", "null", "-option-rom", "linuxboot_dma.bin")
	}
	return args
}

// memory maps guest memory from a file: shared, so that the file becomes the memory image, or
// private, so that it stays as it is.
func (h Hardware) memory(path, share string) []string {
	return []string{"-object", fmt.Sprintf("memory-backend-file,id=ram0,size=%d,mem-path=%s,share=%s", h.RAM, Quote(path), share)}
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// Quote writes a file path as QEMU's option syntax wants it: absolute, so that no prefix of it
// names a protocol, with commas doubled.
func Quote(path string) string {
	path = absolute(path)
	out := make([]byte, 0, len(path))
	for i := range len(path) {
		out = append(out, path[i])
		if path[i] == ',' {
			out = append(out, ',')
		}
	}
	return string(out)
}
