package wire

import (
	"encoding/binary"
	"fmt"

	"vmstudy/fields"
)

const (
	kindHoles = 6

	maxHolesBody = 8 << 20
)

// Run is Count chunks of an image in a row, from First on.
type Run struct {
	First, Count uint32
}

// Holes follows the layout and says where the images are nothing but zeros. Such chunks are never
// asked for. Without it a guest would be slow: memory that it has not used yet is zeros, and every run
// of a guest begins to use other pages of it. No trace can foresee which, and each would cost a round trip.
type Holes struct {
	Images [][]Run // by image; in order, with something between each two
}

// Kind implements [Message].
func (Holes) Kind() byte { return kindHoles }

// AppendTo writes the number of images, then for each the number of its runs, then for each of
// those the distance from the end of the run before and the length. Numbers are varints.
func (h Holes) AppendTo(b []byte) []byte {
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

func parseHoles(body []byte) (Message, error) {
	body, err := unseal(body)
	if err != nil {
		return nil, err
	}
	r := fields.NewReader(body)
	h := Holes{Images: make([][]Run, r.UpTo(maxImages))}
	for i := range h.Images {
		runs := make([]Run, r.UpTo(uint64(r.Left()/2))) // a run takes two bytes at least
		end := uint64(0)
		for j := range runs {
			first := end + r.UpTo(maxChunkIndex)
			count := r.UpTo(maxChunkIndex)
			end = first + count
			if count == 0 || end > maxChunkIndex {
				r.Fail()
				break
			}
			runs[j] = Run{uint32(first), uint32(count)}
		}
		if len(runs) > 0 {
			h.Images[i] = runs
		}
	}
	if !r.Done() {
		return nil, fmt.Errorf("holes of %d bytes: %w", len(body), ErrProtocol)
	}
	return h, nil
}

// maxChunkIndex is the largest index that a chunk can have.
const maxChunkIndex = 1<<32 - 1

// Each calls do with every chunk that lies in a hole.
func (h Holes) Each(do func(Chunk)) {
	for image, runs := range h.Images {
		for _, r := range runs {
			for i := range r.Count {
				do(Chunk{Image: uint8(image), Index: r.First + i})
			}
		}
	}
}

// Within returns an error unless every run lies inside its image.
func (h Holes) Within(l Layout) error {
	if len(h.Images) != len(l.Images) {
		return fmt.Errorf("holes of %d images, layout of %d: %w", len(h.Images), len(l.Images), ErrProtocol)
	}
	for i, runs := range h.Images {
		if n := len(runs); n > 0 && int64(runs[n-1].First)+int64(runs[n-1].Count) > ChunksIn(l.Images[i].Size) {
			return fmt.Errorf("hole beyond image %s: %w", l.Images[i].Name, ErrProtocol)
		}
	}
	return nil
}
