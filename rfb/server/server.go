// Package server shows a screen to people who look at it from elsewhere.
package server

import (
	"image"
	"image/draw"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// Server shows one screen to any number of viewers and tells what they type and point at. It
// is the machine's end of the protocol: whoever has pixels draws them on it.
//
// As soon as a viewer asks, it gets what has changed since its last update, in the encoding that it
// prefers. So a slow viewer gets fewer updates, but no old ones. The methods are safe for concurrent use. The
// fields are to be set before the first Serve.
type Server struct {
	// Input, unless nil, is called with each KeyEvent, QEMUKeyEvent and PointerEvent, one
	// viewer's in their order. It may draw the answer.
	Input func(wire.ClientMessage)
	// Resize, unless nil, is called when a viewer wishes for another size, and tells what
	// became of it: ResizeDone once Server.Resize was called, or why not.
	Resize func(wire.SetDesktopSize) uint16
	// Encodings are those in which pixels may be sent; nil stands for all of [screen.Writes].
	Encodings []wire.Encoding
	// Name of the desktop.
	Name string

	mu      sync.Mutex
	screen  *image.RGBA
	shape   *screen.Shape // nil until it is set
	pointer image.Point   // where the machine has its pointer
	lamps   *wire.Lamps   // nil until they are set
	viewers map[*viewer]bool
}

// New returns a server with a black screen of the given size, in pixels.
func New(size image.Point) *Server {
	return &Server{screen: newScreen(size), viewers: map[*viewer]bool{}}
}

func newScreen(size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(m, m.Rect, image.Black, image.Point{}, draw.Src)
	return m
}

// Size returns the width and height of the screen, in pixels.
func (s *Server) Size() image.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Rect.Size()
}

// Draw lets paint change the screen within an area, which is clipped to the screen, and shows
// it. paint must not use the Server; alpha is ignored.
func (s *Server) Draw(area image.Rectangle, paint func(screen *image.RGBA)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	paint(s.screen)
	now := time.Now()
	for v := range s.viewers {
		v.damage.add(area)
		v.stirred = now
		v.wake.Signal()
	}
}

// SetSize gives the screen another size, in pixels; what fits of the picture stays.
func (s *Server) SetSize(size image.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size == s.screen.Rect.Size() {
		return
	}
	now := newScreen(size)
	draw.Draw(now, now.Rect.Intersect(s.screen.Rect), s.screen, image.Point{}, draw.Src)
	s.screen = now
	for v := range s.viewers {
		v.resized(wire.ResizedByServer, wire.ResizeDone)
	}
}

// SetShape tells the viewers what the pointer looks like.
func (s *Server) SetShape(c screen.Shape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pointerArea()
	s.shape = &c
	for v := range s.viewers {
		v.tell(wire.Cursor)
	}
	s.pointerChanged(before)
}

// SetPointer tells where the machine has its pointer. Only viewers for whom the pointer is a part of the picture see it there.
func (s *Server) SetPointer(at image.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pointerArea()
	s.pointer = at
	s.pointerChanged(before)
}

// SetLamps tells the viewers which of the keyboard's lamps are lit.
func (s *Server) SetLamps(l wire.Lamps) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lamps = &l
	for v := range s.viewers {
		v.tell(wire.LEDState)
	}
}

// Serve shows the screen to one viewer until its connection ends, then closes it. It returns
// why the connection ended, which is an io.EOF if the viewer hung up between two messages.
func (s *Server) Serve(conn net.Conn) error { return s.ServeTo(conn, s.Input) }

// ServeTo is Serve for a viewer whose input goes to input in place of Server.Input; nil throws it away.
// input is called by one goroutine, and not after ServeTo has returned.
func (s *Server) ServeTo(conn net.Conn, input func(wire.ClientMessage)) error {
	defer conn.Close()
	v, err := s.welcome(conn)
	if err != nil {
		return err
	}
	v.input = input
	var sender sync.WaitGroup
	sender.Go(func() {
		v.send(conn)
		s.part(v) // the listener may wait for the sender to make room
	})
	err = v.listen()
	_ = conn.Close() // so that the sender cannot be stuck
	s.part(v)
	sender.Wait()
	if v.failed != nil {
		return v.failed
	}
	return err
}

// part forgets a viewer and wakes whoever of its two goroutines waits for the other.
func (s *Server) part(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, v)
	v.gone = true
	v.alarm.Stop()
	v.wake.Broadcast()
}
