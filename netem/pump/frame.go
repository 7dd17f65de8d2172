package pump

import (
	"sync"

	"vmstudy/study"
)

// frames holds room for packets on their way.
var frames = sync.Pool{New: func() any { return new([study.PacketSize]byte) }}

// NewFrame returns room for a packet, empty, with study.PacketSize for its capacity.
func NewFrame() []byte { return frames.Get().(*[study.PacketSize]byte)[:0] }

// Free gives back the room of a packet that nobody needs any more, unless it is not ours or
// too small: that is left to the garbage collector.
func Free(packet []byte) {
	if !IsRaw(packet) && cap(packet) >= study.PacketSize {
		frames.Put((*[study.PacketSize]byte)(packet[:study.PacketSize]))
	}
}
