package vmhost_test

import (
	"path/filepath"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

// TestAMachineThatIsNoLongerWhatItWasIsEnded runs real guests that fail when a key is pressed.
func TestAMachineThatIsNoLongerWhatItWasIsEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		code  []byte
		small bool // the host has no room for what the guest writes
		want  string
	}{
		"its host's disk is full": {
			vmhosttest.FillsItsDisk, true,
			"The disk of the computer that runs the desktop is full, so the desktop stopped. Make room before it is started again.",
		},
		"it restarts": {
			vmhosttest.Restarts, false,
			"The desktop restarted, so what was done in it is gone.",
		},
		"it switches itself off": {
			vmhosttest.SwitchesOff, false,
			"The desktop was switched off from within.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.small && studytest.AsRoot(t) {
				return
			}
			ctx := within(t, 2*time.Minute)
			var cfg vmhost.Config
			if tt.small {
				cfg.RunDir = filepath.Join(vmhosttest.Small(t, 512<<10), "run")
			}
			h := vmhosttest.HostOf(t, cfg)
			a, err := build.Appliance(ctx, h, vmhosttest.Altered(t, tt.code), filepath.Join(t.TempDir(), "altered"), nil)
			if err != nil {
				t.Fatal(err)
			}
			m, err := h.Resume(ctx, a, vmhost.Files{})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close(ctx)
			conn, err := m.DialRFB(ctx)
			if err != nil {
				t.Fatal(err)
			}
			robot, err := robot.Connect(ctx, conn)
			if err != nil {
				t.Fatal(err)
			}
			defer robot.Close()
			if err := robot.Key(ctx, 'x', true); err != nil {
				t.Fatal(err)
			}
			select {
			case <-m.Done():
			case <-ctx.Done():
				t.Fatal("the machine still runs, or seems to")
			}
			if got := study.Sentence(m.Err()); got != tt.want {
				t.Errorf("it ended with %v; want the sentence %q", m.Err(), tt.want)
			}
		})
	}
}

// TestAPausedMachineIsNotTakenForOneThatStopped pauses one and lets it go on, again and again.
func TestAPausedMachineIsNotTakenForOneThatStopped(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	m, err := h.Resume(ctx, vmhosttest.BootSector(t, h), vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close(ctx)
	for range 50 {
		if err := m.Pause(ctx); err != nil {
			t.Fatal(err)
		}
		if err := m.Continue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-m.Done():
		t.Errorf("it ended: %v", m.Err())
	default:
	}
}
