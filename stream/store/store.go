package store

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"vmstudy/stream/wire"
)

// Store is a directory of packed appliances. Its methods may be called from any number of
// goroutines. If another Store of the same directory packs something, this one sees it when it next
// writes or verifies. What the other removes, this one can still read.
type Store struct {
	dir   string
	unzip *zstd.Decoder
	zip   *zstd.Encoder

	mu    sync.RWMutex
	packs []*pack          // in the directory
	gone  []*pack          // not there any more
	bad   map[string]error // packs that cannot be read, by name
	where map[wire.Hash]place
	spare map[wire.Hash][]place // further copies, of which there are hardly any

	recent [recentGroups]recent
}

// place is where a chunk lies.
type place struct {
	pack  *pack
	group int32
	slot  int32 // within the group
}

// recentGroups is how many decompressed groups stay in memory, 64 KiB each: a guest reads neighbours.
const recentGroups = 128

type recent struct {
	sync.Mutex
	pack   *pack
	group  int32
	chunks []byte
}

func (c *recent) forget() {
	c.Lock()
	defer c.Unlock()
	c.pack, c.chunks = nil, nil
}

// Open opens the store in dir, which it makes if it is missing. A pack that cannot be read is passed over:
// Verify names what is missing.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, where: map[wire.Hash]place{}, spare: map[wire.Hash][]place{}, bad: map[string]error{}}
	for _, d := range []string{s.packsDir(), s.indexesDir()} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	var err error
	// The compressor need not look back further than a group: that would only cost memory, for each core.
	if s.zip, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(groupChunks*wire.ChunkSize)); err != nil {
		return nil, err
	}
	// A damaged group may announce to be longer than its chunks.
	if s.unzip, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(groupChunks*wire.ChunkSize)); err != nil {
		return nil, err
	}
	if err := s.refresh(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// take adds the chunks of p to those that are known.
func (s *Store) take(p *pack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packs = append(s.packs, p)
	s.place(p)
}

// place notes where the chunks of p lie. Store.mu is locked.
func (s *Store) place(p *pack) {
	for i, g := range p.groups {
		for j, h := range g.chunks {
			at := place{pack: p, group: int32(i), slot: int32(j)}
			if _, known := s.where[h]; known {
				s.spare[h] = append(s.spare[h], at)
			} else {
				s.where[h] = at
			}
		}
	}
}

// Close closes the packs. Images of the store must not be read after that.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, p := range slices.Concat(s.packs, s.gone) {
		errs = append(errs, p.f.Close())
	}
	s.packs, s.gone, s.where, s.spare = nil, nil, nil, nil
	s.unzip.Close()
	return errors.Join(append(errs, s.zip.Close())...)
}

func (s *Store) packsDir() string   { return filepath.Join(s.dir, "packs") }
func (s *Store) indexesDir() string { return filepath.Join(s.dir, "indexes") }

// chunk returns the bytes of a chunk as they were stored. Of several copies it takes one that
// is not damaged.
func (s *Store) chunk(h wire.Hash) ([]byte, error) {
	err := error(fmt.Errorf("chunk %v: %w: %w", h, errAbsent, errDamaged))
	for at := range s.places(h) {
		var data []byte
		if data, err = s.chunkAt(at, h); err == nil {
			return data, nil
		}
	}
	return nil, err
}

// places yields where copies of a chunk lie: those in the directory first.
func (s *Store) places(h wire.Hash) iter.Seq[place] {
	return func(yield func(place) bool) {
		s.mu.RLock()
		at, known := s.where[h]
		spare := s.spare[h]
		s.mu.RUnlock()
		if !known || !yield(at) {
			return
		}
		for _, at := range spare {
			if !yield(at) {
				return
			}
		}
	}
}

func (s *Store) chunkAt(at place, h wire.Hash) ([]byte, error) {
	chunks, err := s.group(at.pack, at.group)
	if err != nil {
		return nil, err
	}
	data := chunks[at.slot*wire.ChunkSize:][:wire.ChunkSize:wire.ChunkSize]
	if got := wire.HashOf(data); got != h {
		return nil, fmt.Errorf("chunk %v in pack %s has become %v: %w", h, at.pack.name, got, errDamaged)
	}
	return data, nil
}

// group returns the chunks of a group, decompressed and unchecked. They must not be changed.
func (s *Store) group(p *pack, index int32) ([]byte, error) {
	c := &s.recent[uint32(p.groups[index].at*2654435761>>12)%recentGroups]
	c.Lock()
	defer c.Unlock()
	if c.pack == p && c.group == index {
		return c.chunks, nil
	}
	chunks, err := s.readGroup(p, index)
	if err != nil {
		return nil, err
	}
	c.pack, c.group, c.chunks = p, index, chunks
	return chunks, nil
}

func (s *Store) readGroup(p *pack, index int32) ([]byte, error) {
	g := p.groups[index]
	compressed := make([]byte, g.length)
	if _, err := p.f.ReadAt(compressed, g.at); err != nil {
		return nil, fmt.Errorf("pack %s: %w", p.name, err)
	}
	want := len(g.chunks) * wire.ChunkSize
	chunks, err := s.unzip.DecodeAll(compressed, make([]byte, 0, want))
	if err != nil || len(chunks) != want {
		return nil, fmt.Errorf("pack %s: group at %d has %d bytes (%w): %w", p.name, g.at, len(chunks), err, errDamaged)
	}
	return chunks, nil
}
