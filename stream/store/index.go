package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"vmstudy/fields"
	"vmstudy/files"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

const (
	indexMagic  = "vmstudy index 1\n"
	indexEnding = ".index"
)

// An Index says what an appliance is made of.
type Index struct {
	Name    string // of the appliance
	Content string // identifies what is in its images
	Images  []Image
}

// Image is the memory or the disk of an appliance, as hashes.
type Image struct {
	wire.ImageInfo
	runs []run
}

// run is a number of chunks in a row that are not zeros.
type run struct {
	first  uint32
	hashes []wire.Hash
}

func (r run) end() uint32 { return r.first + uint32(len(r.hashes)) }

// Hash returns the hash of a chunk; ok is false if it is all zeros.
func (im Image) Hash(index uint32) (_ wire.Hash, ok bool) {
	i := sort.Search(len(im.runs), func(i int) bool { return im.runs[i].end() > index })
	if i == len(im.runs) || im.runs[i].first > index {
		return wire.Hash{}, false
	}
	return im.runs[i].hashes[index-im.runs[i].first], true
}

// Chunks yields every chunk that is not zeros, in order.
func (im Image) Chunks() iter.Seq2[uint32, wire.Hash] {
	return func(yield func(uint32, wire.Hash) bool) {
		for _, r := range im.runs {
			for i, h := range r.hashes {
				if !yield(r.first+uint32(i), h) {
					return
				}
			}
		}
	}
}

// holes yields what lies between the runs.
func (im Image) holes(yield func(first, count uint32) bool) {
	end := uint32(0)
	for _, r := range im.runs {
		if r.first > end && !yield(end, r.first-end) {
			return
		}
		end = r.end()
	}
	if total := chunksIn(im.Size); total > end {
		yield(end, total-end)
	}
}

// add puts a chunk behind those that are there.
func (im *Image) add(index uint32, h wire.Hash) {
	if n := len(im.runs); n > 0 && im.runs[n-1].end() == index {
		im.runs[n-1].hashes = append(im.runs[n-1].hashes, h)
		return
	}
	im.runs = append(im.runs, run{first: index, hashes: []wire.Hash{h}})
}

func chunksIn(size int64) uint32 { return uint32((size + wire.ChunkSize - 1) / wire.ChunkSize) }

// appendTo writes the index: the magic, the content id, the images, each with its name, its size
// and its runs, each with the distance from the run before and its hashes; and the SHA-256 of all
// that. Numbers are varints; a text comes after its length.
func (ix Index) appendTo(b []byte) []byte {
	b = append(b, indexMagic...)
	b = appendText(b, ix.Content)
	b = binary.AppendUvarint(b, uint64(len(ix.Images)))
	for _, im := range ix.Images {
		b = appendText(b, im.Name)
		b = binary.AppendUvarint(b, uint64(im.Size))
		b = binary.AppendUvarint(b, uint64(len(im.runs)))
		end := uint32(0)
		for _, r := range im.runs {
			b = binary.AppendUvarint(b, uint64(r.first-end))
			b = binary.AppendUvarint(b, uint64(len(r.hashes)))
			for _, h := range r.hashes {
				b = append(b, h[:]...)
			}
			end = r.end()
		}
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// identity is an id of what is in the images: whoever packs the same disk, however it was written, comes to the
// same one.
func (ix Index) identity() string {
	ix.Content = ""
	sum := sha256.Sum256(ix.appendTo(nil))
	return hex.EncodeToString(sum[:])
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parseIndex reads what appendTo wrote.
func parseIndex(b []byte) (Index, error) {
	if len(b) < len(indexMagic)+sha256.Size || string(b[:len(indexMagic)]) != indexMagic {
		return Index{}, fmt.Errorf("index begins with %q: %w", b[:min(len(b), len(indexMagic))], errDamaged)
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if got := sha256.Sum256(body); string(got[:]) != string(sum) {
		return Index{}, fmt.Errorf("index with SHA-256 %x: %w", got, errDamaged)
	}
	return parseBody(body[len(indexMagic):])
}

// parseBody reads an index without its frame.
func parseBody(b []byte) (Index, error) {
	r := fields.NewReader(b)
	ix := Index{Content: takeText(r)}
	var infos []wire.ImageInfo
	for range r.UpTo(uint64(r.Left())) {
		im := Image{ImageInfo: wire.ImageInfo{Name: takeText(r), Size: int64(r.Uvarint())}}
		im.runs = takeRuns(r, im.Size)
		if r.Failed() {
			break
		}
		ix.Images, infos = append(ix.Images, im), append(infos, im.ImageInfo)
	}
	if !r.Done() {
		return Index{}, fmt.Errorf("index of %d bytes, %d left over: %w", len(b), r.Left(), errDamaged)
	}
	return ix, checkImages(ix.Content, infos)
}

// maxImage is the largest image that may be packed, in bytes: no disk of a desktop comes near it.
const maxImage = 1 << 40

func checkImages(content string, images []wire.ImageInfo) error {
	for _, im := range images {
		if im.Size > maxImage {
			return study.Refuse(study.ErrInvalid, "The image “%s” has %d bytes; at most %d can be packed.", im.Name, im.Size, int64(maxImage))
		}
	}
	return wire.CheckImages(content, images)
}

func takeText(r *fields.Reader) string { return string(r.Bytes(int(r.UpTo(uint64(r.Left()))))) }

// takeRuns reads the runs of an image of size bytes. No run is empty, and none touches another.
func takeRuns(r *fields.Reader, size int64) (runs []run) {
	if size < 0 || size > maxImage {
		r.Fail()
	}
	end, total := uint64(0), uint64(chunksIn(size))
	for i := range r.UpTo(uint64(r.Left())) {
		gap := r.UpTo(total - end)
		count := r.UpTo(min(uint64(r.Left())/wire.HashSize, total-end-gap))
		if count == 0 || i > 0 && gap == 0 {
			r.Fail()
			return nil
		}
		one := run{first: uint32(end + gap), hashes: make([]wire.Hash, count)}
		for j := range one.hashes {
			r.Fill(one.hashes[j][:])
		}
		runs, end = append(runs, one), end+gap+count
	}
	return runs
}

// Names lists the appliances in the store, in order.
func (s *Store) Names() ([]string, error) {
	names, err := named(s.indexesDir(), indexEnding)
	slices.Sort(names)
	return names, err
}

// Index returns what an appliance is made of. One that is not in the store is study.ErrNotFound.
func (s *Store) Index(name string) (Index, error) {
	if !wire.PlainName(name) {
		return Index{}, fmt.Errorf("appliance %q: %w", name, study.ErrInvalid)
	}
	text, err := os.ReadFile(s.indexPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return Index{}, fmt.Errorf("appliance %s in the store: %w", name, study.ErrNotFound)
	}
	if err != nil {
		return Index{}, err
	}
	ix, err := parseIndex(text)
	if err != nil {
		return Index{}, fmt.Errorf("appliance %s in the store: %w", name, err)
	}
	ix.Name = name
	return ix, nil
}

// saveIndex writes an index, in place of an older one.
func (s *Store) saveIndex(ix Index) error {
	return files.Write(s.indexPath(ix.Name), 0o644, func(w io.Writer) error {
		_, err := w.Write(ix.appendTo(nil))
		return err
	})
}

func (s *Store) indexPath(name string) string {
	return filepath.Join(s.indexesDir(), name+indexEnding)
}
