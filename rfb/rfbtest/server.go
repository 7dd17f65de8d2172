// Package rfbtest is a pretend machine for tests: a screen that can be painted on and that
// remembers what was typed and clicked, reached as any VNC server is, without a QEMU.
package rfbtest

import (
	"image"
	"image/color"
	"image/draw"
	"net"
	"sync"

	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// Server is a machine's screen without a machine. Its methods are safe for concurrent use.
type Server struct {
	// OnInput, unless nil, is called with each KeyEvent, QEMUKeyEvent and PointerEvent; it
	// may Paint the answer. To be set before Serve.
	OnInput func(wire.ClientMessage)

	screen *server.Server
	mu     sync.Mutex
	inputs []wire.ClientMessage
}

// NewServer returns a server with a black screen of the given size, in pixels.
func NewServer(width, height int) *Server {
	s := &Server{screen: server.New(image.Pt(width, height))}
	s.screen.Name, s.screen.Input = "rfbtest", s.input
	return s
}

// Screen returns the screen itself.
func (s *Server) Screen() *server.Server { return s.screen }

// Paint fills an area of the screen with a colour and shows it to who asked for changes.
func (s *Server) Paint(area image.Rectangle, c color.Color) {
	s.screen.Draw(area, func(screen *image.RGBA) {
		draw.Draw(screen, area, image.NewUniform(c), image.Point{}, draw.Src)
	})
}

// Inputs returns the keys and pointer events so far, of all viewers.
func (s *Server) Inputs() []wire.ClientMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]wire.ClientMessage(nil), s.inputs...)
}

func (s *Server) input(m wire.ClientMessage) {
	s.mu.Lock()
	s.inputs = append(s.inputs, m)
	s.mu.Unlock()
	if s.OnInput != nil {
		s.OnInput(m)
	}
}

// Serve shows the screen to one viewer until its connection ends, then closes it. It returns
// why the connection ended, which is an io.EOF if the viewer hung up between two messages.
func (s *Server) Serve(conn net.Conn) error { return s.screen.Serve(conn) }
