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

// Image is the memory or the disk of an appliance at the near end. All of it can be read and written. What is read is fetched,
// and what is written stays here. Its methods may be called from any number of goroutines.
type Image struct {
	wire.ImageInfo
	near   *Near
	number uint8
	came   *os.File // what came from the origin
	over   *os.File // what the machine wrote; if a chunk is in both, this one counts

	writing sync.Mutex // is locked while a chunk of over is made
}

var (
	_ io.ReaderAt = (*Image)(nil)
	_ io.WriterAt = (*Image)(nil)
)

func newImage(n *Near, number int, info wire.ImageInfo, dir string) (*Image, error) {
	padded := wire.ChunksIn(info.Size) * wire.ChunkSize
	im := &Image{ImageInfo: info, near: n, number: uint8(number)}
	var err error
	if im.came, err = newSparse(dir, info.Name+"-came", padded); err != nil {
		return nil, err
	}
	if im.over, err = newSparse(dir, info.Name+"-overlay", padded); err != nil {
		return nil, errors.Join(err, im.came.Close())
	}
	return im, nil
}

func (im *Image) close() error { return errors.Join(im.came.Close(), im.over.Close()) }

// ReadAt is ReadAtContext without a context. Only closing the Near ends it early.
func (im *Image) ReadAt(p []byte, off int64) (int, error) {
	return im.ReadAtContext(context.Background(), p, off)
}

// ReadAtContext reads like io.ReaderAt. It asks for all missing chunks at once, and waits until all are here. If ctx ends, or
// the Near is closed or has lost the origin for good, it returns an error. The chunks that it has asked for come all the same.
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
		file, n := im.file(off+int64(done), len(want)-done)
		if n, err := file.ReadAt(want[done:done+n], off+int64(done)); err != nil {
			return done + n, err
		}
		done += n
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

// WriteAt writes like io.WriterAt, but not beyond the end of the image. If p covers only a part of a chunk, the chunk is fetched
// first, because of its other bytes.
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

// writePiece writes p, which lies within one chunk.
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
	if file, _ := im.file(at, 1); !whole && file == im.came {
		if err := im.copyUp(index); err != nil {
			return im.near.fail(err)
		}
	}
	if _, err := im.over.WriteAt(p, at); err != nil {
		return im.near.fail(err)
	}
	im.near.mu.Lock()
	defer im.near.mu.Unlock()
	im.near.planner.Wrote(wire.Chunk{Image: im.number, Index: index})
	if im.near.planner.Whole() {
		im.near.nudge()
	}
	return nil
}

// copyUp copies a chunk from the file of what came to the file of what the machine wrote.
func (im *Image) copyUp(index uint32) error {
	base, at := make([]byte, wire.ChunkSize), int64(index)*wire.ChunkSize
	if _, err := im.came.ReadAt(base, at); err != nil {
		return err
	}
	_, err := im.over.WriteAt(base, at)
	return err
}

// file returns the file that has the content at off, which must be here. It also returns how many of the n bytes from off on
// are in that file.
func (im *Image) file(off int64, n int) (*os.File, int) {
	index, last := chunkRange(off, n)
	im.near.mu.Lock()
	defer im.near.mu.Unlock()
	written := func(index int64) bool {
		return im.near.planner.Written(wire.Chunk{Image: im.number, Index: uint32(index)})
	}
	first, end := written(int64(index)), int64(index)+1
	for end <= int64(last) && written(end) == first {
		end++
	}
	n = int(min(int64(n), end*wire.ChunkSize-off))
	if first {
		return im.over, n
	}
	return im.came, n
}

// chunkRange returns the first and the last chunk of n bytes at off. If n is 0, both are the chunk at off.
func chunkRange(off int64, n int) (first, last uint32) {
	return uint32(off / wire.ChunkSize), uint32((off + int64(max(n, 1)) - 1) / wire.ChunkSize)
}
