package stream

import "vmstudy/stream/wire"

// chunkSet is a set of chunks of a fixed layout: a bitmap an image.
type chunkSet [][]uint64

func newChunkSet(images []wire.ImageInfo) chunkSet {
	s := make(chunkSet, len(images))
	for i, im := range images {
		s[i] = make([]uint64, (wire.ChunksIn(im.Size)+63)/64)
	}
	return s
}

func (s chunkSet) has(c wire.Chunk) bool { return s[c.Image][c.Index/64]>>(c.Index%64)&1 == 1 }

// add reports whether c is new to the set.
func (s chunkSet) add(c wire.Chunk) bool {
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

func (s chunkSet) remove(c wire.Chunk) { s[c.Image][c.Index/64] &^= uint64(1) << (c.Index % 64) }
