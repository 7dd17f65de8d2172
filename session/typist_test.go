package session_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/robot"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// coldPages is how many pages the guest needs one by one at the beginning of each run, before it reads any input. On
// the link below that takes so long that Linux's input queue overflows if somebody types.
const coldPages = 100

// TestNothingIsLostOfWhatIsDoneWhileAMachineStands types, clicks and drags in a guest. The program that reads the input
// waits for pages of its memory in one run, and for pages of its disk in the next, while the guest's kernel goes on queueing
// input. While a guest waits for its disk its processor sleeps, as if there were nothing to do.
func TestNothingIsLostOfWhatIsDoneWhileAMachineStands(t *testing.T) {
	studytest.Need(t, "qemu", "fuse", "busybox", "apt")
	runs := studytest.Times(t, "STUDYCTL_TEST_STANDS", 2)
	for _, display := range []string{vmhost.DBus, vmhost.VNC} {
		t.Run(display, func(t *testing.T) {
			t.Parallel() // it stands still most of the time
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute+time.Duration(runs)*time.Minute)
			defer cancel()
			host := vmhosttest.HostOf(t, vmhost.Config{Display: display})
			app := vmhosttest.Typist(t, ctx, host, "../build/kernel", 1+runs*coldPages*4096>>20)
			link := study.NamedNetwork{Name: "near", Network: study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 20 * time.Millisecond}}
			_, d := openTypist(ctx, t, host, app, study.Condition{Access: study.Access{Method: study.Stream, Strategy: study.NoStrategy}, Network: link, Task: vmhosttest.TypistTask(coldPages)})
			p := newTypistsHands(ctx, t, d)
			p.press(keyF12)
			p.result(1)
			lost := 0
			for run := range runs {
				p.press([]uint32{keyF11, keyF10}[run%2])
				p.work()
				p.press(keyF12)
				got := p.result(uint32(run + 2))
				if got.Keys != p.keys || got.Buttons != p.buttons || got.Dropped != 0 || got.Sum != p.sum.Value() {
					lost++
					t.Errorf("run %d: the guest read %+v; want %d of keys, %d of buttons, none dropped, sum %d", run, got, p.keys, p.buttons, p.sum.Value())
				}
				p.forget()
			}
			r := d.Report().Desktop
			t.Logf("soak: %s: %d runs, %d not as done; of %d brought %d went in, %d were passed by, %d lost; %d waited, %v at most, %v on average; the machine waited %v",
				display, runs, lost, r.InputsBrought, r.InputsDelivered, r.InputsPassed, r.InputsLost, r.InputsDelayed, r.LongestDelay.Round(time.Millisecond),
				(r.InputDelay / time.Duration(max(1, r.InputsDelayed))).Round(time.Millisecond), r.Waited.Round(time.Millisecond))
			if r.InputsBrought != r.InputsDelivered+r.InputsPassed+r.InputsLost || r.InputsBrought != p.brought || r.InputsLost != 0 {
				t.Errorf("the counts do not add up: %d were done, %+v", p.brought, r)
			}
			if r.InputsDelayed == 0 {
				t.Error("nothing had to wait: the guest did not stand still, and this shows nothing")
			}
			if err := p.screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func openTypist(ctx context.Context, t *testing.T, host *vmhost.Host, app vmhost.Appliance, c study.Condition) (*session.Lab, session.Desktop) {
	t.Helper()
	return openTypistWith(ctx, t, host, app, c, "")
}

// openTypistWith is openTypist for a person whose keyboard has the layout hand.
func openTypistWith(ctx context.Context, t *testing.T, host *vmhost.Host, app vmhost.Appliance, c study.Condition, hand string) (*session.Lab, session.Desktop) {
	t.Helper()
	run, err := os.MkdirTemp("", "vmstudy-typist-") // t.TempDir would not be accessible to QEMU's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	if err := os.Chmod(run, 0o755); err != nil {
		t.Fatal(err)
	}
	lab := &session.Lab{
		Host: host, RunDir: run,
		Appliance: func(string) (vmhost.Appliance, error) { return app, nil },
		NewLink: func(_ string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
			link, err := userspace.New(n, seed)
			return link, study.UserspaceWay, err
		},
	}
	d, err := lab.Open(ctx, session.Request{Appliance: filepath.Base(app.Dir), Condition: c, Seed: 1, Keyboard: hand}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	return lab, d
}

const (
	keyF10 = 0xffc7 // keysyms
	keyF11 = 0xffc8
	keyF12 = 0xffc9
	left   = 0x110 // Linux's code of the left button, BTN_LEFT
)

// typistsHands send inputs to the guest, and sum up what the guest should read.
type typistsHands struct {
	ctx           context.Context
	t             *testing.T
	screen        *robot.Client
	sum           vmhosttest.Sum
	keys, buttons uint32
	brought       int64
	down          uint8
	x, y          int
}

func newTypistsHands(ctx context.Context, t *testing.T, d session.Desktop) *typistsHands {
	return &typistsHands{ctx: ctx, t: t, screen: look(ctx, t, d, &watcher{})}
}

func (p *typistsHands) forget() { p.sum, p.keys, p.buttons = vmhosttest.Sum{}, 0, 0 }

// pause waits for d, as a person does between two inputs.
func (p *typistsHands) pause(d time.Duration) {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-p.ctx.Done():
		p.t.Fatal(context.Cause(p.ctx))
	}
}

func (p *typistsHands) key(sym uint32, down bool) {
	if err := p.screen.Key(p.ctx, sym, down); err != nil {
		p.t.Fatal(err)
	}
	p.brought++
}

// press presses and releases a key that is not a letter.
func (p *typistsHands) press(sym uint32) {
	p.key(sym, true)
	p.pause(15 * time.Millisecond)
	p.key(sym, false)
}

// letters are the keys of the first row of letters. firstLetter is Linux's code of the first of them.
const (
	letters     = "qwertyuiop"
	firstLetter = 16
)

func (p *typistsHands) letter(n int) {
	for _, down := range []bool{true, false} {
		p.key(uint32(letters[n%len(letters)]), down)
		p.sum.Add(firstLetter+n%len(letters), down, 0, 0)
		p.keys++
		p.pause(20 * time.Millisecond)
	}
}

func (p *typistsHands) point(x, y int, buttons uint8) {
	if err := p.screen.Pointer(p.ctx, x, y, buttons); err != nil {
		p.t.Fatal(err)
	}
	p.brought++
	if buttons != p.down {
		p.sum.Add(left, buttons != 0, x*0x7fff/720, y*0x7fff/400) // QEMU 7.2, ui/input.c: qemu_input_scale_axis
		p.buttons++
		p.down = buttons
	}
}

// way moves the pointer in 20 steps, at 60 steps a second.
func (p *typistsHands) way(x0, y0, x1, y1 int, buttons uint8) {
	const steps = 20
	for i := 1; i <= steps; i++ {
		p.point(x0+(x1-x0)*i/steps, y0+(y1-y0)*i/steps, buttons)
		p.pause(time.Second / 60)
	}
}

// work types 97 letters, makes three clicks and two drags.
func (p *typistsHands) work() {
	for n := range 97 {
		p.letter(n * 7)
		if n%20 == 10 {
			at := 30 + n
			p.way(at, at, 2*at, 3*at, 0)
			p.point(2*at, 3*at, 1)
			if n%40 == 10 { // a drag
				p.way(2*at, 3*at, at, at, 1)
				p.point(at, at, 0)
			} else {
				p.pause(50 * time.Millisecond)
				p.point(2*at, 3*at, 0)
				p.point(2*at+9, 3*at+9, 0) // the pointer moves on at once
			}
		}
	}
}

// result waits until the guest shows the result of a run.
func (p *typistsHands) result(run uint32) vmhosttest.Result {
	for {
		before := p.screen.Changes()
		if r := vmhosttest.ReadResult(p.screen); r.Run == run {
			p.pause(100 * time.Millisecond) // until the rest of the screen has arrived
			if vmhosttest.ReadResult(p.screen) == r {
				return r
			}
		}
		if _, err := p.screen.WaitChange(p.ctx, before); err != nil {
			p.t.Fatalf("no result of run %d, the last is %+v: %v", run, vmhosttest.ReadResult(p.screen), err)
		}
	}
}
