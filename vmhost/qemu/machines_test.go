package qemu_test

import (
	"context"
	"encoding/binary"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/qemu"
)

func TestMain(m *testing.M) {
	qemu.ExecMain()
	os.Exit(m.Run())
}

// Guests of a few bytes, which the BIOS runs. Each does one thing and halts.
var (
	rests   = guest()
	panics  = guest(0xba, 0x05, 0x05, 0xb0, 0x01, 0xee) // mov dx, 0x505; mov al, 1; out dx, al: the port of pvpanic
	dumps   = guest(0xba, 0x05, 0x05, 0xb0, 0x02, 0xee)
	hangs   = guest(0xba, 0x43, 0x04, 0xb0, 0x0f, 0xee)       // mov dx, 0x443; mov al, 15; out dx, al: the watchdog waits for 0 s
	resets  = guest(0xb0, 0xfe, 0xe6, 0x64)                   // mov al, 0xfe; out 0x64, al: the keyboard controller
	goesOff = guest(0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef) // mov dx, 0x604; mov ax, 0x2000; out dx, ax: power management
	sleeps  = guest(0xba, 0x04, 0x06, 0xb8, 0x00, 0x24, 0xef) // S3
	saves   = guest(0xba, 0x04, 0x06, 0xb8, 0x00, 0x28, 0xef) // S4
	writes  = append([]byte{                                  // to the second disk, the sector at 512 KiB
		0xfb,       //       sti
		0x31, 0xc0, //       xor ax, ax
		0x8e, 0xd8, //       mov ds, ax
		0xb8, 0x00, 0x43, // mov ax, 0x4300: write without verifying
		0xb2, 0x81, //       mov dl, 0x81
		0xbe, 0x12, 0x7c, // mov si, the packet behind this code
		0xcd, 0x13, //       int 0x13
	}, append(guest(), 0x10, 0, 1, 0, 0x00, 0x7c, 0, 0, 0x00, 0x04, 0, 0, 0, 0, 0, 0)...)
)

// guest returns code that halts for ever in the end.
func guest(code ...byte) []byte { return append(code, 0xf4, 0xeb, 0xfd) } // hlt; jmp hlt

// second returns arguments for a second disk, of which opts says what it is.
func second(opts string) []string {
	return []string{"-drive", "if=none,id=second," + opts, "-device", "virtio-blk-pci,drive=second"}
}

// failing returns a second disk that answers each write with an error.
func failing(errno string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		path := filepath.Join(t.TempDir(), "second")
		if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		return second("format=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=" + qemu.Quote(path) +
			",file.inject-error.0.event=none,file.inject-error.0.iotype=write,file.inject-error.0.errno=" + errno)
	}
}

// damaged returns a second disk that says of 512 KiB of it that they lie where no cluster can lie. Its first sector is
// whole, since QEMU reads that before anybody listens.
func damaged(t *testing.T) []string {
	studytest.Need(t, "qemu-img")
	path := filepath.Join(t.TempDir(), "second.qcow2")
	if out, err := exec.Command("qemu-img", "create", "-q", "-f", "qcow2", "-o", "preallocation=metadata", path, "1M").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const offset, own, clusters = 1<<56 - 512, 1 << 63, 512 >> 6 // of 64 KiB
	table := binary.BigEndian.Uint64(image[40:])                 // the field l1_table_offset of the header
	table = binary.BigEndian.Uint64(image[table:]) & offset      // the table of the second level
	binary.BigEndian.PutUint64(image[table+8*clusters:], own|0x10200)
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	return second("format=qcow2,file=" + qemu.Quote(path))
}

// oddName has signs that are special to QEMU's options.
const oddName = `a, b=c 'd" %41 ü [x]`

// with returns arguments.
func with(args ...string) func(*testing.T) []string {
	return func(*testing.T) []string { return args }
}

