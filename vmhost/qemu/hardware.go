package qemu

import (
	"fmt"
	"path/filepath"
	"strconv"
)

// An appliance only runs on this machine type and CPU model. They are constants here, but each manifest has them, too, so
// that a later version of this program can tell which appliances are its own.
const (
	MachineType = "pc-q35-7.2"
	CPUModel    = "Nehalem" // x86-64-v2; the same under KVM and TCG
)

// A Profile names a fixed set of devices. Only a machine with exactly the same devices can resume a state.
type Profile string

const (
	// Desktop is for guests with an operating system. All devices are virtio devices, the pointer has absolute positions,
	// and the agent has a virtio-serial port. The guest is booted from a kernel file.
	Desktop Profile = "desktop"
	// Bare is for guests of a few hundred bytes. They have a VGA, a PS/2 keyboard, and the agent on the first serial port.
	// The guest is booted from the disk.
	Bare Profile = "bare"
)

// Hardware is all that has to be known of a machine to resume its state.
type Hardware struct {
	Profile       Profile
	Machine, CPU  string
	Accelerator   string // "kvm" or "tcg"
	RAM           int64  // bytes
	Width, Height int    // of the screen in pixels
	DBus          bool   // whether the screen is also offered over D-Bus; this does not belong to the state
}

// Files are the paths of a machine's memory and disk.
type Files struct {
	Memory, Disk string
	Partial      bool // parts of them are still to be fetched; the disk is then read past the page cache
	Left         bool // the state of the devices is one that SaveDevices wrote
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
	pairFD // only a supervisor has it; see pairMaker
)

// codeCache is how much memory TCG may use for translated guest code, in MiB. Its default of 1 GiB is as much as several
// machines have.
const codeCache = 128

// args returns the arguments for QEMU that describe the machine itself. They are the same at build and resume.
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
		// Connections to the screen come one by one over QMP. No viewer may shut out the others.
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

// BootArgs returns the arguments for a machine that starts from power-on and writes its memory to its file.
func (h Hardware) BootArgs(files Files, kernel Kernel, console string) []string {
	args := append(h.args(), h.memory(files.Memory, "on")...)
	args = append(args, "-drive", "file="+Quote(files.Disk)+",if=none,id=disk,format=raw,cache=unsafe")
	if h.Profile == Desktop {
		args = append(args, "-chardev", "file,id=console,path="+Quote(console), "-serial", "chardev:console",
			"-kernel", kernel.Image, "-initrd", kernel.Initramfs, "-append", kernel.CommandLine)
	}
	return args
}

// ResumeArgs returns the arguments for a machine that resumes from its files and does not change them.
func (h Hardware) ResumeArgs(files Files) []string {
	args := append(h.args(), h.memory(files.Memory, "off")...)
	disk := "file=" + Quote(files.Disk) + ",if=none,id=disk,format=raw,snapshot=on"
	if files.Partial {
		disk += ",cache.direct=on"
	}
	args = append(args, "-drive", disk, "-incoming", "defer")
	if files.Left { // neither the configuration nor the description of the state is in it
		args = append(args, "-global", "migration.send-configuration=off", "-machine", "suppress-vmdesc=on")
	}
	if h.Profile == Desktop {
		args = append(args, "-serial", "null", "-option-rom", "linuxboot_dma.bin")
	}
	return args
}

// memory returns the arguments that map guest memory from a file. With share=on the file becomes the memory image; with
// share=off it does not change.
func (h Hardware) memory(path, share string) []string {
	return []string{"-object", fmt.Sprintf("memory-backend-file,id=ram0,size=%d,mem-path=%s,share=%s", h.RAM, Quote(path), share)}
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// Quote writes a file path as QEMU's option syntax needs it. The path becomes absolute, since QEMU could take the
// beginning of a relative one for a protocol, and commas are doubled.
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
