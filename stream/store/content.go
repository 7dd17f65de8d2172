package store

import (
	"fmt"
	"io"
	"iter"

	"vmstudy/stream/wire"
)

// Sources returns the images of an appliance for an origin. They may be read until the store is
// closed.
func (s *Store) Sources(ix Index) []wire.Source {
	var sources []wire.Source
	for _, im := range ix.Images {
		sources = append(sources, wire.Source{ImageInfo: im.ImageInfo, Content: content{store: s, image: im}})
	}
	return sources
}

// content is an image that is read from the packs.
type content struct {
	store *Store
	image Image
}

var (
	_ io.ReaderAt  = content{}
	_ wire.Chunked = content{}
)

func (c content) ReadChunk(index uint32) ([]byte, wire.Hash, error) {
	h, ok := c.image.Hash(index)
	if !ok {
		return nil, wire.Hash{}, nil
	}
	data, err := c.store.chunk(h)
	if err != nil {
		return nil, h, fmt.Errorf("chunk %d of %s: %w", index, c.image.Name, err)
	}
	return data, h, nil
}

func (c content) Holes() iter.Seq2[uint32, uint32] { return c.image.holes }

// ReadAt reads as from the file that was packed.
func (c content) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= c.image.Size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), c.image.Size-off)]
	for done := 0; done < len(want); {
		at := off + int64(done)
		within := int(at % wire.ChunkSize)
		piece := want[done:min(len(want), done+wire.ChunkSize-within)]
		data, _, err := c.ReadChunk(uint32(at / wire.ChunkSize))
		if err != nil {
			return done, err
		}
		if data == nil {
			clear(piece)
		} else {
			copy(piece, data[within:])
		}
		done += len(piece)
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}
