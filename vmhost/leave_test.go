package vmhost_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

// leftFiles copies what a machine has left to files, from which another can resume.
func leftFiles(t *testing.T, l *vmhost.Left, ram int64) vmhost.Files {
	t.Helper()
	dir, err := os.MkdirTemp("", "vmstudy-left-") // t.TempDir would not be accessible to QEMU's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	files := vmhost.Files{
		Memory: filepath.Join(dir, "memory"), Disk: filepath.Join(dir, "disk"), Device: filepath.Join(dir, "device"), Left: true,
	}
	for path, content := range map[string]io.Reader{
		files.Memory: io.NewSectionReader(l.Memory, 0, ram),
		files.Disk:   io.NewSectionReader(l.Disk, 0, l.Disk.Size()),
		files.Device: bytes.NewReader(l.Device),
	} {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(f, content); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func sum(t *testing.T, path string) [sha256.Size]byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(content)
}

// The guest paints its screen in the next of sixteen colours for each key. Which one comes next lies in a register.
func TestAMachineThatLeavesGoesOnElsewhere(t *testing.T) {
	for _, display := range []string{vmhost.DBus, vmhost.VNC} {
		t.Run(display, func(t *testing.T) {
			ctx := within(t, time.Minute)
			h := vmhosttest.HostOf(t, vmhost.Config{Display: display})
			app := vmhosttest.BootSector(t, h)
			m, files := resumed(ctx, t, h, app, vmhost.Files{}), app.LocalFiles()
			colours := []color.RGBA{blue, {0, 168, 0, 255}, {0, 168, 168, 255}, {168, 0, 0, 255}}
			// It leaves twice: what has resumed from what another left can leave, too.
			for i := range 2 {
				c := viewer(t, ctx, m)
				if err := c.Type(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == colours[i+1] })
				began := time.Now()
				l, err := m.Leave(ctx)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("stopped after %v, with %d bytes of devices", time.Since(began), len(l.Device))
				was := sum(t, files.Disk)
				files = leftFiles(t, l, app.RAM)
				if sum(t, files.Disk) != was {
					t.Error("the disk is another, although the guest writes nothing")
				}
				again := leftFiles(t, l, app.RAM)
				if sum(t, files.Memory) != sum(t, again.Memory) {
					t.Error("the memory changes, although the machine stands still")
				}
				if err := errors.Join(l.Close(), m.Close(ctx)); err != nil {
					t.Error(err)
				}
				m = resumed(ctx, t, h, app, files)
			}
			c := viewer(t, ctx, m)
			if err := c.Type(ctx, "a"); err != nil {
				t.Fatal(err)
			}
			awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == colours[3] })
		})
	}
}

func resumed(ctx context.Context, t *testing.T, h *vmhost.Host, app vmhost.Appliance, files vmhost.Files) *vmhost.Machine {
	t.Helper()
	m, err := h.Resume(ctx, app, files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.WithoutCancel(ctx)) })
	return m
}

// oddName is the name of a directory with signs that are special to QEMU's options, to lists, to patterns and to addresses.
const oddName = `a, b=c 'd" %41 ü [x]`

