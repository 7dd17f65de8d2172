package visit_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/studytest"
)

// A film that is sent as H.264 is drawn by a real browser: noVNC decodes it with WebCodecs. Where it is still, it becomes exact.
func TestAFilmIsDrawnInABrowser(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	t.Parallel()
	screen := image.Rect(0, 0, webtest.Wide, webtest.High)
	area := image.Rect(40, 20, 360, 260)
	s := server.New(screen.Max)
	var films atomic.Int64
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	d.Conduct.Dial = func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() { _ = s.Serve(far) }() // until the screen's line closes near
		machine := tap.New(near, time.Now, func(e tap.Event) {
			if u, is := e.(*tap.Update); is {
				films.Add(int64(u.Films))
			}
		})
		machine.Wish(func(m wire.SetEncodings) wire.SetEncodings { return append(m, wire.FilmRate(4_000_000)) })
		return machine, nil
	}
	paint := func(n int) {
		s.Draw(area, func(m *image.RGBA) {
			for y := area.Min.Y; y < area.Max.Y; y++ {
				for x := area.Min.X; x < area.Max.X; x++ {
					m.SetRGBA(x, y, color.RGBA{200, uint8((x*x/50 + y + 3*n) / 4 % 60), uint8((x + y*y/70 - 2*n) / 4 % 60), 255})
				}
			}
		})
	}
	tab := d.Open()
	n := 0
	playing, stop := context.WithCancel(t.Context())
	defer stop()
	played := make(chan struct{})
	go func() {
		defer close(played)
		beat := time.NewTicker(40 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				n++
				paint(n)
			case <-playing.Done():
				return
			}
		}
	}()
	webtest.Eventually(t, "the film is sent as H.264", func() bool { return films.Load() > 10 })
	// Nothing but H.264 has drawn there since.
	pixel := func(x, y int) string { return fmt.Sprintf(`%s.getImageData(%d, %d, 1, 1).data`, webtest.Canvas, x, y) }
	d.Await(tab, fmt.Sprintf(`Math.abs(%s[0] - 200) < 25 && %s[1] < 90`, pixel(200, 140), pixel(200, 140)))
	stop()
	<-played
	at := image.Pt(201, 141)
	var want color.RGBA
	s.Draw(image.Rectangle{}, func(m *image.RGBA) { want = m.RGBAAt(at.X, at.Y) })
	d.Await(tab, fmt.Sprintf(`String(%s) === "%d,%d,%d,255"`, pixel(at.X, at.Y), want.R, want.G, want.B))
}
