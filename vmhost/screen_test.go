package vmhost_test

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"os"
	"syscall"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// running resumes a boot sector whose screen is shown in one of the two ways.
func running(t *testing.T, ctx context.Context, display string) (*vmhost.Machine, vmhost.Appliance) {
	t.Helper()
	h := vmhosttest.HostOf(t, vmhost.Config{Display: display})
	a := vmhosttest.BootSector(t, h)
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.WithoutCancel(ctx)) })
	return m, a
}

func viewer(t *testing.T, ctx context.Context, m *vmhost.Machine) *robot.Client {
	t.Helper()
	conn, err := m.DialRFB(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := robot.Connect(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// blue is the boot sector's first colour, which is colour 1 of the VGA. The screen has 320x200 pixels, each shown four times.
var blue = color.RGBA{0, 0, 168, 255}

// awaitColour waits until the whole screen has one colour, for which the function is returns true. It returns the colour.
func awaitColour(t *testing.T, ctx context.Context, c *robot.Client, is func(color.RGBA) bool) color.RGBA {
	t.Helper()
	for {
		before := c.Changes()
		s := c.Screen()
		end := s.Rect.Max
		first, last := s.RGBAAt(0, 0), s.RGBAAt(end.X-1, end.Y-1)
		if first == last && is(first) && end.Y == 400 {
			return first
		}
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatalf("the screen of %v has colour %v above and %v below: %v", end, first, last, err)
		}
	}
}

func TestScreenIsTheSameByEitherWay(t *testing.T) {
	for _, display := range []string{vmhost.DBus, vmhost.VNC} {
		t.Run(display, func(t *testing.T) {
			ctx := within(t, time.Minute)
			m, _ := running(t, ctx, display)
			if got := m.Facts().Display; got != display {
				t.Errorf("shown by %q, want %q", got, display)
			}
			first, second := viewer(t, ctx, m), viewer(t, ctx, m)
			was := awaitColour(t, ctx, first, func(c color.RGBA) bool { return c == blue })
			for i := range 3 {
				if err := first.Type(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				is := awaitColour(t, ctx, first, func(c color.RGBA) bool { return c != was })
				if got := awaitColour(t, ctx, second, func(c color.RGBA) bool { return c == is }); got != is || i == 0 && is != (color.RGBA{0, 168, 0, 255}) {
					t.Errorf("after key %d: %v and %v, and green first", i+1, is, got)
				}
				was = is
			}
			if !bytes.Equal(first.Screen().Pix, second.Screen().Pix) {
				t.Error("two viewers see different screens")
			}
		})
	}
}

func TestViewerThatLeavesDoesNotDisturbTheOthers(t *testing.T) {
	ctx := within(t, time.Minute)
	m, _ := running(t, ctx, vmhost.DBus)
	stays, leaves := viewer(t, ctx, m), viewer(t, ctx, m)
	awaitColour(t, ctx, leaves, func(c color.RGBA) bool { return c == blue })
	leaves.Close()
	if err := stays.Key(ctx, 'a', true); err != nil {
		t.Fatal(err)
	}
	awaitColour(t, ctx, stays, func(c color.RGBA) bool { return c != blue })
}

// stopped calls do while the machine is stopped.
func stopped(t *testing.T, ctx context.Context, m *vmhost.Machine, do func()) {
	t.Helper()
	if err := m.Pause(ctx); err != nil {
		t.Fatal(err)
	}
	do()
	if err := m.Continue(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsTypedWhileTheMachineStandsIsNotLost(t *testing.T) {
	ctx := within(t, time.Minute)
	m, _ := running(t, ctx, vmhost.DBus)
	c := viewer(t, ctx, m)
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == blue })
	typed := func(text string) {
		if err := c.Type(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	stopped(t, ctx, m, func() { typed("a") })
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == color.RGBA{0, 168, 0, 255} })
	// There are sixteen colours. So after sixteen keys the screen is green again only if none is lost.
	stopped(t, ctx, m, func() { typed("sixteen keys but") })
	typed("and the other 16")
	stopped(t, ctx, m, func() { // a second pause that fails changes nothing
		over, cancel := context.WithCancel(ctx)
		cancel()
		if m.Pause(over) == nil {
			t.Fatal("it was paused though nobody waited for that")
		}
		typed("sixteen keys but")
	})
	stopped(t, ctx, m, func() { typed("a") })
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == color.RGBA{0, 168, 168, 255} })
}

func TestScreenEndsWithItsMachine(t *testing.T) {
	ctx := within(t, time.Minute)
	m, a := running(t, ctx, vmhost.DBus)
	c := viewer(t, ctx, m)
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == blue })
	pids := qemus(t, a.Dir)
	if len(pids) != 1 {
		t.Fatalf("found QEMU processes %v, want one", pids)
	}
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitChange(ctx, c.Changes()); err == nil || ctx.Err() != nil {
		t.Errorf("a viewer of a dead machine: %v", err)
	}
	<-m.Done()
	if err := m.Err(); err == nil {
		t.Error("no error of a machine that was killed")
	}
	if _, err := m.DialRFB(ctx); err == nil {
		t.Error("the screen of a dead machine could be connected to")
	}
}

func TestHostRefusesADisplayThatQEMUDoesNotHave(t *testing.T) {
	ctx := within(t, time.Minute)
	vmhosttest.Host(t, 0) // skips the test if there is no QEMU
	_, err := vmhost.NewHost(ctx, vmhost.Config{RunDir: t.TempDir() + "/run", QEMU: oldQEMU(t), Display: vmhost.DBus})
	var refusal *study.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("got %v, want a refusal", err)
	}
	h, err := vmhost.NewHost(ctx, vmhost.Config{RunDir: t.TempDir() + "/run", QEMU: oldQEMU(t)})
	if err != nil || h.Display() != vmhost.VNC {
		t.Errorf("without a wish: %v, want %s", err, vmhost.VNC)
	}
}

// oldQEMU returns a program that answers as a QEMU without ui-dbus.so does.
func oldQEMU(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/qemu"
	const script = `#!/bin/sh
case $1 in
--version) echo "QEMU emulator version 7.2.22" ;;
*) printf 'Available display backend types:\nnone\n' ;;
esac
`
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
