package vmhost_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/record"
	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// ledger is a library's store. It only passes on how recordings have ended.
type ledger chan study.Recording

func (l ledger) BeginRecording(context.Context, study.AttemptID, time.Time) error { return nil }
func (l ledger) AllRecordings(context.Context) ([]study.Recording, error)         { return nil, nil }

func (l ledger) EndRecording(_ context.Context, r study.Recording) error {
	l <- r
	return nil
}

// dump returns what the machine's screen shows, according to QEMU.
func dump(t *testing.T, ctx context.Context, m *vmhost.Machine) *image.RGBA {
	t.Helper()
	dir, err := os.MkdirTemp("", "vmstudy-dump-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil { // QEMU's user writes there
		t.Fatal(err)
	}
	path := filepath.Join(dir, "screen.ppm")
	if err := m.Screendump(ctx, path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w, h, most int
	if _, err := fmt.Sscanf(string(b[:min(len(b), 20)]), "P6\n%d %d\n%d\n", &w, &h, &most); err != nil || most != 255 {
		t.Fatalf("the screendump begins with %q: %v", b[:min(len(b), 20)], err)
	}
	p, pix := image.NewRGBA(image.Rect(0, 0, w, h)), b[len(b)-3*w*h:]
	for i := range w * h {
		copy(p.Pix[4*i:], []byte{pix[3*i], pix[3*i+1], pix[3*i+2], 0xff})
	}
	return p
}

// The screen of a real machine is recorded, as in a session. The recording must have the hash that was computed while it was
// written. Its last picture must be the one that QEMU itself shows.
func TestARecordingOfAMachineEndsWithWhatQEMUShows(t *testing.T) {
	for _, display := range []string{vmhost.DBus, vmhost.VNC} {
		t.Run(display, func(t *testing.T) {
			ctx := within(t, time.Minute)
			m, _ := running(t, ctx, display)
			ended := make(ledger, 1)
			library, err := record.NewLibrary(record.Config{Dir: t.TempDir(), Store: ended})
			if err != nil {
				t.Fatal(err)
			}
			defer library.Close(context.Background())
			conn, err := m.DialRFB(ctx)
			if err != nil {
				t.Fatal(err)
			}
			c, err := robot.Connect(ctx, library.Record(ctx, 1, true, conn))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			was := awaitColour(t, ctx, c, func(c color.RGBA) bool { return c == blue })
			for range 3 {
				if err := c.Type(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				last := was
				was = awaitColour(t, ctx, c, func(c color.RGBA) bool { return c != last })
			}
			want := dump(t, ctx, m)
			library.Finish(1)
			told := <-ended
			f, err := library.Open(1)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			found, err := record.Examine(f)
			if err != nil || told.Ended != study.RecordedWhole || told.SHA256 != found.SHA256 || told.Bytes != found.Bytes || told.Duration != found.Duration {
				t.Errorf("on record is %+v, in the file %+v (%v)", told, found, err)
			}
			if _, err := f.Seek(0, 0); err != nil {
				t.Fatal(err)
			}
			var got *image.RGBA
			if err := record.Walk(f, func(s record.Sight) error { got = s.Picture; return nil }); err != nil {
				t.Fatal(err)
			}
			if got.Rect != want.Rect || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("the replay ends with a screen of %v, its corner %v; QEMU shows %v, %v", got.Rect, got.At(0, 0), want.Rect, want.At(0, 0))
			}
		})
	}
}
