package screenbench

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"net"
	"testing"
	"time"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/studytest"
)

// TestWebsockifyStandsBetweenUs connects a robot with a screen server of ours through Debian's
// websockify, which splits messages into websocket frames in its own way.
func TestWebsockifyStandsBetweenUs(t *testing.T) {
	studytest.Need(t, "websockify")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shown := rfbtest.Desktop(image.Pt(640, 400), 1)
	ours := server.New(shown.Rect.Size())
	ours.Draw(shown.Rect, func(screen *image.RGBA) { draw.Draw(screen, screen.Rect, shown, image.Point{}, draw.Src) })
	typed := make(chan uint32, 16)
	ours.Input = func(m wire.ClientMessage) {
		if key, is := m.(wire.KeyEvent); is && key.Down {
			typed <- key.Keysym
		}
	}
	peer, err := startWebsockify(ctx, listen(t, ours), -1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(peer.end)

	for _, e := range screen.Writes {
		conn, err := peer.dial(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tap := tap.New(conn, time.Now, func(event tap.Event) {
			if lost, is := event.(tap.Lost); is {
				t.Errorf("%v: the tap is lost: %v", e, lost.Reason)
			}
		})
		robot, err := robot.View{Encodings: []wire.Encoding{e}}.Connect(ctx, tap)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		for seen := robot.Changes(); !bytes.Equal(robot.Screen().Pix, shown.Pix); seen = robot.Changes() {
			if _, err := robot.WaitChange(ctx, seen); err != nil {
				t.Fatalf("%v: the robot never sees the picture: %v", e, err)
			}
		}
		if err := robot.Key(ctx, uint32('a'), true); err != nil {
			t.Fatal(err)
		}
		select {
		case key := <-typed:
			if key != 'a' {
				t.Errorf("%v: the key %#x came, want %#x", e, key, 'a')
			}
		case <-ctx.Done():
			t.Fatalf("%v: the key never came", e)
		}
		_ = robot.Close()
	}
}

// listen serves a screen at a TCP address.
func listen(t *testing.T, s *server.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = s.Serve(conn) }() // ends with the peer, which ends before l is closed
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}
