package session_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/robot"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost/vmhosttest"
)

// Between two hosts there are 100 Mbps and 20 ms.
var between = study.Network{Down: 100 * study.Mbps, Up: 100 * study.Mbps, RTT: 20 * time.Millisecond}

// The machine of each access method moves to another host, and from there to a third: a key is answered at each.
func TestAMachineMovesToAnotherHostAndOn(t *testing.T) {
	for _, method := range study.AccessMethods() {
		t.Run(string(method), func(t *testing.T) {
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
			opened := []session.Desktop{d}
			defer func() {
				for _, d := range slices.Backward(opened) {
					if err := d.Close(ctx); err != nil {
						t.Error(err)
					}
				}
			}()
			answers := func(where string) {
				t.Helper()
				screen := look(ctx, t, opened[len(opened)-1], &watcher{})
				before := screen.Changes()
				press(ctx, t, screen, 'x')
				if _, err := screen.WaitChange(ctx, before); err != nil {
					t.Fatalf("no answer to a key %s: %v", where, err)
				}
			}
			answers("before the move")
			for _, where := range []string{"at the second host", "at the third host"} {
				link, err := userspace.New(between, 1)
				if err != nil {
					t.Fatal(err)
				}
				defer link.Close()
				began := time.Now()
				d, err := lab.Relocate(ctx, opened[len(opened)-1], link)
				if err != nil {
					t.Fatal(err)
				}
				opened = append(opened, d)
				t.Logf("it runs %s after %v", where, time.Since(began))
				answers(where)
			}
			// The task is still the one that was begun, and the guest says when it is completed.
			screen := look(ctx, t, opened[2], &watcher{})
			press(ctx, t, screen, robot.KeyReturn)
			select {
			case <-opened[2].Completed():
			case <-ctx.Done():
				t.Error("nobody heard that the task was completed")
			}
		})
	}
}

// A machine that finds no other place goes on where it is.
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
	full := *lab
	full.Host = vmhosttest.Host(t, 1) // a byte of memory for all machines
	for name, move := range map[string]func(netem.Link) (session.Desktop, error){
		"the link is cut": func(link netem.Link) (session.Desktop, error) {
			_ = link.Close()
			return lab.Relocate(ctx, d, link)
		},
		"there is no room": func(link netem.Link) (session.Desktop, error) { return full.Relocate(ctx, d, link) },
	} {
		link, err := userspace.New(between, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer link.Close()
		if moved, err := move(link); err == nil {
			t.Errorf("%s, and the machine moved", name)
			_ = moved.Close(ctx)
		}
		screen := look(ctx, t, d, &watcher{})
		before := screen.Changes()
		press(ctx, t, screen, 'x')
		if _, err := screen.WaitChange(ctx, before); err != nil {
			t.Errorf("%s: no answer to a key afterwards: %v", name, err)
		}
	}
}
