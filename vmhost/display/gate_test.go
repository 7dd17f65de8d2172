package display

import (
	"context"
	"image"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb"
)

// gated is a gate with its run, and hands behind it: did tells what they have done.
func gated(t *testing.T) (g *gate, did func() []string, do func(...rfb.ClientMessage)) {
	g = newGate()
	k := &keyboardAndMouse{}
	h := newHands(k)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { g.run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	did = func() []string {
		g.mu.Lock()
		defer g.mu.Unlock()
		return slices.Clone(k.did)
	}
	return g, did, func(all ...rfb.ClientMessage) {
		for _, m := range all {
			if !g.pass(deed{hands: h, does: m, size: image.Pt(640, 400)}) {
				t.Errorf("no room for %v", m)
			}
		}
	}
}

func TestGateKeepsTheOrderOfWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, did, do := gated(t)
		down, up := rfb.KeyEvent{Down: true, Keysym: 'a'}, rfb.KeyEvent{Keysym: 'a'}
		do(down)
		g.close()
		do(up, rfb.PointerEvent{X: 1, Y: 1}, rfb.PointerEvent{X: 2, Y: 2}, rfb.PointerEvent{X: 3, Y: 3}, rfb.PointerEvent{Buttons: 1, X: 3, Y: 3}, down)
		synctest.Wait()
		if diff := cmp.Diff([]string{"key 0x1e true"}, did()); diff != "" {
			t.Errorf("while shut (-want +got):\n%s", diff)
		}
		g.open()
		do(up) // behind what waits
		synctest.Wait()
		if got := len(did()); got != 2 {
			t.Errorf("%d things done at once, want one, and one before", got-1)
		}
		time.Sleep(10 * deedEvery)
		synctest.Wait()
		want := []string{"key 0x1e true", "key 0x1e false", "move (3,3)", "button 0 true", "key 0x1e true", "key 0x1e false"}
		if diff := cmp.Diff(want, did()); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
		do(down)
		if diff := cmp.Diff(append(want, "key 0x1e true"), did()); diff != "" {
			t.Errorf("while open again (-want +got):\n%s", diff)
		}
	})
}

func TestGateKeepsWhereAButtonGoesDownAndUp(t *testing.T) {
	for name, tt := range map[string]struct {
		does []rfb.ClientMessage
		want []string
	}{
		"a click, and then a move": {
			[]rfb.ClientMessage{rfb.PointerEvent{X: 1, Y: 1}, rfb.PointerEvent{Buttons: 1, X: 1, Y: 1}, rfb.PointerEvent{X: 1, Y: 1}, rfb.PointerEvent{X: 9, Y: 9}},
			[]string{"move (1,1)", "button 0 true", "button 0 false", "move (9,9)"},
		},
		"a drag": {
			[]rfb.ClientMessage{
				rfb.PointerEvent{Buttons: 1, X: 1, Y: 1}, rfb.PointerEvent{Buttons: 1, X: 5, Y: 5}, rfb.PointerEvent{Buttons: 1, X: 7, Y: 7}, rfb.PointerEvent{X: 7, Y: 7}, rfb.PointerEvent{X: 9, Y: 9},
			},
			[]string{"move (1,1)", "button 0 true", "move (7,7)", "button 0 false", "move (9,9)"},
		},
		"two buttons, of which one goes up on the way": {
			[]rfb.ClientMessage{rfb.PointerEvent{Buttons: 5, X: 1, Y: 1}, rfb.PointerEvent{Buttons: 1, X: 2, Y: 2}, rfb.PointerEvent{Buttons: 1, X: 3, Y: 3}, rfb.PointerEvent{X: 3, Y: 3}},
			[]string{"move (1,1)", "button 0 true", "button 2 true", "move (2,2)", "button 2 false", "move (3,3)", "button 0 false"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, did, do := gated(t)
				g.close()
				do(tt.does...)
				g.open()
				time.Sleep(time.Second)
				synctest.Wait()
				if diff := cmp.Diff(tt.want, did()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestGateThatShutsAgainKeepsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, did, do := gated(t)
		g.close()
		do(rfb.KeyEvent{Down: true, Keysym: 'a'}, rfb.KeyEvent{Down: true, Keysym: 'b'}, nil)
		g.open()
		synctest.Wait()
		g.close()
		time.Sleep(time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{"key 0x1e true"}, did()); diff != "" {
			t.Errorf("while shut again (-want +got):\n%s", diff)
		}
		g.open()
		time.Sleep(time.Second)
		synctest.Wait()
		want := []string{"key 0x1e true", "key 0x30 true", "key 0x1e false", "key 0x30 false"}
		if diff := cmp.Diff(want, did()); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
	})
}

func TestGateHasRoomForAPersonAndAnEnd(t *testing.T) {
	g := newGate()
	h := newHands(&keyboardAndMouse{})
	g.close()
	for range mostDeeds {
		if !g.pass(deed{hands: h, does: rfb.KeyEvent{}}) {
			t.Fatal("no room")
		}
	}
	if g.pass(deed{hands: h, does: rfb.KeyEvent{}}) {
		t.Error("it takes whatever comes")
	}
	if !g.pass(deed{hands: h}) {
		t.Error("who leaves cannot let go")
	}
}