// boot starts a QEMU whose guest stands still until it is released, and then runs code. more are further arguments.
func boot(ctx context.Context, t *testing.T, code []byte, more ...string) *qemu.Process {
	t.Helper()
	studytest.Need(t, "qemu")
	program, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		t.Fatal(err)
	}
	hardware := qemu.Hardware{Profile: qemu.Bare, Machine: qemu.MachineType, CPU: qemu.CPUModel, Accelerator: "tcg", RAM: 16 << 20}
	dir := filepath.Join(t.TempDir(), oddName)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	files := qemu.Files{Memory: filepath.Join(dir, "memory"), Disk: filepath.Join(dir, "disk")}
	disk := make([]byte, 1<<20)
	copy(disk, code)
	disk[510], disk[511] = 0x55, 0xaa
	for path, content := range map[string][]byte{files.Disk: disk, files.Memory: make([]byte, hardware.RAM)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := slices.Concat([]string{program}, hardware.BootArgs(files, qemu.Kernel{}, ""), []string{"-S"}, more)
	p, err := qemu.Start(ctx, qemu.Spawn{Args: args, Dir: dir, RAM: hardware.RAM, OnWord: func(qemu.Word) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Quit(context.WithoutCancel(ctx)) })
	return p
}

// TestWhatHappensToARealMachineEndsItWithItsCause has each thing happen that can be brought about in a QEMU.
func TestWhatHappensToARealMachineEndsItWithItsCause(t *testing.T) {
	tell := func(command string) func(context.Context, *qemu.Process) error {
		return func(ctx context.Context, p *qemu.Process) error { return p.QMP.Execute(ctx, command, nil, nil) }
	}
	const (
		stopped, restarted = "The machine behind the desktop stopped.", "The desktop restarted, so what was done in it is gone."
		crashed, hung      = "The system behind the desktop crashed.", "The system behind the desktop hung."
		asleep             = "The desktop was put to sleep from within, and cannot be woken."
	)
	for name, tt := range map[string]struct {
		code  []byte
		more  func(*testing.T) []string
		do    func(context.Context, *qemu.Process) error // after it was released
		event string
		want  string
	}{
		"it is stopped by others": {code: rests, do: tell("stop"), event: "STOP", want: stopped},
		"it goes on while we hold it": {
			code: rests, event: "RESUME", want: "The machine behind the desktop went on before it was told to, so it was ended.",
			do: func(ctx context.Context, p *qemu.Process) error {
				if err := p.Hold(ctx); err != nil {
					return err
				}
				return tell("cont")(ctx, p)
			},
		},
		"it is restarted by others":                  {code: rests, more: with("-action", "reboot=reset"), do: tell("system_reset"), event: "RESET", want: restarted},
		"others try to restart it":                   {code: rests, do: tell("system_reset"), event: "SHUTDOWN", want: stopped},
		"it is ended by a signal":                    {code: rests, do: func(_ context.Context, p *qemu.Process) error { return syscall.Kill(p.PID(), syscall.SIGTERM) }, event: "SHUTDOWN", want: stopped},
		"its guest restarts":                         {code: resets, event: "SHUTDOWN", want: restarted},
		"its guest restarts, and it may":             {code: resets, more: with("-action", "reboot=reset"), event: "RESET", want: restarted},
		"its guest switches itself off":              {code: goesOff, event: "SHUTDOWN", want: "The desktop was switched off from within."},
		"its guest sleeps":                           {code: sleeps, event: "SUSPEND", want: asleep},
		"its guest saves itself to the disk":         {code: saves, event: "SUSPEND_DISK", want: asleep},
		"its guest panics, and stays as it is":       {code: panics, more: with("-device", "pvpanic", "-action", "panic=pause"), event: "GUEST_PANICKED", want: crashed},
		"its guest panics, and goes on":              {code: panics, more: with("-device", "pvpanic", "-action", "panic=none"), event: "GUEST_PANICKED", want: crashed},
		"its guest panics, and ends":                 {code: panics, more: with("-device", "pvpanic", "-action", "panic=shutdown"), event: "GUEST_PANICKED", want: crashed},
		"its guest saves what it was when it failed": {code: dumps, more: with("-device", "pvpanic"), event: "GUEST_CRASHLOADED", want: crashed},
		"its watchdog barks only":                    {code: hangs, more: with("-device", "ib700", "-action", "watchdog=none"), event: "WATCHDOG", want: hung},
		"its watchdog stops it":                      {code: hangs, more: with("-device", "ib700", "-action", "watchdog=pause"), event: "WATCHDOG", want: hung},
		"its watchdog restarts it":                   {code: hangs, more: with("-device", "ib700", "-action", "watchdog=reset"), event: "WATCHDOG", want: hung},
		"its disk answers with an error":             {code: writes, more: failing("5"), event: "BLOCK_IO_ERROR", want: "The disk of the machine behind the desktop could not be read or written, so it was ended."},
		"its disk has no room": {
			code: writes, more: failing("28"), event: "BLOCK_IO_ERROR",
			want: "The disk of the computer that runs the desktop is full, so the desktop stopped. Make room before it is started again.",
		},
		"its disk is damaged": {code: writes, more: damaged, event: "BLOCK_IMAGE_CORRUPTED", want: "The disk of the machine behind the desktop is damaged, so it was ended."},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var more []string
			if tt.more != nil {
				more = tt.more(t)
			}
			p := boot(ctx, t, tt.code, more...)
			if err := p.Release(ctx); err != nil {
				t.Fatal(err)
			}
			if tt.do != nil {
				if err := tt.do(ctx, p); err != nil && p.Fate() == nil {
					t.Fatal(err)
				}
			}
			for _, over := range []<-chan struct{}{p.Done(), p.QMP.Done()} {
				select {
				case <-over:
				case <-ctx.Done():
					t.Fatal("the machine still runs, or seems to")
				}
			}
			if why := p.Fate(); study.Sentence(why) != tt.want || !strings.Contains(why.Error(), "("+tt.event+" ") {
				t.Errorf("it ended with %v; want the sentence %q because of %s", why, tt.want, tt.event)
			}
		})
	}
}

