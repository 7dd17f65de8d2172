package rfb_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"net"
	"testing"
	"time"

	"vmstudy/rfb"
)

// crumbs is a connection that is read a byte at a time.
type crumbs struct{ net.Conn }

func (c crumbs) Read(p []byte) (int, error) { return c.Conn.Read(p[:1]) }

// turn is what a machine says and how many bytes it hears of the answer.
type turn struct {
	say  []byte
	hear int
}

// follow plays a machine's part, up to the last turn, and hangs up.
func follow(conn net.Conn, turns []turn) error {
	defer conn.Close()
	for _, turn := range turns {
		if _, err := conn.Write(turn.say); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, conn, int64(turn.hear)); err != nil {
			return err
		}
	}
	return nil
}

// hello is the length of what a robot says after the handshake: format, five encodings, and
// the first request.
const hello = 20 + 4 + 5*4 + request

// request is the length of a FramebufferUpdateRequest.
const request = 10

// handshake is a machine's part of a version 3.8 handshake on a screen of 320x200.
func handshake() []turn {
	return []turn{{[]byte("RFB 003.008\n"), 12}, {raw(2, 2, 1), 1}, {zeros(4), 1}, {serverInit(), hello}}
}

// converse connects a robot to a machine that takes the given turns.
func converse(t *testing.T, turns []turn) (*rfb.Client, error) {
	t.Helper()
	near, far := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- follow(far, turns) }()
	t.Cleanup(func() {
		_ = near.Close()
		<-done
	})
	return rfb.Connect(t.Context(), crumbs{near})
}

func TestClientDrawsWhatItIsSent(t *testing.T) {
	red, green := raw(255, 0, 0, 77), raw(0, 255, 0, 77)
	endless := rfb.AppendUpdate(nil, 0xffff)
	endless = append(endless, rect(2, 0, 1, 1, rfb.CopyRect, raw(0, 1, 0, 0))...)
	endless = append(endless, rect(0, 0, 0, 0, rfb.LastRect)...)
	c, err := converse(t, append(handshake(),
		turn{append(raw(2), update(rect(0, 0, 2, 1, rfb.Raw, red, green))...), request},
		turn{endless, request},
		turn{update(rect(0, 0, 4, 3, rfb.ExtendedDesktopSize, raw(0, 0, 0, 0)), rect(0, 0, 4, 3, rfb.DesktopSize)), request},
		turn{update(rect(3, 2, 1, 1, rfb.Raw, red)), request},
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
		"3.3": {{[]byte("RFB 003.003\n"), 12}, {be32(1), 1}, {serverInit(), hello}, {update(rect(0, 0, 1, 1, rfb.Raw, noise(4))), request}},
		"3.7": {{[]byte("RFB 003.007\n"), 12}, {raw(1, 1), 2}, {serverInit(), hello}, {update(rect(0, 0, 1, 1, rfb.Raw, noise(4))), request}},
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
		"a password is wanted":   {{[]byte("RFB 003.008\n"), 12}, {raw(1, 2), 0}},
		"an old one wants one":   {{[]byte("RFB 003.003\n"), 12}, {be32(2), 0}},
		"no security types":      {{[]byte("RFB 003.008\n"), 12}, {raw(0, 0, 0, 0, 0), 0}},
		"it is refused":          {{[]byte("RFB 003.008\n"), 12}, {raw(1, 1), 1}, {be32(1), 0}},
		"it is another protocol": {{[]byte("SSH-2.0-OpenSSH_9"), 0}},
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
	if _, err := rfb.Connect(ctx, near); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Connect to a silent machine = %v, want deadline exceeded", err)
	}
}
