package server_test

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// serve returns a robot at a server's screen that looks in the given way.
func serve(t *testing.T, s *server.Server, v robot.View) *robot.Client {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(far) }()
	c, err := v.Connect(t.Context(), near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-served
	})
	return c
}

// TestServerShowsItsScreenInEveryWay has a screen change at random while robots look at it in
// every encoding, asking for updates and not, and compares what they see in the end.
func TestServerShowsItsScreenInEveryWay(t *testing.T) {
	for _, e := range screen.Writes {
		for _, unasked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, unasked %v", e, unasked), func(t *testing.T) {
				t.Parallel()
				s := server.New(image.Pt(200, 150))
				view := robot.View{Encodings: []wire.Encoding{e}, Unasked: unasked}
				first := serve(t, s, view)
				want := image.NewRGBA(image.Rect(0, 0, 200, 150))
				draw.Draw(want, want.Rect, image.Black, image.Point{}, draw.Src)
				random := rand.New(rand.NewPCG(1, uint64(e)))
				for i := range 60 {
					want = disturb(s, want, random)
					if i == 30 {
						awaitScreen(t, first, want)
					}
				}
				awaitScreen(t, first, want)
				awaitScreen(t, serve(t, s, view), want)
			})
		}
	}
}

// disturb changes a server's screen in some way, and want likewise.
func disturb(s *server.Server, want *image.RGBA, random *rand.Rand) *image.RGBA {
	size := want.Rect.Size()
	x, y := random.IntN(size.X-20), random.IntN(size.Y-20)
	area := image.Rect(x, y, x+1+random.IntN(size.X-x-1), y+1+random.IntN(size.Y-y-1))
	switch random.IntN(8) {
	case 0, 1, 2:
		to := area.Sub(area.Min).Add(image.Pt(random.IntN(x+1), random.IntN(y+1)))
		s.Draw(to, func(screen *image.RGBA) { draw.Draw(screen, to, screen, area.Min, draw.Src) })
		draw.Draw(want, to, want, area.Min, draw.Src)
	case 3:
		size = image.Pt(150+random.IntN(100), 100+random.IntN(100))
		s.SetSize(size)
		now := image.NewRGBA(image.Rectangle{Max: size})
		draw.Draw(now, now.Rect, image.Black, image.Point{}, draw.Src)
		draw.Draw(now, now.Rect.Intersect(want.Rect), want, image.Point{}, draw.Src)
		return now
	case 4, 5:
		m := painted(size, random.Uint64())
		s.Draw(area, func(screen *image.RGBA) { draw.Draw(screen, area, m, area.Min, draw.Src) })
		draw.Draw(want, area, m, area.Min, draw.Src)
	default:
		c := image.NewUniform(color.RGBA{uint8(random.Uint32()), 1, 2, 255})
		s.Draw(area, func(screen *image.RGBA) { draw.Draw(screen, area, c, image.Point{}, draw.Src) })
		draw.Draw(want, area, c, image.Point{}, draw.Src)
	}
	return want
}

// TestServerSendsOnlyWhatChanged draws twice the same and then one pixel more.
func TestServerSendsOnlyWhatChanged(t *testing.T) {
	s := server.New(image.Pt(300, 200))
	c := serve(t, s, robot.View{})
	first, err := c.WaitChange(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Draw(image.Rect(0, 0, 300, 200), func(*image.RGBA) {})
	s.Draw(image.Rect(0, 0, 300, 200), func(screen *image.RGBA) { screen.SetRGBA(70, 80, color.RGBA{1, 2, 3, 255}) })
	second, err := c.WaitChange(t.Context(), first.N)
	if err != nil || second.Area != image.Rect(70, 80, 71, 81) {
		t.Errorf("second change = %+v, %v; want the one pixel", second, err)
	}
}

// TestServerTellsASlowViewerOfThePresent has a viewer that does not read while the screen
// changes a hundred times: neither does the painter wait, nor does the viewer get a hundred updates.
func TestServerTellsASlowViewerOfThePresent(t *testing.T) {
	s := server.New(image.Pt(100, 100))
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(far) }()
	l := look(t, near, wire.RGBX, []wire.Encoding{wire.Raw})
	size := wire.FramebufferUpdateRequest{Incremental: true, W: 100, H: 100}
	for range 3 {
		l.Request(len(l.Seen) > 0)
		l.Say(size) // an update will be under way, and the pipe takes none of it
		for i := range 100 {
			s.Draw(image.Rect(0, 0, 100, 100), func(screen *image.RGBA) {
				draw.Draw(screen, screen.Rect, image.NewUniform(color.Gray{uint8(i + len(l.Seen))}), image.Point{}, draw.Src)
			})
		}
	}
	if n := len(l.Seen); n > 6 {
		t.Errorf("the viewer got %d updates", n)
	}
	_ = near.Close()
	<-served
}

// TestServerSpeaksOldVersions greets as clients of each version do.
func TestServerSpeaksOldVersions(t *testing.T) {
	for version, turns := range map[string][]turn{
		"3": {{Say: []byte("RFB 003.003\n"), Hear: 4}, {Say: raw(1), Hear: 24}},
		"7": {{Say: []byte("RFB 003.007\n"), Hear: 2}, {Say: raw(1, 1), Hear: 24}},
		"8": {{Say: []byte("RFB 003.008\n"), Hear: 2}, {Say: raw(1), Hear: 4}, {Say: raw(1), Hear: 24}},
	} {
		near, far := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- server.New(image.Pt(8, 8)).Serve(far) }()
		_, err := near.Read(make([]byte, 12))
		must(t, err)
		if err := follow(near, turns); err != nil {
			t.Errorf("3.%s: %v", version, err)
		}
		<-served
	}
}

// A viewer that wants a part of the screen must not keep the server busy while only the rest changes.
func TestWhatNobodyAskedForCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server.New(image.Pt(640, 480))
		near, _, done := served(s)
		r := wire.NewReader(bufio.NewReader(near))
		if _, err := wire.Greet(near, r); err != nil {
			t.Fatal(err)
		}
		_, err := near.Write(wire.FramebufferUpdateRequest{Incremental: true, W: 10, H: 10}.Append(nil))
		must(t, err)
		s.Draw(image.Rect(300, 300, 310, 310), func(m *image.RGBA) { m.Set(305, 305, color.White) })
		time.Sleep(time.Second) // passes only if nobody is busy
		must(t, near.Close())
		<-done
	})
}
