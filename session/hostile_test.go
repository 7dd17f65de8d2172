package session_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

// stormy is the code of a guest that changes the height of its screen at each tick of its clock, 18 times
// a second, for ever.
var stormy = []byte{
	0xfb,             //         sti
	0xba, 0xd4, 0x03, //         mov dx, 0x3d4: the VGA's CRT controller
	0xb8, 0x12, 0x6f, // storm:  mov ax, 0x6f12: register 0x12 is the number of visible lines
	0xef,             //         out dx, ax
	0xf4,             //         hlt
	0xb8, 0x12, 0x8f, //         mov ax, 0x8f12
	0xef,       //               out dx, ax
	0xf4,       //               hlt
	0xeb, 0xf4, //               jmp storm
}

// The test connects no viewer: the server itself must notice.
func TestAGuestThatChangesItsSizeForEverIsEnded(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	app, err := build.Appliance(ctx, lab.Host, vmhosttest.Altered(t, stormy), filepath.Join(t.TempDir(), "stormy"), nil)
	if err != nil {
		t.Fatal(err)
	}
	lab.Appliance = func(string) (vmhost.Appliance, error) { return app, nil }
	d, err := lab.Open(ctx, session.Request{
		Condition: study.Condition{Access: study.Access{Method: study.Local}, Network: study.NoNetwork, Task: app.Tasks[0]},
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	screen := look(ctx, t, d, &watcher{})
	press(ctx, t, screen, 'x')
	if _, err := screen.WaitChange(ctx, screen.Changes()); err != nil {
		t.Fatalf("no answer to a key: %v", err)
	}
	if err := screen.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-d.Lost():
	case <-ctx.Done():
		t.Fatal("nobody noticed")
	}
	var breach *wire.Breach
	if why := d.Report().Lost; !errors.As(why, &breach) || !strings.Contains(study.Sentence(why), "sent a screen that makes no sense") {
		t.Errorf("it was lost because of %v, want a Breach and a sentence that says so", why)
	}
	if err := d.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}
