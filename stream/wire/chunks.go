package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"vmstudy/fields"
)

const (
	kindChunks = 4

	chunksHead    = 9
	maxChunksBody = chunksHead + MaxChunks/8 + MaxChunks*(HashSize+ChunkSize)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Chunks is the answer to a read: the content of each chunk, in the order in which the read
// named them. A chunk of zeros is nil and costs a bit. Every other chunk has ChunkSize bytes and comes
// with the hash that it was stored by. The message is compressed as a whole, so the hashes check the
// decompressor, too.
type Chunks struct {
	Number  uint32
	Read    uint32 // checksum of the read, as the origin understood it
	Content [][]byte
	Hashes  []Hash // zero for a chunk of zeros
}

// Kind implements [Message].
func (Chunks) Kind() byte { return kindChunks }

// AppendTo writes the number, the read's checksum, the count of chunks, a bitmap of those that are not
// zeros, their hashes, and their bytes as Absolute makes them.
func (c Chunks) AppendTo(b []byte) []byte {
	b = slices.Grow(b, chunksHead+(len(c.Content)+7)/8+len(c.Content)*(HashSize+ChunkSize))
	b = binary.BigEndian.AppendUint32(b, c.Number)
	b = binary.BigEndian.AppendUint32(b, c.Read)
	b = append(b, byte(len(c.Content)))
	bitmap := len(b)
	b = append(b, make([]byte, (len(c.Content)+7)/8)...)
	for i, data := range c.Content {
		if data != nil {
			b[bitmap+i/8] |= 1 << (i % 8)
			b = append(b, c.Hashes[i][:]...)
		}
	}
	for _, data := range c.Content {
		from := len(b)
		b = append(b, data...)
		Absolute(b[from:])
	}
	return b
}

// parseChunks keeps body: the content points into it. It does not look at the hashes: see Wrong.
func parseChunks(body []byte) (Message, error) {
	r := fields.NewReader(body)
	c := Chunks{Number: r.U32(), Read: r.U32()}
	count := int(r.U8())
	bitmap := r.Bytes((count + 7) / 8)
	if r.Failed() || count == 0 || count > MaxChunks {
		return nil, fmt.Errorf("chunks of %d bytes: %w", len(body), ErrProtocol)
	}
	c.Content, c.Hashes = make([][]byte, count), make([]Hash, count)
	full := 0
	for i := range count {
		full += int(bitmap[i/8] >> (i % 8) & 1)
	}
	hashes, data := r.Bytes(full*HashSize), r.Bytes(full*ChunkSize)
	if !r.Done() {
		return nil, fmt.Errorf("%d chunks in %d bytes: %w", full, len(body), ErrProtocol)
	}
	for i := range count {
		if bitmap[i/8]>>(i%8)&1 == 1 {
			c.Content[i] = data[:ChunkSize:ChunkSize]
			Relative(c.Content[i])
			hashes = hashes[copy(c.Hashes[i][:], hashes):]
			data = data[ChunkSize:]
		}
	}
	return c, nil
}

// Wrong returns the first of the chunks that does not have its hash; ok is false if all have.
func (c Chunks) Wrong() (i int, ok bool) {
	for i, data := range c.Content {
		if data != nil && HashOf(data) != c.Hashes[i] {
			return i, true
		}
	}
	return 0, false
}
