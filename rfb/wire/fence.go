package wire

import (
	"encoding/binary"
)

// Fence asks the other side to send it back once the other side has read the stream up to here, or is
// the one that was sent back. It is the same in both directions. rfbproto, "ClientFence" and "ServerFence".
type Fence struct {
	Flags   uint32
	Payload string // at most 64 bytes in a proper fence, 255 in any
}

// What a fence's flags ask of the side that gets it.
const (
	FenceBlockBefore uint32 = 1 << iota
	FenceBlockAfter
	FenceSyncNext
	FenceRequest uint32 = 1 << 31 // answer me; not set in an answer
)

// RefreshMark is the payload of a fence before an update that shows nothing new: it only brings without loss what was sent with
// loss. Our server sends it, and a tap reads it.
const RefreshMark = "refresh"

// Answer returns the answer to a fence that asks for one. A side that handles messages one after another
// does all that the flags can ask for.
func (m Fence) Answer() Fence {
	m.Flags &= FenceBlockBefore | FenceBlockAfter | FenceSyncNext
	return m
}

func readFence(r *Reader) Fence {
	r.Skip(3)
	flags := r.U32()
	payload := make([]byte, r.U8())
	r.Full(payload)
	return Fence{flags, string(payload)}
}

// Append implements [ClientMessage].
func (m Fence) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, TypeFence, 0, 0, 0), m.Flags)
	return append(append(b, uint8(len(m.Payload))), m.Payload...)
}
