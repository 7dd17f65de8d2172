package inlet

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// wall returns a guest whose clock is real time.
func wall() Guest {
	began := time.Now()
	return Guest{Now: func() Time { return Time{Wall: time.Now(), Passed: time.Since(began), Worked: -1} }}
}

// hours returns a guest of which an hour passes between any two inputs.
func hours() Guest {
	passed := time.Duration(0)
	return Guest{Now: func() Time {
		passed += time.Hour
		return Time{Wall: time.Now(), Passed: passed, Worked: -1}
	}}
}

// said records what a screen server receives.
type said struct {
	net.Conn
	text   bytes.Buffer
	closed bool
}

func (s *said) Write(p []byte) (int, error)     { return s.text.Write(p) }
func (s *said) Close() error                    { s.closed = true; return nil }
func (s *said) SetReadDeadline(time.Time) error { return nil }
func (s *said) messages(t *testing.T, hello int) (all []wire.ClientMessage) {
	t.Helper()
	r := wire.NewReader(bufio.NewReader(bytes.NewReader(s.text.Bytes()[hello:])))
	for {
		m, err := wire.ReadClientMessage(r, false)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
}

func TestAFrontPassesEverythingAndKeepsInputBack(t *testing.T) {
	down, up := wire.KeyEvent{Down: true, Keysym: 'a'}, wire.KeyEvent{Keysym: 'a'}
	place := wire.QEMUKeyEvent{Down: true, Keysym: 'b', Keycode: 0x30}
	ask, click := wire.FramebufferUpdateRequest{W: 5, H: 5}, wire.PointerEvent{Buttons: 1, X: 3, Y: 4}
	for _, hello := range []string{"RFB 003.008\n\x01\x01", "RFB 003.003\n\x01"} {
		synctest.Test(t, func(t *testing.T) {
			server := &said{}
			in := New(Virtio, wall())
			var fates []tap.Delivery
			f := NewFront(server, in, func(d *tap.Delivery) { fates = append(fates, *d) })
			var text []byte
			for _, m := range []wire.ClientMessage{down, up, ask, place, click, ask} {
				text = m.Append(text)
			}
			in.Close()
			for _, b := range append([]byte(hello), text...) { // one byte at a time
				if _, err := f.Write([]byte{b}); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]wire.ClientMessage{ask, ask}, server.messages(t, len(hello))); diff != "" {
				t.Errorf("while shut (-want +got):\n%s", diff)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { in.Run(ctx) })
			in.Open()
			time.Sleep(time.Second)
			synctest.Wait() // until Run has written
			if diff := cmp.Diff([]wire.ClientMessage{ask, ask, down, up, place, click}, server.messages(t, len(hello))); diff != "" {
				t.Errorf("once open (-want +got):\n%s", diff)
			}
			if len(fates) != 4 || fates[3].Message != 4 || fates[3].Lost {
				t.Errorf("told of %+v, want of four inputs", fates)
			}
			_ = f.Close()
			time.Sleep(time.Second)
			synctest.Wait() // until Run has written
			if all := server.messages(t, len(hello)); !server.closed || !slices.Equal(all[len(all)-2:], []wire.ClientMessage{wire.QEMUKeyEvent{Keycode: 0x30}, wire.PointerEvent{X: 3, Y: 4}}) {
				t.Errorf("after the viewer has gone the server heard %v, and it is %v that its connection is closed; want the key and the button up, and then an end", all, server.closed)
			}
			cancel()
			running.Wait()
		})
	}
}

func TestAFrontEndsAConnectionThatItCannotRead(t *testing.T) {
	server := &said{}
	f := NewFront(server, New(Virtio, wall()), nil)
	if _, err := f.Write([]byte("RFB 003.008\n\x01\x01\x63")); err == nil || !server.closed {
		t.Errorf("got %v and closed %v, want an error and an end", err, server.closed)
	}
}

func TestAFrontTypesAKeyAgainThatIsRepeated(t *testing.T) {
	sign := func(keysym uint32, down bool) wire.ClientMessage {
		return wire.KeyEvent{Down: down, Keysym: keysym}
	}
	place := func(keycode uint32, down bool) wire.ClientMessage {
		return wire.QEMUKeyEvent{Down: down, Keysym: 'x', Keycode: keycode}
	}
	for name, tt := range map[string]struct{ says, want []wire.ClientMessage }{
		"a letter":                {[]wire.ClientMessage{sign('a', true), sign('a', true)}, []wire.ClientMessage{sign('a', true), sign('a', false), sign('a', true)}},
		"the key with a place":    {[]wire.ClientMessage{place(0x30, true), place(0x30, true)}, []wire.ClientMessage{place(0x30, true), place(0x30, false), place(0x30, true)}},
		"an asterisk, not Shift":  {[]wire.ClientMessage{sign('*', true), sign('*', true)}, []wire.ClientMessage{sign('*', true), sign('*', false), sign('*', true)}},
		"Shift, which stays down": {[]wire.ClientMessage{sign(0xffe1, true), sign(0xffe1, true)}, []wire.ClientMessage{sign(0xffe1, true)}},
		"Shift with its place":    {[]wire.ClientMessage{place(0x2a, true), place(0x2a, true)}, []wire.ClientMessage{place(0x2a, true)}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &said{}
			f := NewFront(server, New(Virtio, hours()), nil)
			text := []byte("RFB 003.008\n\x01\x01")
			hello := len(text)
			for _, m := range tt.says {
				text = m.Append(text)
			}
			if _, err := f.Write(text); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, server.messages(t, hello)); diff != "" {
				t.Errorf("the server heard (-want +got):\n%s", diff)
			}
		})
	}
}

// The connection ends while its viewer still does something: nothing stays down in the guest.
func TestWhoLeavesWhileTheyTypeLeavesNothingDown(t *testing.T) {
	for range 300 {
		server := &said{}
		f := NewFront(server, New(Virtio, hours()), nil)
		hello := []byte("RFB 003.008\n\x01\x01")
		if _, err := f.Write(hello); err != nil {
			t.Fatal(err)
		}
		text := wire.PointerEvent{Buttons: 1}.Append(wire.KeyEvent{Down: true, Keysym: 'a'}.Append(nil))
		text = wire.PointerEvent{}.Append(wire.KeyEvent{Keysym: 'a'}.Append(text))
		var both sync.WaitGroup
		both.Go(func() {
			for range 1000 {
				if _, err := f.Write(text); err != nil {
					return
				}
			}
		})
		both.Go(func() { _ = f.Close() })
		both.Wait()
		keys, buttons := 0, uint16(0)
		for _, m := range server.messages(t, len(hello)) {
			switch m := m.(type) {
			case wire.KeyEvent:
				keys = map[bool]int{true: 1}[m.Down]
			case wire.PointerEvent:
				buttons = m.Buttons
			}
		}
		if keys != 0 || buttons != 0 || !server.closed {
			t.Fatalf("at the end the key is %d, the buttons %b, and closed %v", keys, buttons, server.closed)
		}
	}
}