func TestAMachineRunsAndLeavesWhateverItsDirectoriesAreCalled(t *testing.T) {
	for name, below := range map[string]string{
		"signs that mean something":            oddName,
		"a path that is too long for a socket": strings.Repeat("long", 40),
	} {
		t.Run(name, func(t *testing.T) {
			ctx := within(t, time.Minute)
			dir := filepath.Join(t.TempDir(), below)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			h := vmhosttest.HostOf(t, vmhost.Config{RunDir: filepath.Join(dir, "run")})
			app, err := build.Appliance(ctx, h, bootsector.Recipe, filepath.Join(dir, "appliances", "bootsector"), nil)
			if err != nil {
				t.Fatal(err)
			}
			m := resumed(ctx, t, h, app, vmhost.Files{})
			c := viewer(t, ctx, m)
			if err := c.Type(ctx, "a"); err != nil {
				t.Fatal(err)
			}
			awaitColour(t, ctx, c, func(c color.RGBA) bool { return c != blue })
			l, err := m.Leave(ctx)
			if err != nil {
				t.Fatal(err)
			}
			got, want := make([]byte, 512), make([]byte, 512)
			if _, err := l.Disk.ReadAt(got, 0); err != nil {
				t.Fatal(err)
			}
			if image, err := os.ReadFile(app.LocalFiles().Disk); err != nil || copy(want, image) < len(want) || !bytes.Equal(got, want) {
				t.Errorf("what it leaves of its disk is not what it had (%v)", err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A machine that was to leave, and for which there is no place elsewhere, goes on where it is.
func TestAMachineThatDoesNotLeaveGoesOn(t *testing.T) {
	ctx := within(t, time.Minute)
	m, _ := running(t, ctx, vmhost.DBus)
	c := viewer(t, ctx, m)
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == blue })
	for i, next := range []color.RGBA{{0, 168, 0, 255}, {0, 168, 168, 255}} { // and it can be told to leave once more
		l, err := m.Leave(ctx)
		if err != nil {
			t.Fatal(i, err)
		}
		if err := c.Type(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		for name, do := range map[string]func(context.Context) error{"Pause": m.Pause, "Continue": m.Continue} {
			if err := do(ctx); !errors.Is(err, study.ErrConflict) {
				t.Errorf("%s of a machine that has left: %v", name, err)
			}
		}
		if err := errors.Join(l.Close(), m.Stay(ctx)); err != nil {
			t.Fatal(err)
		}
		awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == next })
	}
}

func TestAMachineThatIsGoneCannotLeave(t *testing.T) {
	ctx := within(t, time.Minute)
	m, _ := running(t, ctx, vmhost.DBus)
	if err := m.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if l, err := m.Leave(ctx); err == nil {
		t.Errorf("it left %+v", l)
	}
}

// A machine that could not go on elsewhere, however late that was found out, goes on where it is, and its viewers see it.
func TestAMachineThatCouldNotGoOnElsewhereKeepsItsViewers(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.HostOf(t, vmhost.Config{Display: vmhost.DBus})
	app := vmhosttest.BootSector(t, h)
	m := resumed(ctx, t, h, app, vmhost.Files{})
	c := viewer(t, ctx, m)
	awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == blue })
	no := errors.New("no")
	colours := []color.RGBA{{0, 168, 0, 255}, {0, 168, 168, 255}, {168, 0, 0, 255}, {168, 0, 168, 255}}
	for i, tt := range []struct {
		why   string
		spoil func(*vmhost.Files, context.CancelFunc)
	}{
		{"its devices do not come", func(f *vmhost.Files, _ context.CancelFunc) { f.Fetch = func(context.Context) error { return no } }},
		{"it may not run", func(f *vmhost.Files, _ context.CancelFunc) { f.Hold = func(context.Context) error { return no } }},
		{"its devices make no sense", func(f *vmhost.Files, _ context.CancelFunc) {
			if err := os.WriteFile(f.Device, []byte("no state at all"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"there is no time left", func(f *vmhost.Files, cancel context.CancelFunc) {
			f.Hold = func(ctx context.Context) error { cancel(); return context.Cause(ctx) }
		}},
	} {
		l, err := m.Leave(ctx)
		if err != nil {
			t.Fatal(tt.why, err)
		}
		files := leftFiles(t, l, app.RAM)
		files.After = m
		moving, cancel := context.WithCancel(ctx)
		tt.spoil(&files, cancel)
		if got, err := h.Resume(moving, app, files); err == nil {
			_ = got.Close(ctx)
			t.Fatalf("%s, and it went on", tt.why)
		}
		cancel()
		if err := c.Type(ctx, "a"); err != nil {
			t.Fatalf("%s: the viewer is gone: %v", tt.why, err)
		}
		if err := errors.Join(l.Close(), m.Stay(ctx)); err != nil {
			t.Fatalf("%s: %v", tt.why, err)
		}
		awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == colours[i] })
	}
}
