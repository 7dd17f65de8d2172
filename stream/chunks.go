package stream

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	kindChunks = 4

	checksumSize  = 4
	maxChunksBody = 5 + maxFlight/8 + maxFlight*(checksumSize+ChunkSize)
)

var (
	zeroChunk  [ChunkSize]byte
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// chunks is the answer to a read: the content of each chunk in the order in which the read
// named them. A chunk of zeros is nil and costs a bit; every other has ChunkSize bytes and
// carries its CRC-32C. The checksum guards against damage, not against a hostile origin, who
// could choose both; compression lies outside of it, so it checks the decompressor too.
type chunks struct {
	Number  uint32
	Content [][]byte
}

func (chunks) kind() byte { return kindChunks }

// appendTo writes the number, the count, a bitmap of chunks that are not zero, their
// checksums, their bytes.
func (c chunks) appendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, c.Number)
	b = append(b, byte(len(c.Content)))
	bitmap := len(b)
	b = append(b, make([]byte, (len(c.Content)+7)/8)...)
	for i, data := range c.Content {
		if data != nil {
			b[bitmap+i/8] |= 1 << (i % 8)
			b = binary.BigEndian.AppendUint32(b, crc32.Checksum(data, castagnoli))
		}
	}
	for _, data := range c.Content {
		b = append(b, data...)
	}
	return b
}

// parseChunks keeps body: the content points into it.
func parseChunks(body []byte) (message, error) {
	if len(body) < 5 || body[4] == 0 || body[4] > maxFlight || len(body) < 5+(int(body[4])+7)/8 {
		return nil, fmt.Errorf("chunks of %d bytes: %w", len(body), errProtocol)
	}
	count := int(body[4])
	c := chunks{Number: binary.BigEndian.Uint32(body), Content: make([][]byte, count)}
	bitmap, rest := body[5:5+(count+7)/8], body[5+(count+7)/8:]
	full := 0
	for i := range count {
		full += int(bitmap[i/8] >> (i % 8) & 1)
	}
	if len(rest) != full*(checksumSize+ChunkSize) {
		return nil, fmt.Errorf("%d chunks in %d bytes: %w", full, len(rest), errProtocol)
	}
	sums, data := rest[:full*checksumSize], rest[full*checksumSize:]
	for i := range count {
		if bitmap[i/8]>>(i%8)&1 == 0 {
			continue
		}
		c.Content[i] = data[:ChunkSize:ChunkSize]
		if got, want := crc32.Checksum(c.Content[i], castagnoli), binary.BigEndian.Uint32(sums); got != want {
			return nil, fmt.Errorf("chunk %d of read %d damaged (checksum %08x, not %08x): %w", i, c.Number, got, want, errProtocol)
		}
		sums, data = sums[checksumSize:], data[ChunkSize:]
	}
	return c, nil
}
