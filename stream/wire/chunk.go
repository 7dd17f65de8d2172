package wire

import "cmp"

// ChunkSize is the length of a chunk, in bytes: a page of the guest.
const ChunkSize = 4096

// Chunk names one chunk: the number of its image in the layout, and its number in the image. Both count from
// 0. The last chunk of an image may be short; it is filled up with zeros.
type Chunk struct {
	Image uint8
	Index uint32
}

// Compare orders chunks by image and by number.
func (c Chunk) Compare(d Chunk) int {
	return cmp.Or(cmp.Compare(c.Image, d.Image), cmp.Compare(c.Index, d.Index))
}

// MaxImageSize is how many bytes chunks can name: 16 TiB.
const MaxImageSize = int64(ChunkSize) << 32

// ChunksIn returns how many chunks size bytes fill.
func ChunksIn(size int64) int64 { return (size + ChunkSize - 1) / ChunkSize }
