package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/linux"
	"vmstudy/vmhost/qemu"
)

// Program makes an appliance of profile desktop whose guest has p as its only program. It becomes the directory into,
// which must not exist yet. Program needs no privilege, and takes as long as a kernel takes to boot. It is for tests of
// how a guest with Linux's own drivers takes inputs in. p.Init starts p, which opens the agent's port and says "ready"
// there.
func Program(ctx context.Context, h *vmhost.Host, kernel linux.Kernel, p linux.Program, into string) (_ vmhost.Appliance, err error) {
	accel, err := h.Accelerator(ctx)
	if err != nil {
		return vmhost.Appliance{}, err
	}
	work, lock, err := makeWorkDir(filepath.Dir(into), filepath.Base(into))
	if err != nil {
		return vmhost.Appliance{}, fmt.Errorf("build %s: %w", p.Path, err)
	}
	defer lock.Close()
	b := &build{host: h, work: work, out: filepath.Join(work, "appliance"), ready: make(chan struct{})}
	b.recipe.Disk = max(1, p.Disk)
	b.kernel = qemu.Kernel{
		Image: kernel.Image, Initramfs: filepath.Join(work, "initramfs.cpio"),
		CommandLine: "console=ttyS0 quiet panic=1 transparent_hugepage=never nowatchdog no_timer_check mitigations=off random.trust_cpu=on",
	}
	b.made = vmhost.Appliance{
		Dir: b.out, Name: filepath.Base(into), Title: filepath.Base(into), Profile: qemu.Desktop, RAM: p.Memory, Width: 720, Height: 400,
		QEMU: h.QEMUVersion(), Machine: qemu.MachineType, CPU: qemu.CPUModel, Accelerator: accel.Name, Kernel: kernel.Version,
		Tasks: []study.Task{{ID: "task", Title: study.Plain("Task")}},
	}
	defer func() { err = errors.Join(err, b.cleanUp()) }()
	if err := os.Mkdir(b.out, 0o755); err != nil {
		return vmhost.Appliance{}, fmt.Errorf("build %s: %w", p.Path, err)
	}
	for _, s := range []step{
		{"pack the program", func(*build, context.Context) error { return p.Pack(kernel, b.kernel.Initramfs) }},
		{"make the disk", func(*build, context.Context) error { return b.emptyDisk() }},
		{"start the machine", (*build).boot},
		{"wait for the program", (*build).awaitReady},
		{"freeze the machine", (*build).freeze},
		{"leave out what is empty", (*build).compact},
		{"seal the appliance", (*build).seal},
	} {
		if err := s.run(b, ctx); err != nil {
			return vmhost.Appliance{}, fmt.Errorf("build %s: %s: %w", p.Path, s.name, err)
		}
	}
	if err := os.Rename(b.out, into); err != nil {
		return vmhost.Appliance{}, fmt.Errorf("build %s: %w", p.Path, err)
	}
	return vmhost.Load(into)
}
