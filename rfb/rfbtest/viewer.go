package rfbtest

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"net"
	"sync"

	"vmstudy/rfb"
)

// viewer is one connection. Two goroutines serve it: one listens, one sends.
type viewer struct {
	server *Server
	conn   net.Conn

	// The server's mu guards what follows.
	wake   *sync.Cond
	wanted bool            // an update was asked for and is not sent yet
	dirty  image.Rectangle // what has changed since the last one
	gone   bool            // the listener has ended
}

// greet takes the server's part in a handshake without a password. RFC 6143, sections 7.1
// to 7.3.
func (v *viewer) greet() (*rfb.Reader, error) {
	in := bufio.NewReader(v.conn)
	size := v.server.screen.Rect.Size()
	init := rfb.ServerInit{W: uint16(size.X), H: uint16(size.Y), Format: rfb.RGBX, Name: "rfbtest"}
	for _, step := range []struct {
		say  []byte
		hear int
	}{
		{[]byte("RFB 003.008\n"), 12},
		{[]byte{1, 1}, 1},       // one security type, None
		{[]byte{0, 0, 0, 0}, 1}, // security result; then ClientInit
		{init.Append(nil), 0},
	} {
		if _, err := v.conn.Write(step.say); err != nil {
			return nil, fmt.Errorf("greeting a viewer: %w", err)
		}
		if _, err := io.CopyN(io.Discard, in, int64(step.hear)); err != nil {
			return nil, fmt.Errorf("greeting a viewer: %w", err)
		}
	}
	return rfb.NewReader(in), nil
}

// listen takes messages until the connection ends.
func (v *viewer) listen(r *rfb.Reader) error {
	for {
		m, err := rfb.ReadClientMessage(r, false)
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case rfb.FramebufferUpdateRequest:
			v.want(m)
		case rfb.SetPixelFormat:
			if m.Format != rfb.RGBX {
				return fmt.Errorf("viewer wants pixels as %+v, which rfbtest cannot send", m.Format)
			}
		case rfb.KeyEvent, rfb.QEMUKeyEvent, rfb.PointerEvent:
			v.server.input(m)
		}
	}
}

func (v *viewer) want(m rfb.FramebufferUpdateRequest) {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	v.wanted = true
	if !m.Incremental {
		v.dirty = v.server.screen.Rect
	}
	v.wake.Signal()
}

func (s *Server) input(m rfb.ClientMessage) {
	s.mu.Lock()
	s.inputs = append(s.inputs, m)
	s.mu.Unlock()
	if s.OnInput != nil {
		s.OnInput(m)
	}
}

// send sends an update whenever one is wanted and there is something to show. An error ends
// it; the listener sees the same connection fail.
func (v *viewer) send() {
	for {
		update, ok := v.next()
		if !ok {
			return
		}
		if _, err := v.conn.Write(update); err != nil {
			return
		}
	}
}

// next waits for the next update and returns it, or false once the viewer is gone.
func (v *viewer) next() (update []byte, ok bool) {
	s := v.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for !v.gone && (!v.wanted || v.dirty.Empty()) {
		v.wake.Wait()
	}
	area := v.dirty
	v.wanted, v.dirty = false, image.Rectangle{}
	update = rfb.AppendUpdate(nil, 1)
	update = rfb.Rectangle{
		X: uint16(area.Min.X), Y: uint16(area.Min.Y),
		W: uint16(area.Dx()), H: uint16(area.Dy()), Encoding: rfb.Raw,
	}.Append(update)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		update = append(update, s.screen.Pix[s.screen.PixOffset(area.Min.X, y):][:4*area.Dx()]...)
	}
	return update, !v.gone
}
