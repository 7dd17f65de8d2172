package rfb_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// bootSector is a guest of 512 bytes. In 320x200 pixels of 256 colours it draws an area of
// one colour, one of stripes and one of noise, and draws all of it anew, in other colours,
// after each key.
func bootSector() []byte {
	setup := []byte{
		0xfb,             // sti
		0xb8, 0x13, 0x00, // mov ax, 0x13: the mode's number
		0xcd, 0x10, //       int 0x10
		0xb8, 0x00, 0xa0, // mov ax, 0xa000: where its pixels are
		0x8e, 0xc0, //       mov es, ax
		0x31, 0xdb, //       xor bx, bx
		0xfc, //             cld
	}
	draw := []byte{
		0x31, 0xff, //       xor di, di
		0x43,       //       inc bx
		0x88, 0xd8, //       mov al, bl
		0xb9, 0x00, 0x50, // mov cx, 64*320
		0xf3, 0xaa, //       rep stosb: one colour

		0xb9, 0x00, 0x50, // mov cx, 64*320
		0x89, 0xf8, //       stripe: mov ax, di
		0xc1, 0xe8, 0x03, // shr ax, 3
		0x24, 0x03, //       and al, 3
		0x00, 0xd8, //       add al, bl
		0xaa,       //       stosb
		0xe2, 0xf4, //       loop stripe

		0xb9, 0x00, 0x5a, // mov cx, 72*320
		0xba, 0x55, 0x62, // noise: mov dx, 25173
		0xf7, 0xe2, //       mul dx
		0x05, 0x19, 0x36, // add ax, 13849
		0x26, 0x88, 0x25, // mov es:[di], ah
		0x47,       //       inc di
		0xe2, 0xf2, //       loop noise

		0xb4, 0x00, //       mov ah, 0
		0xcd, 0x16, //       int 0x16: wait for a key
	}
	code := append(setup, draw...)
	code = append(code, 0xeb, byte(-len(draw)-2)) // jmp draw
	return append(append(code, make([]byte, 510-len(code))...), 0x55, 0xaa)
}

// need skips the test over what is missing, unless that must not be missing.
func need(t *testing.T, what string, missing error) {
	t.Helper()
	switch {
	case missing == nil:
	case slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), what):
		t.Fatalf("%s is required: %v", what, missing)
	default:
		t.Skipf("no %s: %v", what, missing)
	}
}

func needQEMU(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("qemu-system-x86_64")
	need(t, "qemu", err)
}

// guest is a QEMU that runs the boot sector.
type guest struct {
	t   *testing.T
	dir string
}

// startQEMU boots the sector.
func startQEMU(t *testing.T) guest {
	t.Helper()
	dir, err := os.MkdirTemp("", "rfb") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	g := guest{t, dir}
	disk := filepath.Join(dir, "disk")
	if err := os.WriteFile(disk, bootSector(), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	qemu := exec.Command("qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-nodefaults", "-no-user-config",
		"-vga", "std", "-display", "none", "-vnc", "unix:"+filepath.Join(dir, "vnc")+",lossy=on",
		"-monitor", "unix:"+filepath.Join(dir, "monitor")+",server=on,wait=off",
		"-drive", "if=ide,format=raw,file="+disk)
	qemu.Stderr = &said
	if err := qemu.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = qemu.Process.Kill()
		_ = qemu.Wait()
		if t.Failed() {
			t.Logf("QEMU said: %s", said.String())
		}
	})
	return g
}

// dial connects to the guest's screen.
func (g guest) dial() net.Conn {
	g.t.Helper()
	return dialSoon(g.t, filepath.Join(g.dir, "vnc"))
}

// dump returns the screen as QEMU itself sees it.
func (g guest) dump(t *testing.T) *image.RGBA {
	t.Helper()
	path := filepath.Join(t.TempDir(), "screen.ppm")
	monitor := dialSoon(t, filepath.Join(g.dir, "monitor"))
	defer monitor.Close()
	must(t, monitor.SetDeadline(time.Now().Add(20*time.Second)))
	in := bufio.NewReader(monitor)
	awaitPrompt := func() {
		_, err := in.ReadString(')') // of "(qemu) "
		must(t, err)
	}
	awaitPrompt()
	_, err := fmt.Fprintf(monitor, "screendump %s\n", path)
	must(t, err)
	_, err = in.ReadString('\n') // the echo
	must(t, err)
	awaitPrompt()
	b, err := os.ReadFile(path)
	must(t, err)
	var w, h, most int
	if _, err := fmt.Sscanf(string(b[:min(len(b), 20)]), "P6\n%d %d\n%d\n", &w, &h, &most); err != nil || most != 255 {
		t.Fatalf("screendump begins with %q: %v", b[:min(len(b), 20)], err)
	}
	m, pix := image.NewRGBA(image.Rect(0, 0, w, h)), b[len(b)-3*w*h:]
	for i := range w * h {
		copy(m.Pix[4*i:], []byte{pix[3*i], pix[3*i+1], pix[3*i+2], 0xff})
	}
	return m
}

// dialSoon dials a socket that may not be there yet.
func dialSoon(t *testing.T, socket string) net.Conn {
	t.Helper()
	patience := time.After(20 * time.Second)
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			return conn
		}
		select {
		case <-retry.C:
		case <-patience:
			t.Fatalf("no screen to dial: %v", err)
		}
	}
}

// awaitGuest waits until the guest has drawn its first picture.
func awaitGuest(t *testing.T, conn net.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	tap := tap.New(conn, time.Now, func(e tap.Event) {
		if lost, is := e.(tap.Lost); is {
			t.Errorf("lost while the guest boots and the screen's size changes: %v", lost.Reason)
		}
	})
	robot, err := robot.Connect(ctx, tap)
	if err != nil {
		t.Fatal(err)
	}
	defer robot.Close()
	for seen := 0; ; {
		change, err := robot.WaitChange(ctx, seen)
		if err != nil {
			t.Fatalf("no picture of the guest on a screen of %v: %v", robot.Size(), err)
		}
		seen = change.N
		if robot.Screen().RGBAAt(0, 0).B > 0 { // colour 1 is a blue; a BIOS leaves this corner black
			return
		}
	}
}

// noVNC is what noVNC 1.7 says that it understands, pixels apart.
var noVNC = []wire.Encoding{
	-26, -254, // quality 6, compression 2
	wire.DesktopSize, wire.LastRect, wire.ExtendedKeyEvent, wire.LEDState, wire.ExtendedDesktopSize,
	wire.XVP, wire.Fences, wire.ContinuousUpdates, wire.DesktopName, wire.ExtendedMouseButtons,
	0x574d5664, wire.Cursor,
}
