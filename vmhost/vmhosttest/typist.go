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
)

//go:embed typist/init.sh
var typistInit []byte

// Typist builds an appliance whose guest, Linux with its own drivers, tells what its program reads of keyboard and
// tablet; see command typist. So many MiB of its memory are touched by F11 only. kernels is a directory that keeps
// kernels. It needs qemu, busybox and apt.
func Typist(t testing.TB, ctx context.Context, h *vmhost.Host, kernels string, coldMiB int) vmhost.Appliance {
	t.Helper()
	kernel, err := vmhost.FetchKernel(ctx, kernels, "linux-image-amd64")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "typist")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "vmstudy/vmhost/vmhosttest/typist")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a, err := h.BuildProgram(ctx, kernel, vmhost.Program{
		Path: program, Args: []string{strconv.Itoa(coldMiB)}, Init: typistInit, Memory: int64(coldMiB+160) << 20,
		Modules: []string{"virtio_pci", "virtio_console", "virtio_input", "evdev"},
	}, filepath.Join(t.TempDir(), "typist-guest"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TypistTask is the task in which an F11 touches so many pages.
func TypistTask(pages int) study.Task {
	return study.Task{ID: "task", Title: "Task", Goal: strconv.Itoa(pages)}
}

// Result is what a typist has read from one F12 to the next.
type Result struct {
	Run     uint32 // counts them
	Keys    uint32 // presses and releases
	Buttons uint32
	Moves   uint32 // different places in a row, of the pointer
	Dropped uint32 // how often Linux threw everything away
	Sum     uint32 // see Sum
}

// Sum is the checksum of presses and releases, in their order, as a typist makes it.
type Sum struct{ text []byte }

// Add adds a press or release of what has this number in Linux. The place, in the tablet's own units, is that of a
// button.
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

// ReadResult reads a typist's screen. QEMU does not tell over D-Bus that a screen of text is wider than the one before
// it, so only what both show is used.
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
