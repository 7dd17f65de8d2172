package server_test

import (
	"image"
	"net"
	"testing"
	"testing/synctest"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/server"
)

// served has a server serve one viewer, as it is served beside others, and returns the viewer's end and
// a channel that is closed when Serve has returned.
func served(s *server.Server) (near, far net.Conn, done <-chan struct{}) {
	near, far = net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(far)
	}()
	return near, far, ended
}

// TestServeEndsWithEveryViewer ends the connection of each hostile viewer from either end, with a
// screen that stands still and with one that changes.
func TestServeEndsWithEveryViewer(t *testing.T) {
	ends := map[string]func(near, far net.Conn) error{
		"the viewer hangs up":  func(near, _ net.Conn) error { return near.Close() },
		"the machine hangs up": func(_, far net.Conn) error { return far.Close() },
	}
	viewers, err := rfbtest.Viewers()
	must(t, err)
	ways := len(rfbtest.Hostiles()) * len(ends)
	times := (viewers + ways - 1) / ways // that each of them comes
	for _, viewer := range rfbtest.Hostiles() {
		for name, end := range ends {
			t.Run(viewer.Name+", "+name, func(t *testing.T) {
				for range times {
					synctest.Test(t, func(t *testing.T) {
						s := server.New(image.Pt(640, 480))
						near, far, done := served(s)
						viewer.Do(near)
						s.Draw(image.Rect(0, 0, 640, 480), func(*image.RGBA) {})
						synctest.Wait() // whatever either side waits for, it waits for it now
						must(t, end(near, far))
						synctest.Wait()
						select {
						case <-done:
						default:
							t.Error("Serve still runs")
						}
						if n := s.Viewers(); n != 0 {
							t.Errorf("%d viewers are left", n)
						}
						_ = near.Close()
						<-done
					})
				}
			})
		}
	}
}
