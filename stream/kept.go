package stream

import (
	"math"
	"sync"

	"vmstudy/stream/wire"
)

// Cache keeps chunks at the near end from one stream to the next. It may forget any of them at any time.
type Cache interface {
	// Get copies the chunk of that hash into chunk, of ChunkSize bytes, and reports whether it is
	// here and has its hash.
	Get(h wire.Hash, chunk []byte) bool
	// Put keeps a chunk.
	Put(h wire.Hash, chunk []byte)
	// Known returns which chunks of content the cache has.
	Known(content string) []wire.Place
	// Learn notes which hash each chunk of content has.
	Learn(content string, places []wire.Place)
}

// chunkBuffers are for chunks that are copied from the cache to an image. Each is copied when it is touched.
var chunkBuffers = sync.Pool{New: func() any { return new([wire.ChunkSize]byte) }}

// restore copies those of the chunks first to last of im that only the near cache has, from there into the file of im. If the
// cache has lost one meanwhile, it has to be asked for like any other chunk.
func (n *Near) restore(im *Image, first, last uint32) error {
	if n.cache == nil {
		return nil
	}
	n.mu.Lock()
	places := n.planner.Kept(im.number, first, last)
	n.mu.Unlock()
	if len(places) == 0 {
		return nil
	}
	chunk := chunkBuffers.Get().(*[wire.ChunkSize]byte)
	defer chunkBuffers.Put(chunk)
	for _, at := range places {
		found := n.cache.Get(at.Hash, chunk[:])
		if found {
			if _, err := im.came.WriteAt(chunk[:], int64(at.Index)*wire.ChunkSize); err != nil {
				return n.fail(err)
			}
		}
		n.mu.Lock()
		n.planner.Restored(at, found)
		n.mu.Unlock()
	}
	return nil
}

// keep puts the chunks that have come into the near cache.
func (n *Near) keep(r wire.Read, answer wire.Chunks, bytes int64) {
	if n.cache == nil {
		return
	}
	cost := uint16(min(bytes/int64(len(r.Chunks)), math.MaxUint16))
	places := make([]wire.Place, 0, len(r.Chunks))
	for i, c := range r.Chunks {
		if answer.Content[i] != nil {
			n.cache.Put(answer.Hashes[i], answer.Content[i])
			places = append(places, wire.Place{Chunk: c, Hash: answer.Hashes[i], Wire: cost})
		}
	}
	if len(places) > 0 {
		n.cache.Learn(n.layout.Content, places)
	}
}
