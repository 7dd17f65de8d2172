package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Progress hears how many bytes of a long work are done, of how many; total is never 0. It may be
// nil.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Pack stores the images of an appliance under its name, in place of what had that name. Content
// identifies what is in them; if it is empty, an id is made of the hashes of their chunks. What is there
// already, of whichever appliance, is read, compared and not stored again. Holes are not read. Until all of it is
// stored, the store is as it was, and so it is after an error.
func (s *Store) Pack(ctx context.Context, name, content string, images []wire.Source, progress Progress) (Index, error) {
	ix := Index{Name: name, Content: content}
	var infos []wire.ImageInfo
	total := int64(0)
	for _, im := range images {
		infos, total = append(infos, im.ImageInfo), total+im.Size
	}
	if !wire.PlainName(name) {
		return ix, fmt.Errorf("appliance %q: %w", name, study.ErrInvalid)
	}
	if err := checkImages(content, infos); err != nil {
		return ix, err
	}
	err := s.writing(func() error {
		in := &intake{store: s, fresh: map[wire.Hash]bool{}}
		done := int64(0)
		for _, source := range images {
			im, err := in.image(ctx, source, func(n int64) { progress.tell(done+n, total) })
			if err != nil {
				return errors.Join(fmt.Errorf("pack %s: %w", source.Name, err), in.abandon())
			}
			ix.Images, done = append(ix.Images, im), done+source.Size
		}
		if err := in.finish(); err != nil {
			return errors.Join(err, in.abandon())
		}
		progress.tell(total, total)
		if ix.Content == "" {
			ix.Content = ix.identity()
		}
		return s.saveIndex(ix)
	})
	return ix, err
}

// intake stores chunks that are not there yet.
type intake struct {
	store   *Store
	fresh   map[wire.Hash]bool // stored by this intake
	waiting []group            // not compressed yet
	content [][]byte           // of these
	out     *packWriter        // nil between packs
	packs   []*pack            // that this intake has written
}

// batchGroups is how many groups are compressed at once: 4 MiB of chunks.
const batchGroups = 64

// image stores what is in an image, and reads no hole. tell hears how many of its bytes are done.
func (in *intake) image(ctx context.Context, source wire.Source, tell func(int64)) (Image, error) {
	im := Image{ImageInfo: source.ImageInfo}
	block := make([]byte, 1<<20)
	for from, to := range source.Filled() {
		for at := from; at < to; at += int64(len(block)) {
			if ctx.Err() != nil {
				return im, context.Cause(ctx)
			}
			tell(at)
			n := int(min(int64(len(block)), to-at))
			if got, err := source.Content.ReadAt(block[:n], at); got < n {
				return im, fmt.Errorf("at %d: %w", at, errors.Join(err, io.ErrUnexpectedEOF))
			}
			if err := in.block(&im, at, block, n); err != nil {
				return im, err
			}
		}
	}
	return im, nil
}

// block stores the first n bytes of block, which lie in the image at an offset of whole chunks.
func (in *intake) block(im *Image, at int64, block []byte, n int) error {
	clear(block[n:])
	for i := 0; i < n; i += wire.ChunkSize {
		chunk := block[i : i+wire.ChunkSize]
		if bytes.Equal(chunk, zeroChunk[:]) {
			continue
		}
		h := wire.HashOf(chunk)
		if err := in.add(h, chunk); err != nil {
			return err
		}
		im.add(uint32((at+int64(i))/wire.ChunkSize), h)
	}
	return nil
}

var zeroChunk [wire.ChunkSize]byte

// add stores a chunk unless it is there and undamaged.
func (in *intake) add(h wire.Hash, chunk []byte) error {
	if in.fresh[h] || in.store.has(h, chunk) {
		return nil
	}
	return in.put(h, chunk)
}

// put stores a chunk.
func (in *intake) put(h wire.Hash, chunk []byte) error {
	in.fresh[h] = true
	last := len(in.waiting) - 1
	if last < 0 || len(in.waiting[last].chunks) == groupChunks {
		if len(in.waiting) == batchGroups {
			if err := in.flush(); err != nil {
				return err
			}
		}
		in.waiting = append(in.waiting, group{})
		in.content = append(in.content, make([]byte, 0, groupChunks*wire.ChunkSize))
		last = len(in.waiting) - 1
	}
	in.waiting[last].chunks = append(in.waiting[last].chunks, h)
	in.content[last] = append(in.content[last], chunk...)
	return nil
}

// has reports whether exactly chunk is stored under h, in a pack that is in the directory.
func (s *Store) has(h wire.Hash, chunk []byte) bool {
	for at := range s.places(h) {
		if at.pack.gone.Load() {
			continue
		}
		if data, err := s.chunkAt(at, h); err == nil && bytes.Equal(data, chunk) {
			return true
		}
	}
	return false
}

// flush compresses the groups that wait, on every core, and writes them in their order.
func (in *intake) flush() error {
	compressed := make([][]byte, len(in.waiting))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, content := range in.content {
		work.Go(func() error {
			compressed[i] = in.store.zip.EncodeAll(content, nil)
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, g := range in.waiting {
		if in.out == nil {
			var err error
			if in.out, err = newPackWriter(in.store.packsDir()); err != nil {
				return err
			}
		}
		if err := in.out.add(compressed[i], g.chunks); err != nil {
			return err
		}
		if in.out.at >= packBytes {
			if err := in.close(); err != nil {
				return err
			}
		}
	}
	in.waiting, in.content = nil, nil
	return nil
}

// close ends the pack that is being written, and makes its chunks known.
func (in *intake) close() error {
	out := in.out
	in.out = nil
	path, err := out.finish()
	if err != nil {
		return err
	}
	p, err := openPack(path)
	if err != nil {
		return err
	}
	in.store.take(p)
	in.packs = append(in.packs, p)
	return nil
}

func (in *intake) finish() error {
	if err := in.flush(); err != nil || in.out == nil {
		return err
	}
	return in.close()
}

// abandon removes what this intake has written. No index names any of it yet.
func (in *intake) abandon() error {
	var err error
	if in.out != nil {
		err = in.out.abandon()
	}
	if len(in.packs) > 0 {
		err = errors.Join(err, in.store.drop(in.packs))
	}
	return err
}
