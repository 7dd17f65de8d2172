package session_test

import (
	"context"
	"errors"
	"image/color"
	"path/filepath"
	"slices"
	"strings"
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

// Between two hosts there are 100 Mbps and 20 ms.
var between = study.Network{Down: 100 * study.Mbps, Up: 100 * study.Mbps, RTT: 20 * time.Millisecond}

// move moves the machine of d to lab's host.
func move(ctx context.Context, t *testing.T, lab *session.Lab, d session.Desktop, n study.Network) error {
	t.Helper()
	link, err := userspace.New(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	return lab.Relocate(ctx, d, link)
}

// awaitEvent waits until d has reported an event n times.
func awaitEvent(ctx context.Context, t *testing.T, d session.Desktop, kind study.EventKind, n int) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		all := d.Report().Events
		if count := len(slices.DeleteFunc(slices.Clone(all), func(e study.Event) bool { return e.Kind != kind })); count >= n {
			return
		}
		select {
		case <-tick.C:
		case <-d.Lost():
			t.Fatalf("the desktop was lost: %v", d.Report().Lost)
		case <-ctx.Done():
			t.Fatalf("%s did not happen %d times in %d events", kind, n, len(all))
		}
	}
}

// The machine of each access method moves to another host, and on to a third. Its viewer stays connected, and a key is
// answered at each host. The guest paints its screen in the next of sixteen colours for each key.
func TestAMachineMovesToAnotherHostAndOn(t *testing.T) {
	for _, method := range study.AccessMethods() {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			lab := newLab(t)
			app, _ := lab.Appliance("")
			d, err := lab.Open(ctx, session.Request{
				Condition: study.Condition{Access: study.Access{Method: method}, Network: far, Task: app.Tasks[0]}, Seed: 1,
			}, func(session.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close(ctx)
			screen := look(ctx, t, d, &watcher{})
			var before study.DesktopReport
			for i, where := range []string{"before the move", "at the second host", "at the third host"} {
				if i == 1 {
					before = d.Report().Desktop
				}
				if i > 0 {
					if err := move(ctx, t, lab, d, between); err != nil {
						t.Fatal(err)
					}
				}
				press(ctx, t, screen, 'x')
				awaitPixel(ctx, t, screen, []color.RGBA{{0, 168, 0, 255}, {0, 168, 168, 255}, {168, 0, 0, 255}}[i], where)
			}
			awaitEvent(ctx, t, d, study.MoveComplete, 2)
			// The task is still the one that was begun, and the guest says when it is completed.
			press(ctx, t, screen, robot.KeyReturn)
			select {
			case <-d.Completed():
			case <-ctx.Done():
				t.Error("nobody heard that the task was completed")
			}
			for _, e := range d.Report().Events {
				t.Log(e.Kind, e.Detail)
			}
			// What was read to bring the machine away is nothing that the participant's machine has waited for.
			after := d.Report().Desktop
			if after.Accessed > before.Accessed+100 || after.Misses > before.Misses+100 {
				t.Errorf("%d chunks accessed and %d misses before the move, %d and %d after it", before.Accessed, before.Misses, after.Accessed, after.Misses)
			}
			if after.Moved != 2 || after.MoveStood <= 0 || after.MoveWhole <= 0 || after.MoveBytes < 100_000 {
				t.Errorf("the record of the moves is %d, stood %v, whole after %v, %d bytes", after.Moved, after.MoveStood, after.MoveWhole, after.MoveBytes)
			}
			if err := d.Close(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

func awaitPixel(ctx context.Context, t *testing.T, c *robot.Client, want color.RGBA, where string) {
	t.Helper()
	for {
		before := c.Changes()
		if got := c.Screen().RGBAAt(5, 5); got == want {
			return
		}
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatalf("%s: the screen is %v, not %v: %v", where, c.Screen().RGBAAt(5, 5), want, err)
		}
	}
}

// Where two machines have room, one can move again and again: what it leaves is let go when everything has come.
func TestWhatAMachineLeavesIsLetGo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	app, _ := lab.Appliance("")
	one := app.RAM + vmhost.MachineOverhead
	lab.Host = vmhosttest.Host(t, 2*one)
	d, err := lab.Open(ctx, session.Request{
		Condition: study.Condition{Access: study.Access{Method: study.VNC}, Network: far, Task: app.Tasks[0]}, Seed: 1,
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	for range 3 {
		err := move(ctx, t, lab, d, between)
		for tries := 0; err != nil && strings.Contains(err.Error(), "Another virtual machine needs") && tries < 1000; tries++ {
			press(ctx, t, look(ctx, t, d, &watcher{}), 'x') // it goes on where it is
			err = move(ctx, t, lab, d, between)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A person types, clicks and drags while the machine moves twice. The guest reads all of it, in order, and each key goes up
// again.
func TestNothingIsLostOfWhatIsDoneWhileAMachineMoves(t *testing.T) {
	t.Parallel()
	studytest.Need(t, "qemu", "fuse", "busybox", "apt")
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute) // alone it takes half a minute; six at once on two cores take two
	defer cancel()
	host := vmhosttest.HostOf(t, vmhost.Config{Display: vmhost.DBus})
	app := vmhosttest.Typist(t, ctx, host, "../build/kernel", 1)
	lab, d := openTypist(ctx, t, host, app, study.Condition{Access: study.Access{Method: study.VNC}, Network: far, Task: vmhosttest.TypistTask(0)})
	p := newTypistsHands(ctx, t, d)
	p.press(keyF12)
	p.result(1)
	p.press(keyF11)
	moved := make(chan error, 1)
	go func() {
		for n := range 2 {
			if err := move(ctx, t, lab, d, between); err != nil {
				moved <- err
				return
			}
			awaitEvent(ctx, t, d, study.MoveResumed, n+1)
		}
		moved <- nil
	}()
	p.work()
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	p.press(keyF12)
	// The memory of a VGA does not travel, so the guest's screen is dark at first, and it may wait for pages while it draws.
	for {
		before := p.screen.Changes()
		got := vmhosttest.ReadResult(p.screen)
		done := got.Run == 2 && got.Keys == p.keys && got.Buttons == p.buttons && got.Dropped == 0 && got.Sum == p.sum.Value()
		if done {
			break
		}
		if _, err := p.screen.WaitChange(ctx, before); err != nil {
			t.Fatalf("the guest read %+v; want %d of keys, %d of buttons, none dropped, sum %d", got, p.keys, p.buttons, p.sum.Value())
		}
	}
	r := d.Report()
	if c := r.Desktop; c.InputsBrought != c.InputsDelivered+c.InputsPassed || c.InputsLost != 0 || c.InputsDelayed == 0 {
		t.Errorf("the counts do not add up: %+v", c)
	}
	for _, e := range r.Events {
		if e.Kind != study.MachineWaited {
			t.Log(e.Kind, e.Detail)
		}
	}
}

// A machine that finds no other place goes on where it is, and its viewer stays connected.
func TestAMachineWhoseMoveFailsGoesOnWhereItIs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	app, _ := lab.Appliance("")
	d, err := lab.Open(ctx, session.Request{
		Condition: study.Condition{Access: study.Access{Method: study.VNC}, Network: far, Task: app.Tasks[0]}, Seed: 1,
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	screen := look(ctx, t, d, &watcher{})
	full := *lab
	full.Host = vmhosttest.Host(t, 1) // a byte of memory for all machines
	other := *lab
	other.Host = vmhosttest.HostOf(t, vmhost.Config{Display: vmhost.VNC})
	for i, tt := range []struct {
		why string
		to  *session.Lab
		cut time.Duration // when the link is cut; 0: never
	}{
		{"the link is cut before", lab, time.Nanosecond},
		{"the link is cut while it moves", lab, 50 * time.Millisecond},
		{"there is no room", &full, 0},
		{"screens are shown in another way there", &other, 0},
	} {
		link, err := userspace.New(between, 1)
		if err != nil {
			t.Fatal(err)
		}
		if tt.cut > 0 {
			time.AfterFunc(tt.cut, func() { _ = link.Close() })
		}
		if err := tt.to.Relocate(ctx, d, link); err == nil {
			t.Errorf("%s, and the machine moved", tt.why)
		} else {
			t.Log(tt.why, err)
		}
		if said := failures(d); said != i+1 {
			t.Errorf("%s: %d events say that a move failed, want %d", tt.why, said, i+1)
		}
		press(ctx, t, screen, 'x')
		awaitPixel(ctx, t, screen, []color.RGBA{{0, 168, 0, 255}, {0, 168, 168, 255}, {168, 0, 0, 255}, {168, 0, 168, 255}}[i], tt.why)
	}
}

// A move that fails before it begins is on record, too.
func TestAMoveWithoutALinkIsOnRecord(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	app, _ := lab.Appliance("")
	d, err := lab.Open(ctx, session.Request{
		Condition: study.Condition{Access: study.Access{Method: study.VNC}, Network: far, Task: app.Tasks[0]}, Seed: 1,
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	without := *lab
	without.NewLink = func(string, study.Network, uint64) (netem.Link, study.LinkWay, error) {
		return nil, "", errors.New("no more links")
	}
	if err := without.Move(ctx, d, between); err == nil || failures(d) != 1 {
		t.Errorf("the move ends with %v, and %d events say that one failed", err, failures(d))
	}
}

// failures returns how many events say that a move failed.
func failures(d session.Desktop) (n int) {
	for _, e := range d.Report().Events {
		if e.Kind == study.MoveFailed && e.Detail != "" {
			n++
		}
	}
	return n
}

// Somebody writes in the demo while its machine moves. The guest says what its memory is used for, so what is free comes last.
func TestTheDemoMovesWhileSomebodyWrites(t *testing.T) {
	t.Parallel()
	studytest.Need(t, "qemu", "fuse")
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute) // under the race detector, beside other tests, it takes a quarter of that
	defer cancel()
	app, err := vmhost.Load(filepath.Join(studytest.Data(t), "appliances", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	task := app.Tasks[1]
	lab, d := openTypist(ctx, t, vmhosttest.HostOf(t, vmhost.Config{Display: vmhost.DBus}), app,
		study.Condition{Access: study.Access{Method: study.VNC}, Network: far, Task: task})
	lab.Knowledge = time.Minute // however slow this computer is
	p := newTypistsHands(ctx, t, d)
	moved := make(chan error, 1)
	go func() { moved <- move(ctx, t, lab, d, between) }()
	p.write(task)
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	p.save()
	select {
	case <-d.Completed():
	case <-d.Lost():
		t.Fatal("the desktop was lost")
	case <-ctx.Done():
		t.Fatalf("the guest has not seen that the task is complete; its screen is in %s", keepScreen(t, p.screen.Screen()))
	}
	for _, e := range d.Report().Events {
		if e.Kind != study.MachineWaited {
			t.Log(e.Kind, e.Detail)
		}
		if e.Kind == study.MoveBegan && !strings.Contains(e.Detail, "of them free") {
			t.Errorf("the machine left with %q", e.Detail)
		}
	}
	if r := d.Report().Desktop; r.InputsLost != 0 {
		t.Errorf("%d inputs were lost", r.InputsLost)
	}
}
