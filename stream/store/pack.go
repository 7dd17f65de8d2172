package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"vmstudy/fields"
	"vmstudy/files"
	"vmstudy/stream/wire"
)

const (
	packMagic   = "vmstudy pack 1\n"
	packEnding  = ".pack"
	trailerSize = 8 + 4 + sha256.Size // of a pack: where its directory begins, its length, its SHA-256

	// groupChunks is how many chunks are compressed together. The demo appliance (130,000 different
	// chunks, 534 MB) took 200, 182, 172 and 164 MB with 1, 4, 16 and 64, and reading a chunk at a
	// random place took 16, 39, 109 and 428 µs. Most reads are of neighbours and take 10 µs each.
	groupChunks = 16
	// packBytes is about how long a pack becomes. Removing an appliance rewrites packs one by one.
	packBytes = 64 << 20
	// maxDirectory is far above what packBytes of chunks need.
	maxDirectory = 64 << 20
)

// errDamaged is in every error about something that is not what was stored.
var errDamaged = errors.New("damaged")

// group is a run of chunks that are compressed together.
type group struct {
	at     int64 // in the pack
	length int   // compressed
	chunks []wire.Hash
}

// appendDirectory writes the groups, which lie one after the other behind the magic: for each its
// length and the number of its chunks as varints, and their hashes.
func appendDirectory(b []byte, groups []group) []byte {
	for _, g := range groups {
		b = binary.AppendUvarint(b, uint64(g.length))
		b = binary.AppendUvarint(b, uint64(len(g.chunks)))
		for _, h := range g.chunks {
			b = append(b, h[:]...)
		}
	}
	return b
}

// parseDirectory reads a directory of groups that end at end.
func parseDirectory(b []byte, end int64) ([]group, error) {
	var groups []group
	at := int64(len(packMagic))
	r := fields.NewReader(b)
	for r.Left() > 0 {
		length, count := r.UpTo(uint64(end-at)), r.UpTo(groupChunks)
		g := group{at: at, length: int(length), chunks: make([]wire.Hash, count)}
		for i := range g.chunks {
			r.Fill(g.chunks[i][:])
		}
		if r.Failed() || length == 0 || count == 0 {
			return nil, fmt.Errorf("group %d of %d bytes and %d chunks: %w", len(groups), length, count, errDamaged)
		}
		groups, at = append(groups, g), at+int64(length)
	}
	if at != end {
		return nil, fmt.Errorf("groups end at %d, the directory begins at %d: %w", at, end, errDamaged)
	}
	return groups, nil
}

// pack is a pack that is open for reading.
type pack struct {
	name   string // of the file
	f      *os.File
	groups []group
	gone   atomic.Bool // the file is not in the directory any more
}

// openPack opens a pack and reads its directory.
func openPack(path string) (*pack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	p := &pack{name: filepath.Base(path), f: f}
	if p.groups, err = readDirectory(f, strings.TrimSuffix(p.name, packEnding)); err != nil {
		return nil, errors.Join(fmt.Errorf("pack %s: %w", p.name, err), f.Close())
	}
	return p, nil
}

// readDirectory reads the directory of a pack that must have the given id.
func readDirectory(f *os.File, id string) ([]group, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	magic, trailer := make([]byte, len(packMagic)), make([]byte, trailerSize)
	if info.Size() < int64(len(magic)+trailerSize) {
		return nil, fmt.Errorf("%d bytes: %w", info.Size(), errDamaged)
	}
	if _, err := f.ReadAt(magic, 0); err != nil {
		return nil, err
	}
	if _, err := f.ReadAt(trailer, info.Size()-trailerSize); err != nil {
		return nil, err
	}
	r := fields.NewReader(trailer)
	begin, length, want := r.U64(), r.U32(), r.Rest()
	if string(magic) != packMagic || length > maxDirectory || begin > uint64(info.Size()) ||
		int64(begin)+int64(length)+trailerSize != info.Size() || begin < uint64(len(magic)) {
		return nil, fmt.Errorf("begins with %q, directory of %d bytes at %d: %w", magic, length, begin, errDamaged)
	}
	directory := make([]byte, length)
	if _, err := f.ReadAt(directory, int64(begin)); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(directory)
	if string(sum[:]) != string(want) || id != packID(sum) {
		return nil, fmt.Errorf("directory with SHA-256 %x: %w", sum, errDamaged)
	}
	return parseDirectory(directory, int64(begin))
}

func packID(directory [sha256.Size]byte) string {
	return hex.EncodeToString(directory[:wire.HashSize])
}

// packWriter writes one pack.
type packWriter struct {
	dir    string
	f      files.Pending
	at     int64
	groups []group
}

func newPackWriter(dir string) (*packWriter, error) {
	f, err := files.Begin(dir, "pack")
	if err != nil {
		return nil, err
	}
	w := &packWriter{dir: dir, f: f, at: int64(len(packMagic))}
	if _, err := io.WriteString(f, packMagic); err != nil {
		return nil, errors.Join(err, w.abandon())
	}
	return w, nil
}

// add writes a group that is compressed already.
func (w *packWriter) add(compressed []byte, chunks []wire.Hash) error {
	if _, err := w.f.Write(compressed); err != nil {
		return err
	}
	w.groups = append(w.groups, group{at: w.at, length: len(compressed), chunks: chunks})
	w.at += int64(len(compressed))
	return nil
}

// finish gives the pack its directory and its name, and returns its path.
func (w *packWriter) finish() (string, error) {
	directory := appendDirectory(nil, w.groups)
	sum := sha256.Sum256(directory)
	end := binary.BigEndian.AppendUint64(directory, uint64(w.at))
	end = binary.BigEndian.AppendUint32(end, uint32(len(directory)))
	if _, err := w.f.Write(append(end, sum[:]...)); err != nil {
		return "", errors.Join(err, w.abandon())
	}
	path := filepath.Join(w.dir, packID(sum)+packEnding)
	return path, w.f.Finish(path, 0o644)
}

func (w *packWriter) abandon() error { return w.f.Abandon() }
