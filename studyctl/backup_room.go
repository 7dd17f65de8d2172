package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"vmstudy/files"
	"vmstudy/study"
)

// errNoRoom is why a backup was stopped whose disk is nearly full.
var errNoRoom = errors.New("no room for the backup")

// roomForBackup refuses if the disk of dir has less room than what is kept free. The database may be on that disk.
func roomForBackup(dir string) error {
	d, err := diskOf(dir)
	if err != nil || d.Free >= diskReserve {
		return err
	}
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict,
		"Only %d MB of the disk of %s are left, so the backup was stopped and nothing of it kept. Make room there, or choose a directory on another disk.", d.Free/1e6, dir), errNoRoom)
}

// lookEvery is how many bytes of a backup are written between two looks at the room that is left.
const lookEvery = 4 << 20

// writeSparing writes a file as files.Write does, but stops as soon as ctx ends or its disk has less room than what is kept free. It first
// removes what killed programs have left of the same file.
func writeSparing(ctx context.Context, path string, content func(io.Writer) error) error {
	dir, name := filepath.Split(filepath.Clean(path))
	dir = filepath.Clean(dir)
	if err := files.Sweep(dir, func(stem string) bool { return stem == name }); err != nil {
		return err
	}
	return files.Write(path, 0o600, func(out io.Writer) error {
		return content(&sparing{to: out, ended: func() error { return context.Cause(ctx) }, room: func() error { return roomForBackup(dir) }})
	})
}

// sparing asks before it writes.
type sparing struct {
	to    io.Writer
	ended func() error
	room  func() error
	next  int // bytes until it asks for room again
}

// Write implements [io.Writer].
func (s *sparing) Write(b []byte) (int, error) {
	if err := s.ended(); err != nil {
		return 0, err
	}
	if s.next -= len(b); s.next < 0 {
		if err := s.room(); err != nil {
			return 0, err
		}
		s.next = lookEvery
	}
	return s.to.Write(b)
}
