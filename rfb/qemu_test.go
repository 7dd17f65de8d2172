package rfb_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb"
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

// startQEMU boots the sector and returns a function that dials its screen.
func startQEMU(t *testing.T) func() net.Conn {
	t.Helper()
	dir, err := os.MkdirTemp("", "rfb") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	disk, socket := filepath.Join(dir, "disk"), filepath.Join(dir, "vnc")
	if err := os.WriteFile(disk, bootSector(), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	qemu := exec.Command("qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-nodefaults", "-no-user-config",
		"-vga", "std", "-display", "none", "-vnc", "unix:"+socket+",lossy=on",
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
	return func() net.Conn { return dialSoon(t, socket) }
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
	tap := rfb.NewTap(conn, time.Now, func(e rfb.Event) {
		if lost, is := e.(rfb.Lost); is {
			t.Errorf("lost while the guest boots and the screen's size changes: %v", lost.Reason)
		}
	})
	robot, err := rfb.Connect(ctx, tap)
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
var noVNC = []rfb.Encoding{
	-26, -254, // quality 6, compression 2
	rfb.DesktopSize, rfb.LastRect, rfb.ExtendedKeyEvent, rfb.LEDState, rfb.ExtendedDesktopSize,
	rfb.XVP, rfb.Fences, rfb.ContinuousUpdates, rfb.DesktopName, rfb.ExtendedMouseButtons,
	0x574d5664, rfb.Cursor,
}

func TestTapStaysInStepWithQEMU(t *testing.T) {
	needQEMU(t)
	dial := startQEMU(t)
	awaitGuest(t, dial())
	lists := map[string][]rfb.Encoding{
		"as noVNC":         append([]rfb.Encoding{rfb.CopyRect, 50, rfb.Tight, rfb.TightPNG, rfb.ZRLE, 21, rfb.Hextile, rfb.RRE, rfb.Zlib, rfb.Raw}, noVNC...),
		"tight only":       {rfb.Tight},
		"tight with jpeg":  {rfb.Tight, -32, rfb.LastRect},
		"tight compressed": {rfb.Tight, -247, rfb.LastRect},
		"tight png only":   append([]rfb.Encoding{rfb.TightPNG}, noVNC...),
		"zrle only":        append([]rfb.Encoding{rfb.ZRLE}, noVNC...),
		"hextile only":     {rfb.Hextile, rfb.AlphaCursor, rfb.PointerTypeChange},
		"zlib only":        {rfb.Zlib},
		"raw only":         {rfb.Raw},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) { stayInStep(t, dial, list) })
	}
}

// stayInStep has a viewer press keys and look, and compares what the Tap told of it.
func stayInStep(t *testing.T, dial func() net.Conn, list []rfb.Encoding) {
	looks := 24
	if testing.Short() {
		looks = 10
	}
	var events []rfb.Event
	tap := rfb.NewTap(dial(), time.Now, func(e rfb.Event) { events = append(events, e) })
	defer tap.Close()
	tap.LimitEncodings(rfb.Encoding.Followed)
	must(tap.SetDeadline(time.Now().Add(time.Minute)))
	var v *viewer
	within(t, func() {
		v = newViewer(tap, list...)
		v.request(false)
		for look := range looks {
			key := rfb.KeyEvent{Down: look%2 == 0, Keysym: 'a'}
			v.say(key.Append(nil))
			v.request(look%3 == 0 && key.Down)
		}
	})
	var updates []rfb.Update
	inputs := 0
	for _, e := range events {
		switch e := e.(type) {
		case rfb.Lost:
			t.Fatalf("lost: %v", e.Reason)
		case rfb.Input:
			inputs++
		case rfb.Update:
			e.Begun, e.Ended = time.Time{}, time.Time{}
			updates = append(updates, e)
		}
	}
	if diff := cmp.Diff(v.seen, updates); diff != "" {
		t.Errorf("updates (-viewer +tap):\n%s", diff)
	}
	if inputs != looks {
		t.Errorf("told of %d inputs, want %d", inputs, looks)
	}
	t.Logf("%d updates, %d bytes, rectangles %v, %v", len(updates), v.read, v.kinds, v.details)
	sameAsRobot(t, dial(), v)
}

// sameAsRobot compares the viewer's screen with what a robot sees of the same guest, which
// tells whether the viewer, and so what it has counted, can be believed.
func sameAsRobot(t *testing.T, conn net.Conn, v *viewer) {
	t.Helper()
	within(t, func() { v.request(false) })
	robot, err := rfb.Connect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	defer robot.Close()
	if _, err := robot.WaitChange(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if v.details["tight jpeg"] == 0 && !bytes.Equal(robot.Screen().Pix, v.screen.Pix) {
		t.Error("the viewer and a robot see different screens")
	}
}
