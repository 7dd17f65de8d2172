package session_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/keyboard"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// TestWhatIsPrintedOnTheKeysArrivesInARealGuest types at the demo's desktop, whose keyboard is a US one, with keyboards of other
// countries: each key with the sign and the place that a browser says. The guest reports the task as complete only if its editor has
// exactly the text.
func TestWhatIsPrintedOnTheKeysArrivesInARealGuest(t *testing.T) {
	studytest.Need(t, "qemu", "fuse")
	app, err := vmhost.Load(filepath.Join(studytest.Data(t), "appliances", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	app.Keyboard = "us" // which a demo that was built before this field existed does not say
	for name, tt := range map[string]struct {
		hand, types, arrives string
		foreign              int64
	}{
		"a German": {"de", `Zy @{[]}\|~ "z/Z" #'<>; ^x é, ü?`, `Zy @{[]}\|~ "z/Z" #'<>; ^x , ?`, 2},
		"a French": {"fr", `Qaz 123 @#{[|\^]} &"'(-_)=$*%!:;., wW`, `Qaz 123 @#{[|\^]} &"'(-_)=$*%!:;., wW`, 0},
		"a Briton": {"gb", `"@#~\| £`, `"@#~\|`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			task := app.Tasks[1]
			task.Goal = tt.arrives
			host := vmhosttest.HostOf(t, vmhost.Config{Display: vmhost.DBus})
			_, d := openTypistWith(ctx, t, host, app, study.Condition{Access: study.Access{Method: study.Local}, Network: study.NoNetwork, Task: task}, tt.hand)
			p := newTypistsHands(ctx, t, d)
			p.click(500, 300)
			for _, sign := range tt.types {
				p.signOf(keyboard.Named(tt.hand), sign)
			}
			p.save()
			select {
			case <-d.Completed():
			case <-ctx.Done():
				t.Errorf("the guest has another text than %s: %+v; its screen is in %s", tt.arrives, d.Report().Desktop, keepPicture(t, p.screen.Screen()))
			}
			if r := d.Report().Desktop; r.InputsForeign != tt.foreign || r.Keyboard != "us" || r.InputsBrought != r.InputsDelivered+r.InputsPassed+r.InputsLost {
				t.Errorf("%d signs were foreign, want %d: %+v", r.InputsForeign, tt.foreign, r)
			}
			if err := p.screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// signOf presses the keys that give a sign on a person's own keyboard.
func (p *typistsHands) signOf(own *keyboard.Layout, sign rune) {
	p.t.Helper()
	ways := own.Ways(sign, 0)
	if ways == nil {
		p.t.Fatalf("%s has no %q", own.Name, sign)
	}
	const shift, altGr = 0x2a, 0xb8 // places
	for i, s := range ways {
		keysym := uint32(sign)
		if len(ways) == 2 {
			keysym = [2]uint32{0, map[rune]uint32{'^': ' ', 'é': 'e'}[sign]}[i] // browsers say nothing of a dead key
		}
		keys := [][2]uint32{{keysym, s.Place}}
		if s.Level&keyboard.Shift != 0 {
			keys = append([][2]uint32{{0xffe1, shift}}, keys...)
		}
		if s.Level&keyboard.AltGr != 0 {
			keys = append([][2]uint32{{0xfe03, altGr}}, keys...)
		}
		for _, k := range keys {
			p.keyAt(k, true)
		}
		for j := range keys {
			p.keyAt(keys[len(keys)-1-j], false)
		}
	}
}

func (p *typistsHands) keyAt(key [2]uint32, down bool) {
	p.t.Helper()
	if err := p.screen.KeyAt(p.ctx, key[0], key[1], down); err != nil {
		p.t.Fatal(err)
	}
	p.pause(30 * time.Millisecond)
}
