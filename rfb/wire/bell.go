package wire

// Bell makes the viewer sound its bell. RFC 6143, section 7.6.3.
type Bell struct{}

// Append implements [ServerMessage].
func (Bell) Append(b []byte) []byte { return append(b, TypeBell) }
