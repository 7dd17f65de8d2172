package record

import "net"

// watched is a connection to a screen's server. A recorder gets a copy of what passes it.
type watched struct {
	net.Conn
	to      *Recorder
	segment int
}

// Watch returns a connection like conn, and begins a segment of the recording with what passes it. Nothing may have been read
// from conn or written to it before.
func (r *Recorder) Watch(conn net.Conn) net.Conn {
	segment := r.beginSegment()
	if segment == 0 {
		return conn
	}
	return &watched{conn, r, segment}
}

// Read reads from the server.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.to.push(w.segment, serverSent, p[:n])
	}
	return n, err
}

// Write writes to the server.
func (w *watched) Write(p []byte) (int, error) {
	w.to.push(w.segment, clientSent, p) // now, before the server can answer
	return w.Conn.Write(p)
}
