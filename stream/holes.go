package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"golang.org/x/sys/unix"

	"vmstudy/fields"
)

const (
	kindHoles = 6

	maxHolesBody = 8 << 20
)

// run is count chunks of an image in a row, from first on.
type run struct {
	First, Count uint32
}

// holes follows the layout: where the images hold nothing but zeros. Such chunks are never
// asked for. It matters, because memory that a guest has not used yet is zeros, and every run
// of a guest uses other pages of it first: no trace can foresee them, and asking for each
// would cost a round trip to learn that there is nothing to learn.
type holes struct {
	Images [][]run // by image; in order, not touching each other
}

func (holes) kind() byte { return kindHoles }

// appendTo writes the number of images, then for each the number of its runs, then for each of
// those the distance from the end of the run before and the length. Numbers are varints.
func (h holes) appendTo(b []byte) []byte {
	from := len(b)
	b = binary.AppendUvarint(b, uint64(len(h.Images)))
	for _, runs := range h.Images {
		b = binary.AppendUvarint(b, uint64(len(runs)))
		end := uint32(0)
		for _, r := range runs {
			b = binary.AppendUvarint(b, uint64(r.First-end))
			b = binary.AppendUvarint(b, uint64(r.Count))
			end = r.First + r.Count
		}
	}
	return seal(b, from)
}

func parseHoles(body []byte) (message, error) {
	body, err := unseal(body)
	if err != nil {
		return nil, err
	}
	r := fields.NewReader(body)
	h := holes{Images: make([][]run, r.UpTo(maxImages))}
	for i := range h.Images {
		runs := make([]run, r.UpTo(uint64(r.Left()/2))) // a run takes two bytes at least
		end := uint64(0)
		for j := range runs {
			first := end + r.UpTo(maxChunkIndex)
			count := r.UpTo(maxChunkIndex)
			end = first + count
			if count == 0 || end > maxChunkIndex {
				r.Fail()
				break
			}
			runs[j] = run{uint32(first), uint32(count)}
		}
		if len(runs) > 0 {
			h.Images[i] = runs
		}
	}
	if !r.Done() {
		return nil, fmt.Errorf("holes of %d bytes: %w", len(body), errProtocol)
	}
	return h, nil
}

// maxChunkIndex is the largest index that a chunk can have.
const maxChunkIndex = 1<<32 - 1

// each calls do with every chunk that lies in a hole.
func (h holes) each(do func(Chunk)) {
	for image, runs := range h.Images {
		for _, r := range runs {
			for i := range r.Count {
				do(Chunk{Image: uint8(image), Index: r.First + i})
			}
		}
	}
}

// within returns an error unless every run lies inside its image.
func (h holes) within(l layout) error {
	if len(h.Images) != len(l.Images) {
		return fmt.Errorf("holes of %d images, layout of %d: %w", len(h.Images), len(l.Images), errProtocol)
	}
	for i, runs := range h.Images {
		if n := len(runs); n > 0 && int64(runs[n-1].First)+int64(runs[n-1].Count) > chunksIn(l.Images[i].Size) {
			return fmt.Errorf("hole beyond image %s: %w", l.Images[i].Name, errProtocol)
		}
	}
	return nil
}

// findHoles returns the chunks of zeros that content knows of, or that the file system does: those
// that were never written. Other content, or a file system that does not tell, has none. What is
// not found costs time and nothing else.
func findHoles(content io.ReaderAt, size int64) (runs []run) {
	switch content := content.(type) {
	case Chunked:
		for first, count := range content.Holes() {
			runs = append(runs, run{first, count})
		}
	case *os.File:
		runs = holesOf(content, size)
	}
	return runs
}

// Filled yields the parts of the image that may hold anything, from and to in bytes, in order: each
// begins with a chunk. What lies between them is zeros, and need not be read to know that.
func (s Source) Filled() iter.Seq2[int64, int64] {
	return func(yield func(from, to int64) bool) {
		from := int64(0)
		for _, hole := range findHoles(s.Content, s.Size) {
			begin := int64(hole.First) * ChunkSize
			if begin > from && !yield(from, begin) {
				return
			}
			from = begin + int64(hole.Count)*ChunkSize
		}
		if from < s.Size {
			yield(from, s.Size)
		}
	}
}

// holesOf asks the file system.
func holesOf(f *os.File, size int64) (runs []run) {
	for at := int64(0); at < size; {
		hole, err := unix.Seek(int(f.Fd()), at, unix.SEEK_HOLE)
		if err != nil || hole >= size {
			break
		}
		data, err := unix.Seek(int(f.Fd()), hole, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) { // nothing but hole to the end
			data, err = size, nil
		}
		if err != nil {
			break
		}
		first, end := (hole+ChunkSize-1)/ChunkSize, data/ChunkSize
		if data >= size {
			end = chunksIn(size)
		}
		if end > first {
			runs = append(runs, run{uint32(first), uint32(end - first)})
		}
		at = data
	}
	return runs
}
