package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Image is the memory or the disk of an appliance as the near end sees it: readable and
// writable everywhere, fetched where it is read, changed only here. Its methods may be called
// from any number of goroutines.
type Image struct {
	wire.ImageInfo
	near   *Near
	number uint8
	cache  *os.File // what came from the origin
	over   *os.File // what was written here; wins over the cache

	writing sync.Mutex // held while a chunk of over is made; dirty is under near.mu
	dirty   []bool     // by chunk: over holds it whole
}

var (
	_ io.ReaderAt = (*Image)(nil)
	_ io.WriterAt = (*Image)(nil)
)

func newImage(n *Near, number int, info wire.ImageInfo, dir string) (*Image, error) {
	padded := wire.ChunksIn(info.Size) * wire.ChunkSize
	im := &Image{ImageInfo: info, near: n, number: uint8(number), dirty: make([]bool, wire.ChunksIn(info.Size))}
	var err error
	if im.cache, err = newSparse(dir, info.Name+"-cache", padded); err != nil {
		return nil, err
	}
	if im.over, err = newSparse(dir, info.Name+"-overlay", padded); err != nil {
		return nil, errors.Join(err, im.cache.Close())
	}
	return im, nil
}

func (im *Image) close() error { return errors.Join(im.cache.Close(), im.over.Close()) }

// ReadAt is ReadAtContext without a way to give up, other than closing the Near.
func (im *Image) ReadAt(p []byte, off int64) (int, error) {
	return im.ReadAtContext(context.Background(), p, off)
}

// ReadAtContext reads like io.ReaderAt. It fetches every missing chunk of p at once and blocks
// until all are here. It ends with an error when ctx ends, or when the Near is closed or has
// lost the origin for good; what it asked for still comes.
func (im *Image) ReadAtContext(ctx context.Context, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read of %s at %d: %w", im.Name, off, study.ErrInvalid)
	}
	if off >= im.Size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), im.Size-off)]
	first, last := chunkRange(off, len(want))
	if err := im.near.await(ctx, im, first, last); err != nil {
		return 0, fmt.Errorf("read of %s at %d: %w", im.Name, off, err)
	}
	for done := 0; done < len(want); {
		holder, n := im.holder(off+int64(done), len(want)-done)
		if n, err := holder.ReadAt(want[done:done+n], off+int64(done)); err != nil {
			return done + n, err
		}
		done += n
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

// WriteAt writes like io.WriterAt, inside of the image only. Chunks that p covers whole cost
// no fetch; of the others, what was there before is fetched first.
func (im *Image) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || int64(len(p)) > im.Size-off {
		return 0, fmt.Errorf("write of %d bytes to %s at %d: %w", len(p), im.Name, off, study.ErrInvalid)
	}
	for done := 0; done < len(p); {
		at := off + int64(done)
		piece := p[done:min(len(p), done+wire.ChunkSize-int(at%wire.ChunkSize))]
		if err := im.writePiece(piece, at); err != nil {
			return done, fmt.Errorf("write to %s at %d: %w", im.Name, at, err)
		}
		done += len(piece)
	}
	return len(p), nil
}

// writePiece writes p, which lies within one chunk, to the overlay.
func (im *Image) writePiece(p []byte, at int64) error {
	index := uint32(at / wire.ChunkSize)
	whole := at%wire.ChunkSize == 0 && (len(p) == wire.ChunkSize || at+int64(len(p)) == im.Size)
	if !whole {
		if err := im.near.await(context.Background(), im, index, index); err != nil {
			return err
		}
	}
	im.writing.Lock()
	defer im.writing.Unlock()
	if holder, _ := im.holder(at, 1); !whole && holder == im.cache {
		if err := im.copyUp(index); err != nil {
			return im.near.fail(err)
		}
	}
	if _, err := im.over.WriteAt(p, at); err != nil {
		return im.near.fail(err)
	}
	im.near.mu.Lock()
	defer im.near.mu.Unlock()
	im.dirty[index] = true
	im.near.plan.settle(wire.Chunk{Image: im.number, Index: index})
	return nil
}

// copyUp copies a chunk that is here from the cache to the overlay.
func (im *Image) copyUp(index uint32) error {
	base, at := make([]byte, wire.ChunkSize), int64(index)*wire.ChunkSize
	if _, err := im.cache.ReadAt(base, at); err != nil {
		return err
	}
	_, err := im.over.WriteAt(base, at)
	return err
}

// holder returns the file that has what lies at off, which must be here, and how many of the n bytes
// from there on are in it.
func (im *Image) holder(off int64, n int) (*os.File, int) {
	index, last := chunkRange(off, n)
	im.near.mu.Lock()
	defer im.near.mu.Unlock()
	end := int64(index) + 1
	for end <= int64(last) && im.dirty[end] == im.dirty[index] {
		end++
	}
	n = int(min(int64(n), end*wire.ChunkSize-off))
	if im.dirty[index] {
		return im.over, n
	}
	return im.cache, n
}

// chunkRange returns the first and the last chunk of n bytes at off; n must not be 0 unless
// the read is empty, which touches its first chunk.
func chunkRange(off int64, n int) (first, last uint32) {
	return uint32(off / wire.ChunkSize), uint32((off + int64(max(n, 1)) - 1) / wire.ChunkSize)
}
