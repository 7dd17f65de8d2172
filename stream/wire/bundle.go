package wire

import (
	"encoding/binary"
	"fmt"
	"slices"

	"vmstudy/fields"
)

const (
	kindBundle = 7
	kindPacked = 8

	// GroupSize is how many chunks of a bundle are unpacked and checked together: the compressor writes so
	// many as one block.
	GroupSize = 32
	// MaxBundle is how many chunks a bundle may have. That is enough for the whole memory of the demo appliance.
	MaxBundle = 65536
	// BundleWindow is how far back the compressor looks. The near end needs so much memory to unpack.
	BundleWindow = 64 << 20
	// MaxBundleBody is how many bytes the index of a bundle may have.
	MaxBundleBody = MaxBundle/GroupSize*2*(HashSize+8) + MaxBundle*(1+binary.MaxVarintLen64) + HashSize
	// MaxPart is how many bytes of a bundle one read may ask for.
	MaxPart = 256 << 10
)

// BundleIndex tells what is in a bundle. The origin sends it behind its holes. There are no groups if the
// origin has no bundle of the name that was asked for.
type BundleIndex struct {
	Groups []Group
}

// Group is a part of a bundle that can be checked when it is here.
type Group struct {
	Chunks []Chunk // from 1 to GroupSize
	End    uint32  // how many bytes of the bundle must be here for it
	Hash   Hash    // of its chunks, one behind the other
}

// Size is the number of packed bytes.
func (ix BundleIndex) Size() uint32 {
	if len(ix.Groups) == 0 {
		return 0
	}
	return ix.Groups[len(ix.Groups)-1].End
}

// Count is the number of chunks.
func (ix BundleIndex) Count() (n int) {
	for _, g := range ix.Groups {
		n += len(g.Chunks)
	}
	return n
}

// Within returns an error unless every chunk lies in an image of l.
func (ix BundleIndex) Within(l Layout) error {
	for _, g := range ix.Groups {
		if i := slices.IndexFunc(g.Chunks, func(c Chunk) bool { return !l.Has(c) }); i >= 0 {
			return fmt.Errorf("bundle of chunk %d of image %d, which does not exist: %w", g.Chunks[i].Index, g.Chunks[i].Image, ErrProtocol)
		}
	}
	return nil
}

// Kind implements [Message].
func (BundleIndex) Kind() byte { return kindBundle }

// AppendTo writes the number of groups, and for each the bytes that it adds, its hash, the number of its
// chunks, and for each of these its image and the distance of its index from the one before. Numbers are varints.
func (ix BundleIndex) AppendTo(b []byte) []byte {
	from := len(b)
	b = binary.AppendUvarint(b, uint64(len(ix.Groups)))
	end, last := uint32(0), uint32(0)
	for _, g := range ix.Groups {
		b = binary.AppendUvarint(b, uint64(g.End-end))
		b = append(b, g.Hash[:]...)
		b = binary.AppendUvarint(b, uint64(len(g.Chunks)))
		for _, c := range g.Chunks {
			b = append(b, c.Image)
			b = binary.AppendVarint(b, int64(c.Index)-int64(last))
			last = c.Index
		}
		end = g.End
	}
	return seal(b, from)
}

// ParseBundle reads what AppendTo wrote.
func ParseBundle(body []byte) (Message, error) {
	body, err := unseal(body)
	if err != nil {
		return nil, err
	}
	r := fields.NewReader(body)
	ix := BundleIndex{}
	end, last := uint64(0), int64(0)
	for range r.UpTo(MaxBundle) {
		end += r.UpTo(maxChunkIndex)
		g := Group{End: uint32(end)}
		r.Fill(g.Hash[:])
		g.Chunks = make([]Chunk, r.UpTo(GroupSize))
		for i := range g.Chunks {
			image := r.U8()
			if last += r.Varint(); last < 0 || last > maxChunkIndex {
				r.Fail()
				break
			}
			g.Chunks[i] = Chunk{Image: image, Index: uint32(last)}
		}
		if end > 2*MaxBundle*ChunkSize || len(g.Chunks) == 0 {
			r.Fail()
			break
		}
		ix.Groups = append(ix.Groups, g)
	}
	if !r.Done() || ix.Count() > MaxBundle {
		return nil, fmt.Errorf("bundle of %d bytes: %w", len(body), ErrProtocol)
	}
	return ix, nil
}

// Part is a piece of the packed bytes of a bundle.
type Part struct {
	From, Bytes uint32
}

// Within is how many bytes of the part lie in a bundle of that size. A near end may ask before it knows the size.
func (p Part) Within(size uint32) uint32 { return min(p.Bytes, max(p.From, size)-p.From) }

// Packed is the answer to a read of a part. Behind the message comes the part itself, without further
// compression.
type Packed struct {
	Number uint32
	Read   uint32 // checksum of the read, as the origin understood it
	Bytes  uint32 // at most MaxPart
}

// Kind implements [Message].
func (Packed) Kind() byte { return kindPacked }

// AppendTo writes the number, the read's checksum, the count.
func (p Packed) AppendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, p.Number)
	b = binary.BigEndian.AppendUint32(b, p.Read)
	return binary.BigEndian.AppendUint32(b, p.Bytes)
}

const packedSize = 12

func parsePacked(body []byte) (Message, error) {
	r := fields.NewReader(body)
	p := Packed{Number: r.U32(), Read: r.U32(), Bytes: r.U32()}
	if !r.Done() {
		return nil, fmt.Errorf("packed of %d bytes: %w", len(body), ErrProtocol)
	}
	if p.Bytes > MaxPart {
		return nil, fmt.Errorf("packed with %d bytes behind it, at most %d allowed: %w", p.Bytes, MaxPart, ErrProtocol)
	}
	return p, nil
}
