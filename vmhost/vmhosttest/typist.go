package vmhosttest

import (
	"context"
	_ "embed"
	"encoding/binary"
	"hash/crc32"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/linux"
)

//go:embed typist/init.sh
var typistInit []byte

// Typist builds an appliance whose guest, Linux with its own drivers, shows what its program reads from keyboard and
// tablet; see command typist. coldMiB is how much of its memory only F11 touches, and of its disk only F10. kernels is a directory for
// downloaded kernels. Typist needs qemu, busybox and apt.
func Typist(t testing.TB, ctx context.Context, h *vmhost.Host, kernels string, coldMiB int) vmhost.Appliance {
	t.Helper()
	kernel, err := linux.Fetch(ctx, kernels, "linux-image-amd64")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "typist")
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "vmstudy/vmhost/vmhosttest/typist")
	compile.Env = append(compile.Environ(), "CGO_ENABLED=0")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a, err := build.Program(ctx, h, kernel, linux.Program{
		Path: program, Args: []string{strconv.Itoa(coldMiB)}, Init: typistInit, Memory: int64(coldMiB+160) << 20, Disk: int64(coldMiB),
		Modules: []string{"virtio_pci", "virtio_blk", "virtio_console", "virtio_input", "evdev"},
	}, filepath.Join(t.TempDir(), "typist-guest"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TypistTask returns a task in which each F11 touches pages pages, and each F10 reads pages pages of the disk.
func TypistTask(pages int) study.Task {
	return study.Task{ID: "task", Title: study.Plain("Task"), Goal: strconv.Itoa(pages)}
}

// Result is what the guest's program has read from one F12 to the next.
type Result struct {
	Run     uint32 // number of this result, from 1
	Keys    uint32 // presses and releases of keys
	Buttons uint32 // presses and releases of buttons
	Moves   uint32 // changes of the pointer's x coordinate
	Dropped uint32 // how often Linux discarded its queue (SYN_DROPPED)
	Sum     uint32 // the checksum of presses and releases, see type Sum
}

// Sum computes the checksum of presses and releases, in their order, as the guest's program does.
type Sum struct{ text []byte }

// Add adds a press or release. code is Linux's number of the key or button. x and y are the position in the
// tablet's own units for a button, and 0 for a key.
func (s *Sum) Add(code int, down bool, x, y int) {
	value := 0
	if down {
		value = 1
	}
	for _, n := range []int{code, value, x, y} {
		s.text = binary.LittleEndian.AppendUint32(s.text, uint32(int32(n)))
	}
}

// Value returns the checksum.
func (s *Sum) Value() uint32 { return crc32.ChecksumIEEE(s.text) }

// ReadResult reads the result from the guest's screen. It uses only the part that both displays show: over D-Bus QEMU
// does not report that a text screen is wider than the screen before.
func ReadResult(c *robot.Client) (r Result) {
	screen := c.Screen()
	for line, n := range []*uint32{&r.Run, &r.Keys, &r.Buttons, &r.Moves, &r.Dropped, &r.Sum} {
		for bit := range 32 {
			if screen.RGBAAt(bit*9+4, line*16+4).R > 80 {
				*n |= 1 << bit
			}
		}
	}
	return r
}
