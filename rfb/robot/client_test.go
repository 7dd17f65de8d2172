package robot_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"net"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/wire"
)

// crumbs is a connection that is read a byte at a time.
type crumbs struct{ net.Conn }

func (c crumbs) Read(p []byte) (int, error) { return c.Conn.Read(p[:1]) }

// hello is the length of what a robot says after the handshake: format, five encodings, and
// the first request.
const hello = 20 + 4 + 5*4 + request

// request is the length of a FramebufferUpdateRequest.
const request = 10

// handshake is a machine's part of a version 3.8 handshake on a screen of 320x200.
func handshake() []turn {
	return []turn{{Say: []byte("RFB 003.008\n"), Hear: 12}, {Say: raw(2, 2, 1), Hear: 1}, {Say: zeros(4), Hear: 1}, {Say: serverInit(), Hear: hello}}
}

// converse connects a robot to a machine that takes the given turns.
func converse(t *testing.T, turns []turn) (*robot.Client, error) {
	t.Helper()
	near, far := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- follow(far, turns) }()
	t.Cleanup(func() {
		_ = near.Close()
		<-done
	})
	return robot.Connect(t.Context(), crumbs{near})
}

func TestClientDrawsWhatItIsSent(t *testing.T) {
	red, green := raw(255, 0, 0, 77), raw(0, 255, 0, 77)
	endless := wire.AppendUpdate(nil, 0xffff)
	endless = append(endless, rect(2, 0, 1, 1, wire.CopyRect, raw(0, 1, 0, 0))...)
	endless = append(endless, rect(0, 0, 0, 0, wire.LastRect)...)
	c, err := converse(t, append(handshake(),
		turn{Say: append(raw(2), update(rect(0, 0, 2, 1, wire.Raw, red, green))...), Hear: request},
		turn{Say: endless, Hear: request},
		turn{Say: update(rect(0, 0, 4, 3, wire.ExtendedDesktopSize, raw(0, 0, 0, 0)), rect(0, 0, 4, 3, wire.DesktopSize)), Hear: request},
		turn{Say: update(rect(3, 2, 1, 1, wire.Raw, red)), Hear: request},
	))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	third, err := c.WaitChange(t.Context(), 2)
	if err != nil || third.N != 3 || third.Area != image.Rect(3, 2, 4, 3) {
		t.Fatalf("third change = %+v, %v; want one pixel at 3,2", third, err)
	}
	first, err := c.WaitChange(t.Context(), 0)
	if err != nil || first.N != 1 || first.Area != image.Rect(0, 0, 2, 1) {
		t.Errorf("first change = %+v, %v; want two pixels at 0,0", first, err)
	}
	got := c.Screen()
	if got.Rect.Size() != image.Pt(4, 3) {
		t.Fatalf("the screen is %v, want 4x3", got.Rect)
	}
	for at, want := range map[image.Point]color.RGBA{
		{0, 0}: {R: 255, A: 255}, {1, 0}: {G: 255, A: 255}, {2, 0}: {G: 255, A: 255}, {3, 2}: {R: 255, A: 255},
		{2, 1}: {A: 255},
	} {
		if got.RGBAAt(at.X, at.Y) != want {
			t.Errorf("pixel %v is %v, want %v", at, got.RGBAAt(at.X, at.Y), want)
		}
	}
	if _, err := c.WaitChange(t.Context(), 3); !errors.Is(err, io.EOF) {
		t.Errorf("waiting for a machine that hung up = %v, want io.EOF", err)
	}
}

func TestClientBeginsWithTheSizeThatItIsTold(t *testing.T) {
	c, err := converse(t, handshake())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Size() != image.Pt(320, 200) {
		t.Errorf("the screen begins at %v, want 320x200", c.Size())
	}
}

func TestClientSpeaksOldVersions(t *testing.T) {
	for name, turns := range map[string][]turn{
		"3.3": {{Say: []byte("RFB 003.003\n"), Hear: 12}, {Say: be32(1), Hear: 1}, {Say: serverInit(), Hear: hello}, {Say: update(rect(0, 0, 1, 1, wire.Raw, noise(4))), Hear: request}},
		"3.7": {{Say: []byte("RFB 003.007\n"), Hear: 12}, {Say: raw(1, 1), Hear: 2}, {Say: serverInit(), Hear: hello}, {Say: update(rect(0, 0, 1, 1, wire.Raw, noise(4))), Hear: request}},
	} {
		c, err := converse(t, turns)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := c.WaitChange(t.Context(), 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_ = c.Close()
	}
}

func TestConnectSaysWhyItCannot(t *testing.T) {
	for name, turns := range map[string][]turn{
		"a password is wanted":   {{Say: []byte("RFB 003.008\n"), Hear: 12}, {Say: raw(1, 2), Hear: 0}},
		"an old one wants one":   {{Say: []byte("RFB 003.003\n"), Hear: 12}, {Say: be32(2), Hear: 0}},
		"no security types":      {{Say: []byte("RFB 003.008\n"), Hear: 12}, {Say: raw(0, 0, 0, 0, 0), Hear: 0}},
		"it is refused":          {{Say: []byte("RFB 003.008\n"), Hear: 12}, {Say: raw(1, 1), Hear: 1}, {Say: be32(1), Hear: 0}},
		"it is another protocol": {{Say: []byte("SSH-2.0-OpenSSH_9"), Hear: 0}},
		"nobody is there":        {},
	} {
		if c, err := converse(t, turns); err == nil {
			_ = c.Close()
			t.Errorf("Connect where %s = nil, want an error", name)
		}
	}
}

func TestConnectGivesUpWithItsContext(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := robot.Connect(ctx, near); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Connect to a silent machine = %v, want deadline exceeded", err)
	}
}
