package rfbtest_test

import (
	"context"
	"image"
	"image/color"
	"net"
	"testing"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/wire"
)

var blue = color.RGBA{B: 200, A: 255}

// connect returns a robot at a server's screen, and cleans up after it.
func connect(t *testing.T, s *rfbtest.Server) *robot.Client {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(far) }()
	c, err := robot.Connect(t.Context(), near)
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-served
	})
	return c
}

func TestAKeyIsAnsweredOnTheScreen(t *testing.T) {
	s := rfbtest.NewServer(64, 48)
	area := image.Rect(10, 20, 30, 40)
	s.OnInput = func(m wire.ClientMessage) {
		if key, ok := m.(wire.KeyEvent); ok && key.Down {
			s.Paint(area, blue)
		}
	}
	c := connect(t, s)
	ctx := t.Context()
	first, err := c.WaitChange(ctx, 0)
	if err != nil || first.Area != image.Rect(0, 0, 64, 48) {
		t.Fatalf("first change = %+v, %v; want the whole screen", first, err)
	}
	if err := c.Key(ctx, 'b', true); err != nil {
		t.Fatal(err)
	}
	change, err := c.WaitChange(ctx, first.N)
	if err != nil || change.N != 2 || change.Area != area {
		t.Fatalf("WaitChange = %+v, %v; want change 2 of %v", change, err, area)
	}
	got := c.Screen()
	if got.At(10, 20) != blue || got.At(29, 39) != blue || got.At(9, 20) == blue || got.At(30, 39) == blue {
		t.Errorf("the screen is not blue exactly in %v", area)
	}
}

func TestTypeHoldsShiftForCapitalsAndSigns(t *testing.T) {
	s := rfbtest.NewServer(8, 8)
	done := make(chan struct{})
	s.OnInput = func(m wire.ClientMessage) {
		if m == (wire.KeyEvent{Down: false, Keysym: robot.KeyReturn}) {
			close(done)
		}
	}
	c := connect(t, s)
	if err := c.Type(t.Context(), "aB1!\n"); err != nil {
		t.Fatal(err)
	}
	<-done
	down := func(k uint32) wire.ClientMessage { return wire.KeyEvent{Down: true, Keysym: k} }
	up := func(k uint32) wire.ClientMessage { return wire.KeyEvent{Down: false, Keysym: k} }
	want := []wire.ClientMessage{
		down('a'), up('a'),
		down(robot.KeyShift), down('B'), up('B'), up(robot.KeyShift),
		down('1'), up('1'),
		down(robot.KeyShift), down('!'), up('!'), up(robot.KeyShift),
		down(robot.KeyReturn), up(robot.KeyReturn),
	}
	got := s.Inputs()
	if len(got) != len(want) {
		t.Fatalf("got %d inputs %v, want %v", len(got), got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("input %d = %v, want %v", i, got[i], want[i])
		}
	}
}

func TestTypeRefusesWhatHasNoKey(t *testing.T) {
	c := connect(t, rfbtest.NewServer(8, 8))
	if err := c.Type(t.Context(), "naïve"); err == nil {
		t.Error("Type of ï = nil, want an error")
	}
}

func TestPointerStaysOnTheScreen(t *testing.T) {
	s := rfbtest.NewServer(8, 8)
	heard := make(chan wire.ClientMessage, 1)
	s.OnInput = func(m wire.ClientMessage) { heard <- m }
	c := connect(t, s)
	if err := c.Pointer(t.Context(), 100, -3, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := <-heard, (wire.PointerEvent{Buttons: 1, X: 7, Y: 0}); got != want {
		t.Errorf("pointer event = %+v, want %+v", got, want)
	}
}

func TestWaitingEndsWithTheConnectionAndWithTheContext(t *testing.T) {
	c := connect(t, rfbtest.NewServer(8, 8))
	if _, err := c.WaitChange(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(context.Canceled)
	if _, err := c.WaitChange(ctx, 1); err == nil {
		t.Error("WaitChange in an ended context = nil, want an error")
	}
	_ = c.Close()
	if _, err := c.WaitChange(t.Context(), 1); err == nil {
		t.Error("WaitChange on a closed client = nil, want an error")
	}
}
