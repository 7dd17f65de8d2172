package wire

// EndOfContinuousUpdates says that no more updates will come without being asked for; the
// first says that the server knows how to send them so. rfbproto, "EndOfContinuousUpdates".
type EndOfContinuousUpdates struct{}

// Append implements [ServerMessage].
func (EndOfContinuousUpdates) Append(b []byte) []byte { return append(b, TypeEndContinuousUpdates) }
