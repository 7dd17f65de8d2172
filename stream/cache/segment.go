package cache

import (
	"errors"
	"fmt"
	"os"

	"vmstudy/stream/wire"
)

const (
	slots       = 1024 // chunks in a segment
	tableSize   = slots * wire.HashSize
	segmentSize = tableSize + slots*wire.ChunkSize
)

// segment is a file of chunks.
type segment struct {
	path  string
	f     *os.File
	table [slots]wire.Hash // zero: the slot is free
	used  [slots]bool      // read since it came
	next  int              // the first slot that was never filled
}

// openSegment opens or makes the segment at path.
func openSegment(path string) (*segment, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &segment{path: path, f: f}
	table := make([]byte, tableSize)
	n, _ := f.ReadAt(table, 0) // what is not there is free
	for i := range n / wire.HashSize {
		if s.table[i] = wire.Hash(table[i*wire.HashSize:]); s.table[i] != (wire.Hash{}) {
			s.next = i + 1
		}
	}
	return s, nil
}

func (s *segment) full() bool { return s.next == slots }

// add keeps a chunk. Its hash is written last: a slot without one is free.
func (s *segment) add(h wire.Hash, chunk []byte) (slot int, err error) {
	slot = s.next
	if _, err := s.f.WriteAt(chunk, chunkAt(slot)); err != nil {
		return 0, err
	}
	if _, err := s.f.WriteAt(h[:], int64(slot)*wire.HashSize); err != nil {
		return 0, err
	}
	s.table[slot], s.next = h, slot+1
	return slot, nil
}

// read reads a chunk into p, and reports whether it has its hash.
func (s *segment) read(slot int, p []byte) bool {
	n, err := s.f.ReadAt(p[:wire.ChunkSize], chunkAt(slot))
	return err == nil && n == wire.ChunkSize && wire.HashOf(p[:n]) == s.table[slot]
}

// forget empties a slot, whose chunk is damaged. It is not filled again.
func (s *segment) forget(slot int) error {
	s.table[slot] = wire.Hash{}
	_, err := s.f.WriteAt(make([]byte, wire.HashSize), int64(slot)*wire.HashSize)
	return err
}

func (s *segment) remove() error {
	if err := errors.Join(s.f.Close(), os.Remove(s.path)); err != nil {
		return fmt.Errorf("remove segment: %w", err)
	}
	return nil
}

func chunkAt(slot int) int64 { return tableSize + int64(slot)*wire.ChunkSize }
