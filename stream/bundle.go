package stream

import (
	"encoding/binary"
	"fmt"
	"slices"

	"vmstudy/fields"
	"vmstudy/study"
)

const (
	kindBundle = 7
	kindPacked = 8

	// groupSize is how many chunks of a bundle are checked, and come to be here, together: what the
	// compressor writes as one block.
	groupSize = 32
	// maxBundle is how many chunks a bundle holds. Either end holds its window, 64 MiB, in memory.
	maxBundle     = 16384
	bundleWindow  = maxBundle * ChunkSize
	maxBundleBody = maxBundle/groupSize*2*(HashSize+8) + maxBundle*(1+binary.MaxVarintLen64) + HashSize
	// maxPart is how many bytes of a bundle one read may ask for.
	maxPart = 256 << 10
)

// Bundle is what a stream will want in any case, packed once and long before: REAP's "one contiguous
// compressed run" (Ustiugov et al., ASPLOS 2021). There is time then for the strongest compression, over
// all of it, and the chunks need not come in the very order of their need: so those that lie side by side
// in the machine do so here too.
//
// A near end asks for it part by part, as it asks for other chunks ahead of need.
type Bundle struct {
	Content string // id of the images that it is made of
	index   bundleIndex
	packed  []byte // one zstd frame; the chunks of all groups as absolute makes them
}

// bundleIndex tells what is in a bundle. The origin sends it behind its holes; without groups if it has
// none of the name that was asked for.
type bundleIndex struct {
	Groups []group
}

// group is a part of a bundle that can be checked when it is here.
type group struct {
	Chunks []Chunk // from 1 to groupSize
	End    uint32  // how many bytes of the bundle must be here for it
	Hash   Hash    // of its chunks, one behind the other
}

// size is of the packed bytes.
func (ix bundleIndex) size() uint32 {
	if len(ix.Groups) == 0 {
		return 0
	}
	return ix.Groups[len(ix.Groups)-1].End
}

// chunks is how many there are.
func (ix bundleIndex) chunks() (n int) {
	for _, g := range ix.Groups {
		n += len(g.Chunks)
	}
	return n
}

// within returns an error unless every chunk lies in an image of l.
func (ix bundleIndex) within(l layout) error {
	for _, g := range ix.Groups {
		if i := slices.IndexFunc(g.Chunks, func(c Chunk) bool { return !l.holds(c) }); i >= 0 {
			return fmt.Errorf("bundle of chunk %d of image %d, which does not exist: %w", g.Chunks[i].Index, g.Chunks[i].Image, errProtocol)
		}
	}
	return nil
}

func (bundleIndex) kind() byte { return kindBundle }

// appendTo writes the number of groups, and for each the bytes that it adds, its hash, the number of its
// chunks, and for each of these its image and the distance of its index from the one before. Numbers are varints.
func (ix bundleIndex) appendTo(b []byte) []byte {
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

func parseBundle(body []byte) (message, error) {
	body, err := unseal(body)
	if err != nil {
		return nil, err
	}
	r := fields.NewReader(body)
	ix := bundleIndex{}
	end, last := uint64(0), int64(0)
	for range r.UpTo(maxBundle) {
		end += r.UpTo(maxChunkIndex)
		g := group{End: uint32(end)}
		r.Fill(g.Hash[:])
		g.Chunks = make([]Chunk, r.UpTo(groupSize))
		for i := range g.Chunks {
			image := r.U8()
			if last += r.Varint(); last < 0 || last > maxChunkIndex {
				r.Fail()
				break
			}
			g.Chunks[i] = Chunk{Image: image, Index: uint32(last)}
		}
		if end > 2*bundleWindow || len(g.Chunks) == 0 {
			r.Fail()
			break
		}
		ix.Groups = append(ix.Groups, g)
	}
	if !r.Done() || ix.chunks() > maxBundle {
		return nil, fmt.Errorf("bundle of %d bytes: %w", len(body), errProtocol)
	}
	return ix, nil
}

// part is a piece of a bundle: so many bytes from one on.
type part struct {
	From, Bytes uint32
}

// within is how many of its bytes lie in a bundle of that size: a near end may ask before it knows the size.
func (p part) within(size uint32) uint32 { return min(p.Bytes, max(p.From, size)-p.From) }

// packed is the answer to a read of a part. Behind it comes the part, as it is: nothing would be gained by
// compressing it again.
type packed struct {
	Number uint32
	Read   uint32 // checksum of the read, as the origin understood it
	Bytes  uint32 // at most maxPart
}

func (packed) kind() byte { return kindPacked }

// appendTo writes the number, the read's checksum, the count.
func (p packed) appendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, p.Number)
	b = binary.BigEndian.AppendUint32(b, p.Read)
	return binary.BigEndian.AppendUint32(b, p.Bytes)
}

const packedSize = 12

func parsePacked(body []byte) (message, error) {
	r := fields.NewReader(body)
	p := packed{Number: r.U32(), Read: r.U32(), Bytes: r.U32()}
	if !r.Done() {
		return nil, fmt.Errorf("packed of %d bytes: %w", len(body), errProtocol)
	}
	if p.Bytes > maxPart {
		return nil, fmt.Errorf("packed with %d bytes behind it, at most %d allowed: %w", p.Bytes, maxPart, errProtocol)
	}
	return p, nil
}

// Offer lets near ends ask for b by a name of at most 255 bytes, from before Serve on. An error is of kind
// study.ErrConflict if b is of other content.
func (o *Origin) Offer(name string, b Bundle) error {
	if b.Content != o.layout.Content {
		return fmt.Errorf("bundle of %q: %w", b.Content, study.ErrConflict)
	}
	if o.bundles == nil {
		o.bundles = map[string]Bundle{}
	}
	o.bundles[name] = b
	return nil
}
