// Package rfbtest is a pretend machine for tests: a screen that can be painted on and that
// remembers what was typed and clicked, reached as any VNC server is, without a QEMU.
package rfbtest

import (
	"image"
	"image/color"
	"image/draw"
	"net"
	"sync"

	"vmstudy/rfb"
)

// Server is a small RFB 3.8 server without a password, which sends Raw rectangles only.
// Its methods are safe for concurrent use.
type Server struct {
	// OnInput, unless nil, is called with each KeyEvent, QEMUKeyEvent and PointerEvent; it
	// may Paint the answer. To be set before Serve.
	OnInput func(rfb.ClientMessage)

	mu      sync.Mutex
	screen  *image.RGBA
	inputs  []rfb.ClientMessage
	viewers map[*viewer]bool
}

// NewServer returns a server with a black screen of the given size, in pixels.
func NewServer(width, height int) *Server {
	s := &Server{screen: image.NewRGBA(image.Rect(0, 0, width, height)), viewers: map[*viewer]bool{}}
	draw.Draw(s.screen, s.screen.Rect, image.Black, image.Point{}, draw.Src)
	return s
}

// Paint fills an area of the screen with a colour and shows it to who asked for changes.
func (s *Server) Paint(area image.Rectangle, c color.Color) {
	s.mu.Lock()
	defer s.mu.Unlock()
	area = area.Intersect(s.screen.Rect)
	draw.Draw(s.screen, area, image.NewUniform(c), image.Point{}, draw.Src)
	for v := range s.viewers {
		v.dirty = v.dirty.Union(area)
		v.wake.Signal()
	}
}

// Inputs returns the keys and pointer events so far, of all viewers.
func (s *Server) Inputs() []rfb.ClientMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]rfb.ClientMessage(nil), s.inputs...)
}

// Serve shows the screen to one viewer until its connection ends, then closes it. It returns
// why the connection ended, which is an io.EOF if the viewer hung up between two messages.
func (s *Server) Serve(conn net.Conn) error {
	v := &viewer{server: s, conn: conn, wake: sync.NewCond(&s.mu)}
	defer conn.Close()
	r, err := v.greet()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.viewers[v] = true
	s.mu.Unlock()

	var sender sync.WaitGroup
	sender.Go(v.send)
	err = v.listen(r)
	_ = conn.Close() // so that the sender cannot be stuck
	s.mu.Lock()
	delete(s.viewers, v)
	v.gone = true
	v.wake.Signal()
	s.mu.Unlock()
	sender.Wait()
	return err
}
