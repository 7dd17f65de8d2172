package stream

import "vmstudy/stream/forecast"

// ChunkSize is the unit of everything that is fetched, in bytes: a page of the guest.
const ChunkSize = forecast.ChunkSize

// The words that this package shares with the one that foretells.
type (
	Chunk  = forecast.Chunk
	Access = forecast.Access
	Trace  = forecast.Trace
)

// MaxImageSize is what a chunk's index can reach: 16 TiB.
const MaxImageSize = int64(ChunkSize) << 32

// chunksIn returns how many chunks size bytes fill.
func chunksIn(size int64) int64 { return (size + ChunkSize - 1) / ChunkSize }

// chunkSet is a set of chunks of a fixed layout: a bitmap an image.
type chunkSet [][]uint64

func newChunkSet(images []ImageInfo) chunkSet {
	s := make(chunkSet, len(images))
	for i, im := range images {
		s[i] = make([]uint64, (chunksIn(im.Size)+63)/64)
	}
	return s
}

func (s chunkSet) has(c Chunk) bool { return s[c.Image][c.Index/64]>>(c.Index%64)&1 == 1 }

// add reports whether c is new to the set.
func (s chunkSet) add(c Chunk) bool {
	word, bit := &s[c.Image][c.Index/64], uint64(1)<<(c.Index%64)
	added := *word&bit == 0
	*word |= bit
	return added
}

func (s chunkSet) clear() {
	for _, words := range s {
		clear(words)
	}
}

func (s chunkSet) remove(c Chunk) { s[c.Image][c.Index/64] &^= uint64(1) << (c.Index % 64) }
