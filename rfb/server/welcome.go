package server

import (
	"bufio"
	"io"

	"vmstudy/rfb/wire"
)

// welcome makes whoever is at the other end of a connection a viewer.
func (s *Server) welcome(conn io.ReadWriter) (*viewer, error) {
	size := s.Size()
	r := wire.NewReader(bufio.NewReader(conn))
	init := wire.ServerInit{W: uint16(size.X), H: uint16(size.Y), Format: wire.RGBX, Name: s.Name}
	if err := wire.Hail(conn, r, init); err != nil {
		return nil, err
	}
	v := newViewer(s, r, size)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers[v] = true
	if now := s.screen.Rect.Size(); now != size {
		v.resized(wire.ResizedByServer, wire.ResizeDone)
	}
	return v, nil
}