// TestAConsoleGoesToAFileOfAnyName starts a machine with the console of a desktop.
func TestAConsoleGoesToAFileOfAnyName(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	path := filepath.Join(t.TempDir(), oddName)
	desktop := qemu.Hardware{Profile: qemu.Desktop, Machine: qemu.MachineType, CPU: qemu.CPUModel, Accelerator: "tcg", RAM: 16 << 20}
	args := desktop.BootArgs(qemu.Files{Memory: "memory", Disk: "disk"}, qemu.Kernel{}, path)
	at := slices.IndexFunc(args, func(a string) bool { return strings.Contains(a, "console") })
	if at < 1 {
		t.Fatalf("there is no console in %q", args)
	}
	boot(ctx, t, rests, args[at-1], args[at])
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the console is elsewhere: %v", err)
	}
}

// TestWhatAMachineIsToldByUsDoesNotCountAgainstIt does what the program itself does to machines, and presses a power button
// that the guest does not heed.
func TestWhatAMachineIsToldByUsDoesNotCountAgainstIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := boot(ctx, t, rests)
	for _, step := range []func() error{
		func() error { return p.Release(ctx) },
		func() error { return p.Hold(ctx) },
		func() error { return p.Release(ctx) },
		func() error { return p.QMP.Execute(ctx, "system_powerdown", nil, nil) },
		func() error { return p.QMP.Execute(ctx, "query-status", nil, nil) }, // QEMU's main loop has said POWERDOWN before it answers
		func() error { return p.Fate() },
		func() error { return p.Quit(ctx) },
		func() error { return p.Fate() },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoEventOfThisQEMUIsForgotten asks the installed QEMU which events it knows. A new one has to be judged: does a person
// notice it?
func TestNoEventOfThisQEMUIsForgotten(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var schema []struct {
		Name string
		Kind string `json:"meta-type"`
	}
	if err := boot(ctx, t, rests).QMP.Execute(ctx, "query-qmp-schema", nil, &schema); err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	for _, name := range qemu.Unnoticed {
		judged[name] = true
	}
	for _, tt := range qemu.Told {
		for _, name := range tt.Events(t) {
			judged[name] = true
		}
	}
	known := map[string]bool{}
	for _, s := range schema {
		if s.Kind == "event" {
			known[s.Name] = true
			if !judged[s.Name] {
				t.Errorf("nobody has judged the event %s", s.Name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(judged)) {
		if !known[name] {
			t.Logf("this QEMU knows no event %s", name)
		}
	}
	if len(known) < 30 {
		t.Errorf("QEMU tells of %d events, want more", len(known))
	}
}
