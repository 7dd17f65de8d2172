package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vmstudy/stream/wire"
)

// rewrites is how often in a row a writer may rewrite packs while another Store opens them.
const rewrites = 10

// refresh finds out which packs are in the directory now. Packs that another Store has removed
// stay readable, but a chunk that only they have is stored again when it is packed.
func (s *Store) refresh() error {
	for try := 1; ; try++ {
		here, bad, err := s.list(try < rewrites)
		if !errors.Is(err, fs.ErrNotExist) {
			if err == nil {
				s.know(here, bad)
			}
			return err
		}
	}
}

// list opens the packs in the directory that are not open yet, and says which cannot be
// read. If strict, a pack that is removed before it could be opened is fs.ErrNotExist: its chunks are in
// another pack then, which this list may have missed.
func (s *Store) list(strict bool) (here []*pack, bad map[string]error, err error) {
	names, err := named(s.packsDir(), packEnding)
	if err != nil {
		return nil, nil, errors.New(err.Error()) // a directory that is not there is another matter
	}
	s.mu.RLock()
	open := slices.Clone(s.packs)
	s.mu.RUnlock()
	bad = map[string]error{}
	for _, name := range names {
		path := filepath.Join(s.packsDir(), name+packEnding)
		if i := slices.IndexFunc(open, func(p *pack) bool { return p.stillAt(path) }); i >= 0 {
			here = append(here, open[i])
			continue
		}
		p, err := openPack(path)
		switch {
		case err == nil:
			here = append(here, p)
		case strict && errors.Is(err, fs.ErrNotExist):
			return nil, nil, errors.Join(err, closeNew(here, open))
		default:
			bad[name+packEnding] = err
		}
	}
	return here, bad, nil
}

// closeNew closes the packs that are not among open.
func closeNew(packs, open []*pack) error {
	var errs []error
	for _, p := range packs {
		if !slices.Contains(open, p) {
			errs = append(errs, p.f.Close())
		}
	}
	return errors.Join(errs...)
}

// stillAt reports whether p is the file at path, and can still be opened by others.
func (p *pack) stillAt(path string) bool {
	if p.name != filepath.Base(path) {
		return false
	}
	there, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := p.f.Stat()
	if err != nil || !os.SameFile(open, there) {
		return false
	}
	_, err = readDirectory(p.f, strings.TrimSuffix(p.name, packEnding))
	return err == nil
}

// know makes here the packs that are in the directory.
func (s *Store) know(here []*pack, bad map[string]error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.packs {
		if !slices.Contains(here, p) {
			p.gone.Store(true)
			s.gone = append(s.gone, p)
		}
	}
	s.packs, s.bad = here, bad
	s.where, s.spare = map[wire.Hash]place{}, map[wire.Hash][]place{}
	for _, p := range slices.Concat(s.packs, s.gone) {
		s.place(p)
	}
	for i := range s.recent { // what is relied on from here on is read from the disk once more
		s.recent[i].forget()
	}
}
