package session_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}

// far is a network whose delay is easy to measure.
var far = study.NamedNetwork{Name: "far", Network: study.Network{
	Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 60 * time.Millisecond,
}}

// newLab returns a lab whose only appliance is a guest of one sector: it changes the colour of
// its whole screen on each key, and completes its task on Enter.
func newLab(t *testing.T) *session.Lab {
	t.Helper()
	studytest.Need(t, "qemu", "fuse")
	host := vmhosttest.Host(t, 0)
	app := vmhosttest.BootSector(t, host)
	run, err := os.MkdirTemp("", "vmstudy-lab-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(run, "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		if err := os.RemoveAll(run); err != nil {
			t.Error(err)
		}
	})
	return &session.Lab{
		Host: host, RunDir: run,
		Appliance: func(string) (vmhost.Appliance, error) { return app, nil },
		NewLink: func(_ string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
			link, err := userspace.New(n, seed)
			return link, study.UserspaceWay, err
		},
	}
}

// Desktops of all access methods behave as the interface Desktop says.
func TestEveryDesktopKeepsThePromisesOfTheSeam(t *testing.T) {
	tests := map[study.AccessMethod]struct {
		network study.NamedNetwork
		least   time.Duration // the shortest possible time from a key to the picture that answers it
	}{
		study.VNC:    {far, far.Network.RTT},
		study.Stream: {far, 0},
		study.Local:  {study.NoNetwork, 0},
	}
	for method, tt := range tests {
		t.Run(string(method), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			lab := newLab(t)
			app, _ := lab.Appliance("")
			var stages []string
			d, err := lab.Open(ctx, session.Request{
				Condition: study.Condition{Access: study.Access{Method: method}, Network: tt.network, Task: app.Tasks[0]}, Seed: 1,
			}, func(p session.Progress) { stages = append(stages, p.Stage) })
			if err != nil {
				t.Fatalf("Open after %q: %v", stages, err)
			}
			defer d.Close(ctx)
			if passed := slices.Compact(slices.Clone(stages)); len(passed) != len(slices.Compact(slices.Sorted(slices.Values(passed)))) {
				t.Errorf("the stages were %q: one came back after it was left", passed)
			}

			watched := &watcher{}
			screen := look(ctx, t, d, watched)
			before, began := screen.Changes(), time.Now()
			press(ctx, t, screen, 'x')
			if _, err := screen.WaitChange(ctx, before); err != nil {
				t.Fatalf("no answer to a key: %v", err)
			}
			if took := time.Since(began); took < tt.least {
				t.Errorf("a key was answered after %v, less than the %v of the network", took, tt.least)
			}
			if n := watched.inputs(); n != 2 {
				t.Errorf("the tap saw %d inputs, want the key down and up", n)
			}
			checkReport(t, method, tt.network.Network, d.Report())

			press(ctx, t, screen, robot.KeyReturn)
			select {
			case <-d.Completed():
			case <-d.Lost():
				t.Fatal("the desktop was lost")
			case <-ctx.Done():
				t.Fatal("the task was never completed")
			}
			if err := screen.Close(); err != nil {
				t.Error(err)
			}
			if err := d.Close(ctx); err != nil {
				t.Errorf("Close: %v", err)
			}
			if _, err := d.DialRFB(ctx, watched.observe); err == nil {
				t.Error("the screen of a closed desktop can be dialled")
			}
		})
	}
}

// checkReport compares a desktop's report with the network that was set.
func checkReport(t *testing.T, method study.AccessMethod, set study.Network, r session.Report) {
	t.Helper()
	if !r.Set.Equal(set) {
		t.Errorf("set network is %v, want %v", r.Set, set)
	}
	if r.Desktop.Accelerator == "" || r.Desktop.QEMU == "" || r.Desktop.Display == "" || r.Desktop.Appliance == "" || r.Desktop.Ready <= 0 {
		t.Errorf("the report lacks a fact: %+v", r.Desktop)
	}
	if networked := method.Networked(); networked != (r.Measured.Count > 0) || networked && r.Measured.Median < set.RTT {
		t.Errorf("measured %+v on a network of %v", r.Measured, set.RTT)
	}
	var passed study.LinkReport
	for _, second := range r.Traffic {
		passed = passed.Plus(second.Moved)
	}
	if passed.BytesDown < r.Link.BytesDown || passed.PacketsUp < r.Link.PacketsUp || method.Networked() != (len(r.Traffic) > 0) {
		t.Errorf("%d seconds in which %+v passed, of %+v in all", len(r.Traffic), passed, r.Link)
	}
	if streamed := method == study.Stream; streamed != (r.Desktop.Pages > 0) {
		t.Errorf("%d pages were streamed by method %s", r.Desktop.Pages, method)
	}
}

// watcher counts tap events.
type watcher struct {
	mu sync.Mutex
	n  int
}

func (w *watcher) observe(e tap.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if in, ok := e.(*tap.Input); ok && in.Kind == tap.Key {
		w.n++
	}
}

func (w *watcher) inputs() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n
}

// look connects a robot to the screen and waits for its first picture.
func look(ctx context.Context, t *testing.T, d session.Desktop, w *watcher) *robot.Client {
	t.Helper()
	conn, err := d.DialRFB(ctx, w.observe)
	if err != nil {
		t.Fatalf("DialRFB: %v", err)
	}
	screen, err := robot.Connect(ctx, conn)
	if err == nil {
		_, err = screen.WaitChange(ctx, 0)
	}
	if err != nil {
		t.Fatalf("no first picture: %v", err)
	}
	return screen
}

func press(ctx context.Context, t *testing.T, screen *robot.Client, key uint32) {
	t.Helper()
	for _, down := range []bool{true, false} {
		if err := screen.Key(ctx, key, down); err != nil {
			t.Fatal(err)
		}
	}
}

// killQEMU kills the QEMU whose memory lies below dir.
func killQEMU(t *testing.T, dir string) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range processes {
		line, _ := os.ReadFile(path) // it may have ended meanwhile
		program, _, _ := bytes.Cut(line, []byte{0})
		if !bytes.Contains(line, []byte(dir)) || !strings.HasPrefix(filepath.Base(string(program)), "qemu-system") {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil {
			err = syscall.Kill(pid, syscall.SIGKILL)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("no QEMU to kill")
}

// The desktop notices at once that its machine died, and leaves nothing behind.
func TestADesktopWhoseMachineDiesIsLost(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	app, _ := lab.Appliance("")
	d, err := lab.Open(ctx, session.Request{
		Condition: study.Condition{Access: study.Access{Method: study.Stream}, Network: far, Task: app.Tasks[0]},
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	killQEMU(t, lab.RunDir)
	select {
	case <-d.Lost():
	case <-ctx.Done():
		t.Error("the death of the machine was not noticed")
	}
	if err := d.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}
