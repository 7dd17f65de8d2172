package plan

import "vmstudy/stream/wire"

// set is a set of chunks of a fixed layout: a bitmap an image.
type set [][]uint64

func newSet(images []wire.ImageInfo) set {
	s := make(set, len(images))
	for i, im := range images {
		s[i] = make([]uint64, (wire.ChunksIn(im.Size)+63)/64)
	}
	return s
}

func (s set) has(c wire.Chunk) bool { return s[c.Image][c.Index/64]>>(c.Index%64)&1 == 1 }

// add reports whether c is new to the set.
func (s set) add(c wire.Chunk) bool {
	word, bit := &s[c.Image][c.Index/64], uint64(1)<<(c.Index%64)
	added := *word&bit == 0
	*word |= bit
	return added
}

func (s set) remove(c wire.Chunk) { s[c.Image][c.Index/64] &^= uint64(1) << (c.Index % 64) }

func (s set) clear() {
	for _, words := range s {
		clear(words)
	}
}
