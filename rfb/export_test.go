package rfb

// Waiting returns how many inputs have no answer yet.
func (a *Answers) Waiting() int { return len(a.waiting) }

// Encoding returns the encoding in which pixels are sent.
func (e *Encoder) Encoding() Encoding { return e.encoding }

// Viewers returns how many there are.
func (s *Server) Viewers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.viewers)
}
