package wire

// EndOfContinuousUpdates says that no more updates will come without being asked for. The first one says
// that the server can send updates without being asked. rfbproto, "EndOfContinuousUpdates".
type EndOfContinuousUpdates struct{}

// Append implements [ServerMessage].
func (EndOfContinuousUpdates) Append(b []byte) []byte { return append(b, TypeEndContinuousUpdates) }
