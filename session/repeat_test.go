package session_test

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/rfb/robot"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// TestOnlyThePersonRepeatsAKey types the demo's sentence. While one key is down, the machine stands still for longer than a
// guest waits before it repeats a key; another key is held until the person's own keyboard repeats it. The guest reports
// the task as complete only if it wrote one letter for the first, and one for each repeat of the second.
func TestOnlyThePersonRepeatsAKey(t *testing.T) {
	studytest.Need(t, "qemu", "fuse")
	app, err := vmhost.Load(filepath.Join(studytest.Data(t), "appliances", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, display := range []string{vmhost.DBus, vmhost.VNC} {
		t.Run(display, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			host := vmhosttest.HostOf(t, vmhost.Config{Display: display})
			_, d := openTypist(ctx, t, host, app, study.Condition{Access: study.Access{Method: study.Local}, Network: study.NoNetwork, Task: app.Tasks[1]})
			p := newTypistsHands(ctx, t, d)
			p.click(500, 300)
			for i, c := range app.Tasks[1].Goal {
				stands := i == 7
				p.letterOf(c, func() {
					if stands {
						stand(t, p)
					}
				})
				if i == 7 {
					p.holdAndTakeBack(d)
				}
			}
			p.save()
			select {
			case <-d.Completed():
			case <-ctx.Done():
				t.Errorf("the guest has not seen the sentence: %+v; its screen is in %s", d.Report().Desktop, keepPicture(t, p.screen.Screen()))
			}
			if err := p.screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// keepPicture saves a picture for whoever looks into a failed test, and returns its path.
func keepPicture(t *testing.T, m image.Image) string {
	t.Helper()
	f, err := os.CreateTemp("", "vmstudy-screen-*.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// letterOf types the letter c, and calls held while its key is down.
func (p *typistsHands) letterOf(c rune, held func()) {
	capital := c >= 'A' && c <= 'Z'
	if capital {
		p.key(robot.KeyShift, true)
	}
	seen := p.screen.Changes()
	p.key(uint32(c), true)
	if _, err := p.screen.WaitChange(p.ctx, seen); err != nil {
		p.t.Fatal(err)
	}
	held()
	p.pause(50 * time.Millisecond)
	p.key(uint32(c), false)
	if capital {
		p.key(robot.KeyShift, false)
	}
	p.pause(33 * time.Millisecond)
}

// holdAndTakeBack writes five letters with a key that is held, and removes all of them with another that is held. Each
// repeat waits until the one before has gone in: a repeat that still waits, because the computer is busy, would be replaced.
func (p *typistsHands) holdAndTakeBack(d session.Desktop) {
	const keyBackspace = 0xff08
	for _, sym := range []uint32{'x', keyBackspace} {
		for range 5 {
			p.key(sym, true)
			p.pause(40 * time.Millisecond)
			p.settle(d)
		}
		p.key(sym, false)
		p.pause(100 * time.Millisecond)
	}
}

// stand stops QEMU for a time while the machine's clock goes on, as if its host were busy.
func stand(t *testing.T, p *typistsHands) {
	t.Helper()
	pid := childNamed(t, "qemu-system")
	p.pause(30 * time.Millisecond) // the guest has read the key, and waits for its release
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.pause(2 * time.Second)
	time.AfterFunc(20*time.Millisecond, func() { _ = unix.Kill(pid, unix.SIGCONT) })
}

// childNamed returns a process whose name begins with name and which this one started, perhaps through others.
func childNamed(t *testing.T, name string) int {
	t.Helper()
	parents, names := map[int]int{}, map[int]string{}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		var pid, parent int
		open, end := strings.IndexByte(string(b), '('), strings.LastIndexByte(string(b), ')')
		pid, _ = strconv.Atoi(strings.TrimSpace(string(b[:open])))
		_, _ = fmt.Sscanf(string(b[end+4:]), "%d", &parent)
		parents[pid], names[pid] = parent, string(b[open+1:end])
	}
	for pid := range names {
		if !strings.HasPrefix(names[pid], name) {
			continue
		}
		for p := pid; p > 1; p = parents[p] {
			if parents[p] == os.Getpid() {
				return pid
			}
		}
	}
	t.Fatalf("no process %s is ours", name)
	return 0
}
