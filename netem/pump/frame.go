package pump

import (
	"sync"

	"vmstudy/study"
)

// frames recycles the memory of packets.
var frames = sync.Pool{New: func() any { return new([study.PacketSize]byte) }}

// NewFrame returns an empty slice for a packet, with capacity study.PacketSize.
func NewFrame() []byte { return frames.Get().(*[study.PacketSize]byte)[:0] }

// Free recycles the memory of a packet that nobody needs any more. It leaves raw packets, which belong to
// others, and too small slices to the garbage collector.
func Free(packet []byte) {
	if !IsRaw(packet) && cap(packet) >= study.PacketSize {
		frames.Put((*[study.PacketSize]byte)(packet[:study.PacketSize]))
	}
}
