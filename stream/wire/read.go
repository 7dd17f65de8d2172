package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"vmstudy/fields"
)

const (
	kindRead = 3

	// MaxChunks is how many chunks one read may name.
	MaxChunks   = 64
	runSize     = 7
	maxReadBody = 6 + MaxChunks*runSize
)

// MaxReads bounds the reads in flight: that many demands, and that many others.
const MaxReads = 64

// Read asks the origin for chunks, from 1 to MaxChunks of them. If it names no chunks, it asks for a part of
// the bundle, which nobody waits for. The answer repeats the Number, which must differ from those of other
// reads in flight.
type Read struct {
	Number uint32
	Demand bool // somebody waits: it is answered before all that nobody waits for
	Chunks []Chunk
	Part   Part
}

// Checksum is repeated in the answer. So the answer shows which read the origin has understood, even if a bit
// of the read was changed on its way.
func (r Read) Checksum() uint32 { return crc32.Checksum(r.AppendTo(nil), castagnoli) }

// Kind implements [Message].
func (Read) Kind() byte { return kindRead }

// AppendTo writes the chunks as runs: image, first index, count. If there are no chunks, the part comes instead.
func (r Read) AppendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, r.Number)
	b = append(b, boolByte(r.Demand), 0)
	runs := len(b) - 1
	for i := 0; i < len(r.Chunks); {
		first, n := r.Chunks[i], 1
		for i+n < len(r.Chunks) && r.Chunks[i+n] == (Chunk{Image: first.Image, Index: first.Index + uint32(n)}) {
			n++
		}
		b = append(b, first.Image)
		b = binary.BigEndian.AppendUint32(b, first.Index)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
		b[runs]++
		i += n
	}
	if len(r.Chunks) == 0 {
		b = binary.BigEndian.AppendUint32(b, r.Part.From)
		b = binary.BigEndian.AppendUint32(b, r.Part.Bytes)
	}
	return b
}

func parseRead(body []byte) (Message, error) {
	f := fields.NewReader(body)
	r := Read{Number: f.U32()}
	demand, runs := f.U8(), f.U8()
	r.Demand = demand == 1
	if runs == 0 && !f.Failed() {
		return r.parsePart(f)
	}
	for range runs {
		first := Chunk{Image: f.U8(), Index: f.U32()}
		n := uint32(f.U16())
		if n == 0 || len(r.Chunks)+int(n) > MaxChunks || first.Index+n-1 < first.Index {
			return nil, fmt.Errorf("read with a run of %d chunks: %w", n, ErrProtocol)
		}
		for i := range n {
			r.Chunks = append(r.Chunks, Chunk{Image: first.Image, Index: first.Index + i})
		}
	}
	if !f.Done() || demand > 1 {
		return nil, fmt.Errorf("read of %d bytes: %w", len(body), ErrProtocol)
	}
	return r, nil
}

// parsePart returns r with the part of a bundle that f describes.
func (r Read) parsePart(f *fields.Reader) (Message, error) {
	r.Part = Part{From: f.U32(), Bytes: f.U32()}
	if !f.Done() || r.Demand {
		return nil, fmt.Errorf("read of no chunks: %w", ErrProtocol)
	}
	if r.Part.Bytes == 0 || r.Part.Bytes > MaxPart || r.Part.From+r.Part.Bytes < r.Part.From {
		return nil, fmt.Errorf("read of %d bytes of a bundle: %w", r.Part.Bytes, ErrProtocol)
	}
	return r, nil
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
