// Package vmhosttest gives tests a virtual machine that starts within a second: a guest of 512 bytes that paints
// the screen in another colour on each key.
//
// A TestMain of tests that use it must first call vmhost.ExecMain.
package vmhosttest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"

	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
)

// Host returns a host for a test's machines. It uses emulation, which works everywhere. Without QEMU the test is
// skipped, or fails if STUDYCTL_REQUIRE names qemu. memoryLimit is as in vmhost.Config.
func Host(t testing.TB, memoryLimit int64) *vmhost.Host {
	t.Helper()
	return HostOf(t, vmhost.Config{MemoryLimit: memoryLimit})
}

// HostOf is Host with a whole Config. It sets Accelerator, and RunDir if that is empty.
func HostOf(t testing.TB, cfg vmhost.Config) *vmhost.Host {
	t.Helper()
	if _, err := exec.LookPath("qemu-system-x86_64"); err != nil {
		if strings.Contains(os.Getenv("STUDYCTL_REQUIRE"), "qemu") {
			t.Fatal("qemu is required:", err)
		}
		t.Skip("needs qemu:", err)
	}
	cfg.Accelerator = "tcg"
	if cfg.RunDir == "" {
		cfg.RunDir = filepath.Join(t.TempDir(), "run")
	}
	h, err := vmhost.NewHost(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// BootSector builds the boot-sector appliance in a temporary directory. The guest has 16 MiB of memory and a
// screen of 320 by 200 pixels, which is blue (0, 0, 168) at first. Each key paints it in the next of the VGA's
// sixteen colours; Enter also completes the task.
func BootSector(t testing.TB, h *vmhost.Host) vmhost.Appliance {
	t.Helper()
	a, err := build.Appliance(t.Context(), h, bootsector.Recipe, filepath.Join(t.TempDir(), "appliances", "bootsector"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Room is the address in the guest's memory at which Altered puts its code.
const Room = 0x7d00

// Altered returns the recipe of a boot-sector appliance whose guest runs code when a key is pressed. code is at most
// 254 bytes of real-mode code, and lies at Room.
func Altered(t testing.TB, code []byte) fs.FS {
	t.Helper()
	recipe := fstest.MapFS{}
	for _, name := range []string{"recipe.yaml", "bootsector.bin"} {
		b, err := bootsector.Recipe.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		recipe[name] = &fstest.MapFile{Data: b}
	}
	image := recipe["bootsector.bin"].Data
	const room = Room - 0x7c00
	key := bytes.Index(image, []byte{0xfb, 0x31, 0xc0, 0xcd, 0x16}) // sti; xor ax, ax; int 0x16
	if key < 0 || len(bytes.Trim(image[room:510], "\x00")) > 0 || len(code) > 510-room {
		t.Fatal("the boot sector takes its keys in another way now, or has no room")
	}
	copy(image[room:], code)
	to := room - (key + 3)
	copy(image[key:], []byte{0xe9, byte(to), byte(to >> 8)}) // jmp
	return recipe
}

// FillsItsDisk is code for Altered that writes to its disk for ever, each time 64 KiB further.
var FillsItsDisk = []byte{
	0xfb,             //        sti
	0xb8, 0x00, 0x43, // write: mov ax, 0x4300: write without verifying
	0xb2, 0x80, //              mov dl, 0x80
	0xbe, 0x13, Room >> 8, //   mov si, the packet below
	0xcd, 0x13, //              int 0x13
	0x81, 0x06, 0x1b, Room >> 8, 0x80, 0x00, // add word ptr [packet + 8], 128 sectors
	0xeb, 0xee, //              jmp write
	0x10, 0, 1, 0, 0x00, 0x7c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // the packet: write one sector, whose content is this program
}

// More code for Altered: the guest ends itself, each in a way of its own.
var (
	Restarts    = []byte{0xb0, 0xfe, 0xe6, 0x64, 0xf4}                   // mov al, 0xfe; out 0x64, al; hlt: the keyboard controller
	SwitchesOff = []byte{0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4} // mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt: power management
	Sleeps      = []byte{0xba, 0x04, 0x06, 0xb8, 0x00, 0x24, 0xef, 0xf4} // the same with 0x2400: S3
	SavesToDisk = []byte{0xba, 0x04, 0x06, 0xb8, 0x00, 0x28, 0xef, 0xf4} // the same with 0x2800: S4
)

// Small returns a directory that is a file system of size bytes. Only root may mount it: see studytest.AsRoot.
func Small(t testing.TB, size int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.FormatInt(size, 10)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
