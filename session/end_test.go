package session_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

// conducted is a session of the smallest study, with real desktops, whose participant is about to start
// the only trial.
type conducted struct {
	*session.Conductor
	store *studytest.Store
	id    study.SessionID
	stop  func() // stops the conductor and waits for its end
}

func conduct(t *testing.T, lab session.Opener) *conducted {
	t.Helper()
	c := &conducted{store: studytest.NewStore()}
	c.id = begunSession(t, c.store)
	c.Conductor = session.New(session.Config{Store: c.store, Opener: lab})
	ctx, cancel := context.WithCancel(t.Context())
	ready, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		if err := c.Run(ctx, ready); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	<-ready
	c.stop = func() { cancel(); <-stopped }
	t.Cleanup(c.stop)
	return c
}

// await waits until wanted is true of the attempt's status.
func (c *conducted) await(ctx context.Context, t *testing.T, wanted func(session.Status) bool) {
	t.Helper()
	for {
		now, changed := c.Status(c.id)
		if wanted(now) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the status stays %+v", now)
		}
	}
}

// show opens the desktop of the trial and reports the first picture.
func (c *conducted) show(ctx context.Context, t *testing.T) {
	t.Helper()
	if err := c.Start(ctx, c.id); err != nil {
		t.Fatal(err)
	}
	c.await(ctx, t, func(s session.Status) bool { return s.Ready })
	if err := c.FirstPicture(ctx, c.id, false); err != nil {
		t.Fatal(err)
	}
	c.await(ctx, t, func(s session.Status) bool { return s.State == study.Running })
}

// TestAMachineThatFailsEndsItsTrialWithTheCauseAndOffersItAgain has real machines fail while somebody works on them.
func TestAMachineThatFailsEndsItsTrialWithTheCauseAndOffersItAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		code  []byte // runs in the guest at the first key; nil: QEMU is killed instead, as the kernel does when memory runs out
		small bool   // the host has no room for what the guest writes
		cause string
	}{
		"its host's disk is full": {
			vmhosttest.FillsItsDisk, true,
			"The disk of the computer that runs the desktop is full, so the desktop stopped. Make room before it is started again.",
		},
		"its guest restarts":             {vmhosttest.Restarts, false, "The desktop restarted, so what was done in it is gone."},
		"its guest switches itself off":  {vmhosttest.SwitchesOff, false, "The desktop was switched off from within."},
		"its guest sleeps":               {vmhosttest.Sleeps, false, "The desktop was put to sleep from within, and cannot be woken."},
		"its guest saves itself to disk": {vmhosttest.SavesToDisk, false, "The desktop was put to sleep from within, and cannot be woken."},
		"its QEMU is killed":             {nil, false, "The machine behind the desktop stopped."},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.small && studytest.AsRoot(t) {
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			lab := newLab(t)
			app, err := build.Appliance(ctx, lab.Host, vmhosttest.Altered(t, tt.code), filepath.Join(t.TempDir(), "failing"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.small {
				lab.Host = vmhosttest.HostOf(t, vmhost.Config{RunDir: filepath.Join(vmhosttest.Small(t, 512<<10), "run")})
			}
			lab.Appliance = func(string) (vmhost.Appliance, error) { return app, nil }
			c := conduct(t, &unasked{lab})
			c.show(ctx, t)
			if tt.code == nil {
				killQEMU(t, app.Dir)
			} else {
				c.press(ctx, t)
			}
			c.await(ctx, t, func(s session.Status) bool { return s.Attempt == 0 })
			s, err := c.store.Session(ctx, c.id)
			if err != nil {
				t.Fatal(err)
			}
			if last := s.Trials[0].Last(); last.State != study.Failed || last.Outcome != "" || last.Cause != tt.cause {
				t.Errorf("the attempt is on record as %s, outcome %q, cause %q; want failed, because %q", last.State, last.Outcome, last.Cause, tt.cause)
			}
			if step := s.Step(); step.Kind != study.StepBrief {
				t.Errorf("the participant stands before %v, want the trial again", step.Kind)
			}
			if err := lab.Admit(ctx, session.Request{}); tt.small != strings.Contains(study.Sentence(err), "nearly full") {
				t.Errorf("the next attempt: %v; want a refusal for want of room: %v", err, tt.small)
			}
		})
	}
}

// press presses a key on the desktop.
func (c *conducted) press(ctx context.Context, t *testing.T) {
	t.Helper()
	conn, err := c.DialScreen(ctx, c.id, func(tap.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	screen, err := robot.Connect(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() }) // the machine has ended
	if err := screen.Key(ctx, 'x', true); err != nil {
		t.Fatal(err)
	}
}

// unasked opens desktops without checking whether the disk has room.
type unasked struct{ *session.Lab }

func (unasked) Admit(context.Context, session.Request) error { return nil }
