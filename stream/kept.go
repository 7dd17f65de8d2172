package stream

import (
	"math"
	"sync"

	"vmstudy/stream/wire"
)

// Cache keeps chunks from one stream to the next. It may forget any of them at any time.
type Cache interface {
	// Get copies the chunk of that hash into chunk, of ChunkSize bytes, and reports whether it is
	// here and has its hash.
	Get(h wire.Hash, chunk []byte) bool
	// Put keeps a chunk.
	Put(h wire.Hash, chunk []byte)
	// Known returns the chunks of content that are here.
	Known(content string) []wire.Place
	// Learn remembers what chunks of content are.
	Learn(content string, places []wire.Place)
}

// chunkBuffers hold chunks on their way from the cache to an image, one by one as they are touched.
var chunkBuffers = sync.Pool{New: func() any { return new([wire.ChunkSize]byte) }}

// recall makes what the cache holds count as here. It is read when it is touched.
func (n *Near) recall() {
	if n.cache == nil {
		return
	}
	n.kept = map[wire.Chunk]wire.Place{}
	for _, at := range n.cache.Known(n.layout.Content) {
		if n.layout.Holds(at.Chunk) && n.plan.have.add(at.Chunk) {
			n.kept[at.Chunk] = at
		}
	}
	n.stats.Kept = len(n.kept)
}

// restore brings chunks first to last of im from the cache, as far as they lie there and nowhere
// else. What the cache has lost meanwhile has to be asked for like anything else.
func (n *Near) restore(im *Image, first, last uint32) error {
	if n.cache == nil {
		return nil
	}
	var wanted []wire.Place
	n.mu.Lock()
	for index := first; len(n.kept) > 0; index++ {
		if at, ok := n.kept[wire.Chunk{Image: im.number, Index: index}]; ok && !im.dirty[index] {
			wanted = append(wanted, at)
		}
		if index == last { // not in the loop's condition: last may be the largest number
			break
		}
	}
	n.mu.Unlock()
	if len(wanted) == 0 {
		return nil
	}
	chunk := chunkBuffers.Get().(*[wire.ChunkSize]byte)
	defer chunkBuffers.Put(chunk)
	for _, at := range wanted {
		here := n.cache.Get(at.Hash, chunk[:])
		if here {
			if _, err := im.cache.WriteAt(chunk[:], int64(at.Index)*wire.ChunkSize); err != nil {
				return n.fail(err)
			}
		}
		n.restored(at, here)
	}
	return nil
}

// restored notes that a chunk that was kept is in its image now, or is lost.
func (n *Near) restored(at wire.Place, here bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, waiting := n.kept[at.Chunk]; !waiting {
		return // another reader was quicker
	}
	delete(n.kept, at.Chunk)
	if here {
		n.stats.Restored++
		n.stats.Saved += int64(at.Wire)
	} else {
		n.plan.have.remove(at.Chunk)
	}
}

// keep gives what has come to the cache.
func (n *Near) keep(r wire.Read, answer wire.Chunks, received int64) {
	if n.cache == nil {
		return
	}
	cost := uint16(min(received/int64(len(r.Chunks)), math.MaxUint16))
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
