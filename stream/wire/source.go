package wire

import (
	"errors"
	"io"
	"iter"
	"os"

	"golang.org/x/sys/unix"
)

// Source is an image as the origin has it. Content must not change while it is served.
type Source struct {
	ImageInfo
	Content io.ReaderAt
}

// FindHoles returns chunks of zeros. Chunked content knows them. Of a file, the file system knows what was
// never written, if it tells. Holes that are not found cost time, and nothing else.
func FindHoles(content io.ReaderAt, size int64) (runs []Run) {
	switch content := content.(type) {
	case Chunked:
		for first, count := range content.Holes() {
			runs = append(runs, Run{first, count})
		}
	case *os.File:
		runs = holesOf(content, size)
	}
	return runs
}

// Filled yields the parts of the image that are not known to be zeros, from and to in bytes, in order. Each
// begins with a chunk. What lies between them is zeros, and need not be read.
func (s Source) Filled() iter.Seq2[int64, int64] {
	return func(yield func(from, to int64) bool) {
		from := int64(0)
		for _, hole := range FindHoles(s.Content, s.Size) {
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
func holesOf(f *os.File, size int64) (runs []Run) {
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
			end = ChunksIn(size)
		}
		if end > first {
			runs = append(runs, Run{uint32(first), uint32(end - first)})
		}
		at = data
	}
	return runs
}
