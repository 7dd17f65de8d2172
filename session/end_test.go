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

// TestAFullDiskEndsTheTrialWithItsCauseAndOffersItAgain fills the disk under a running trial.
func TestAFullDiskEndsTheTrialWithItsCauseAndOffersItAgain(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	small := vmhosttest.Small(t, 512<<10)
	app, err := build.Appliance(ctx, lab.Host, vmhosttest.Altered(t, vmhosttest.FillsItsDisk), filepath.Join(t.TempDir(), "filler"), nil)
	if err != nil {
		t.Fatal(err)
	}
	lab.Host = vmhosttest.HostOf(t, vmhost.Config{RunDir: filepath.Join(small, "run")})
	lab.Appliance = func(string) (vmhost.Appliance, error) { return app, nil }
	c := conduct(t, &unasked{lab})
	c.show(ctx, t)
	conn, err := c.DialScreen(ctx, c.id, func(tap.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	screen, err := robot.Connect(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if err := screen.Key(ctx, 'x', true); err != nil {
		t.Fatal(err)
	}
	c.await(ctx, t, func(s session.Status) bool { return s.Attempt == 0 })
	s, err := c.store.Session(ctx, c.id)
	if err != nil {
		t.Fatal(err)
	}
	last := s.Trials[0].Last()
	if last.State != study.Failed || last.Outcome != "" || !strings.Contains(last.Cause, "is full") {
		t.Errorf("the attempt is on record as %s, outcome %q, cause %q; want failed, because the disk is full", last.State, last.Outcome, last.Cause)
	}
	if step := s.Step(); step.Kind != study.StepBrief {
		t.Errorf("the participant stands before %v, want the trial again", step.Kind)
	}
	if err := lab.Admit(ctx, session.Request{}); !strings.Contains(study.Sentence(err), "nearly full") {
		t.Errorf("the next attempt: %v; want a refusal for want of room", err)
	}
}

// unasked opens desktops without checking whether the disk has room.
type unasked struct{ *session.Lab }

func (unasked) Admit(context.Context, session.Request) error { return nil }
