package wire

import "cmp"

// ChunkSize is the unit of everything that is fetched, in bytes: a page of the guest.
const ChunkSize = 4096

// Chunk names one chunk: the image by its place in the layout, the chunk by its place in the
// image. The last chunk of an image may be short; it travels padded with zeros.
type Chunk struct {
	Image uint8
	Index uint32
}

// Compare orders chunks by their place.
func (c Chunk) Compare(d Chunk) int {
	return cmp.Or(cmp.Compare(c.Image, d.Image), cmp.Compare(c.Index, d.Index))
}

// MaxImageSize is what a chunk's index can reach: 16 TiB.
const MaxImageSize = int64(ChunkSize) << 32

// ChunksIn returns how many chunks size bytes fill.
func ChunksIn(size int64) int64 { return (size + ChunkSize - 1) / ChunkSize }
