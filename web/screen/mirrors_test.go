package screen_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/web"
	"vmstudy/web/screen"
)

// observe opens the websocket of a watched screen, as an experimenter's page does.
func observe(d *webtest.Desk) *websocket.Conn {
	d.T.Helper()
	ws, answer, err := d.TryDial(d.WatchPath("screen"), http.Header{"Cookie": {d.SignIn().String()}, "Origin": {d.Web.URL}})
	if err != nil {
		d.T.Fatalf("observe: %v, %v", err, answer)
	}
	d.T.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	return ws
}

// viewing is a viewer on a websocket that sends and receives plain bytes.
type viewing struct {
	t    *testing.T
	ws   *websocket.Conn
	left []byte
}

func (v *viewing) say(b []byte) {
	v.t.Helper()
	if err := v.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		v.t.Fatal(err)
	}
}

func (v *viewing) hear(n int) []byte {
	v.t.Helper()
	for len(v.left) < n {
		_, b, err := v.ws.ReadMessage()
		if err != nil {
			v.t.Fatalf("after %d of %d bytes: %v", len(v.left), n, err)
		}
		v.left = append(v.left, b...)
	}
	said := v.left[:n]
	v.left = v.left[n:]
	return said
}

// greet does the handshake and asks for raw pixels. It returns all that it received.
func (v *viewing) greet() (all []byte) {
	v.t.Helper()
	all = slices.Clone(v.hear(12))
	v.say([]byte("RFB 003.008\n"))
	all = append(all, v.hear(2)...)
	v.say([]byte{1})
	all = append(all, v.hear(4)...)
	v.say([]byte{1})
	head := v.hear(24)
	all = append(append(all, head...), v.hear(int(head[23]))...)
	b := wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)
	v.say(wire.SetEncodings{wire.Raw}.Append(b))
	return all
}

// update returns the bytes of the next update, which may contain only raw pixels.
func (v *viewing) update() (all []byte) {
	v.t.Helper()
	all = slices.Clone(v.hear(4))
	for range binary.BigEndian.Uint16(all[2:]) {
		head := slices.Clone(v.hear(12))
		w, h := binary.BigEndian.Uint16(head[4:]), binary.BigEndian.Uint16(head[6:])
		all = append(append(all, head...), v.hear(4*int(w)*int(h))...)
	}
	return all
}

func TestObserversShareAMirrorAndOneTooManyIsToldWhy(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	var all []*viewing
	for range screen.MostObservers {
		all = append(all, &viewing{t: t, ws: observe(d)})
		all[len(all)-1].greet()
	}
	_, _, err := observe(d).ReadMessage()
	if closed, is := err.(*websocket.CloseError); !is || closed.Code != screen.CloseRefused || !strings.Contains(closed.Text, "8 people watch this session already") {
		t.Errorf("one too many is told %v", err)
	}
	d.Must(all[0].ws.Close())
	webtest.Eventually(t, "there is room again", func() bool {
		_, b, err := observe(d).ReadMessage()
		return err == nil && strings.HasPrefix(string(b), "RFB")
	})
	if n := d.Dialled.Load(); n != 1 {
		t.Errorf("the machine was dialled %d times, want once for all", n)
	}
}

// An observer asks for everything, tries what only a participant may do, and reads nothing.
func TestAStuckObserverIsSentAwayAndCostsTheParticipantNothing(t *testing.T) {
	alone := participantSees(t, nil)
	beside := participantSees(t, func(d *webtest.Desk) {
		v := &viewing{t: t, ws: observe(d)}
		v.greet()
		b := wire.KeyEvent{Down: true, Keysym: 'x'}.Append(nil)
		b = wire.PointerEvent{Buttons: 1, X: 3, Y: 3}.Append(b)
		b = wire.SetDesktopSize{W: 64, H: 64}.Append(b)
		v.say(b)
		flooding := make(chan struct{})
		go func() { // until the server closes it
			defer close(flooding)
			for v.ws.WriteMessage(websocket.BinaryMessage, wire.FramebufferUpdateRequest{W: wideScreen, H: highScreen}.Append(nil)) == nil {
			}
		}()
		webtest.Eventually(t, "it is sent away", func() bool { return strings.Contains(d.Log.String(), "observer sent away") })
		<-flooding
		if !strings.Contains(d.Log.String(), screen.ErrSlow.Error()) {
			t.Errorf("the log does not say why:\n%s", d.Log.String())
		}
	})
	if !bytes.Equal(alone, beside) {
		t.Errorf("the participant got %d bytes beside a stuck observer, and %d others alone", len(beside), len(alone))
	}
}

const (
	wideScreen = 1024
	highScreen = 768
)

// participantSees returns all bytes that a participant receives in a session. If meanwhile is not
// nil, it is called during the session.
func participantSees(t *testing.T, meanwhile func(*webtest.Desk)) []byte {
	t.Helper()
	machine := rfbtest.NewServer(wideScreen, highScreen)
	d := webtest.NewDesk(t, machine)
	d.Serve(func(c *web.Config) { c.Patience = 300 * time.Millisecond })
	v := &viewing{t: t, ws: d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))}
	seen := v.greet()
	v.say(wire.FramebufferUpdateRequest{W: wideScreen, H: highScreen}.Append(nil))
	over := make(chan struct{})
	go func() {
		defer close(over)
		if meanwhile != nil {
			meanwhile(d)
		}
	}()
	seen = append(seen, v.update()...)
	for n, waits := 0, true; n < 200 || waits; n++ {
		select {
		case <-over:
			waits = false
		default:
		}
		machine.Paint(image.Rect(0, 0, 32, 32), webtest.Shade(n%200))
		v.say(wire.FramebufferUpdateRequest{Incremental: true, W: wideScreen, H: highScreen}.Append(nil))
		got := v.update()
		if n < 200 {
			seen = append(seen, got...)
		}
	}
	if n := len(machine.Inputs()); n != 0 || machine.Screen().Size() != image.Pt(wideScreen, highScreen) {
		t.Errorf("the machine had %d inputs and has a screen of %v", n, machine.Screen().Size())
	}
	return seen
}

// An observer asks for more than fits into the buffers, reads nothing for a while, and then reads
// everything.
func TestAStuckObserverThatReadsAgainIsToldWhy(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(3000, 3000))
	d.Serve(func(c *web.Config) { c.Patience = 100 * time.Millisecond })
	v := &viewing{t: t, ws: observe(d)}
	v.greet()
	v.say(wire.FramebufferUpdateRequest{W: 3000, H: 3000}.Append(nil))
	webtest.Eventually(t, "it is sent away", func() bool { return strings.Contains(d.Log.String(), "observer sent away") })
	webtest.Eventually(t, "its place is free again", func() bool { return d.Dials.Load() == 0 })
	read, err := 0, error(nil)
	for err == nil {
		var b []byte
		_, b, err = v.ws.ReadMessage()
		read += len(b)
	}
	if closed, is := err.(*websocket.CloseError); !is || closed.Code != screen.CloseRefused || closed.Text != screen.ErrSlow.Error() {
		t.Errorf("after %d bytes it is told %v", read, err)
	}
	if whole := 3000 * 3000 * 4; read >= whole {
		t.Errorf("it read %d bytes, want less than the %d of one picture: it was not stuck", read, whole)
	}
}
