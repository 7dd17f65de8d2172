package rfb

import (
	"bufio"
	"fmt"
	"io"
)

// Hail takes the server's part in a handshake without a password. RFC 6143, sections 7.1 to
// 7.3.
func Hail(w io.Writer, r *Reader, init ServerInit) error {
	say := func(b ...byte) {
		if r.err == nil {
			_, err := w.Write(b)
			r.fail(err)
		}
	}
	say([]byte("RFB 003.008\n")...)
	version := readVersion(r)
	if version == 3 {
		say(0, 0, 0, securityNone)
	} else {
		say(1, securityNone)
		if chosen := r.u8(); chosen != securityNone {
			r.failf("security type %d chosen where none is on offer", chosen)
		}
	}
	if version == 8 {
		say(0, 0, 0, 0)
	}
	r.skip(1) // ClientInit: others always stay connected
	say(init.Append(nil)...)
	if r.err != nil {
		return fmt.Errorf("greeting a viewer: %w", r.err)
	}
	return nil
}

// welcome makes whoever is at the other end of a connection a viewer.
func (s *Server) welcome(conn io.ReadWriter) (*viewer, error) {
	size := s.Size()
	r := NewReader(bufio.NewReader(conn))
	init := ServerInit{W: uint16(size.X), H: uint16(size.Y), Format: RGBX, Name: s.Name}
	if err := Hail(conn, r, init); err != nil {
		return nil, err
	}
	v := newViewer(s, r, size)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers[v] = true
	if now := s.screen.Rect.Size(); now != size {
		v.resized(ResizedByServer, ResizeDone)
	}
	return v, nil
}
