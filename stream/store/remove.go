package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Remove removes an appliance, and the chunks that no other uses. It returns by how many bytes the
// packs have shrunk. An appliance that is not in the store is study.ErrNotFound.
func (s *Store) Remove(ctx context.Context, name string, progress Progress) (freed int64, err error) {
	if !wire.PlainName(name) {
		return 0, fmt.Errorf("appliance %q: %w", name, study.ErrInvalid)
	}
	err = s.writing(func() error {
		err := os.Remove(s.indexPath(name))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("appliance %s in the store: %w", name, study.ErrNotFound)
		}
		if err != nil {
			return err
		}
		freed, err = s.collect(ctx, progress)
		return err
	})
	return freed, err
}

// collect rewrites every pack that has a chunk which no index names, or which another pack has
// too, without these chunks.
func (s *Store) collect(ctx context.Context, progress Progress) (freed int64, err error) {
	used, err := s.used()
	if err != nil {
		return 0, fmt.Errorf("nothing was given back: %w", err)
	}
	before := s.size()
	s.mu.RLock()
	packs := slices.Clone(s.packs)
	s.mu.RUnlock()
	kept := map[wire.Hash]bool{}
	var old []*pack
	for _, p := range packs {
		if p.allOf(used, kept) {
			for _, g := range p.groups {
				for _, h := range g.chunks {
					kept[h] = true
				}
			}
		} else {
			old = append(old, p)
		}
	}
	if err := s.rewrite(ctx, old, used, kept, progress); err != nil {
		return 0, err
	}
	if err := s.drop(old); err != nil {
		return 0, err
	}
	return before - s.size(), nil
}

// used returns every chunk that an index names.
func (s *Store) used() (map[wire.Hash]bool, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	used := map[wire.Hash]bool{}
	for _, name := range names {
		ix, err := s.Index(name)
		if err != nil {
			return nil, err
		}
		for _, im := range ix.Images {
			for _, h := range im.Chunks() {
				used[h] = true
			}
		}
	}
	return used, nil
}

// allOf reports whether every chunk of p is in used and none in kept.
func (p *pack) allOf(used, kept map[wire.Hash]bool) bool {
	for _, g := range p.groups {
		for _, h := range g.chunks {
			if !used[h] || kept[h] {
				return false
			}
		}
	}
	return true
}

// rewrite stores those chunks of the old packs once more that are used and not in kept. A chunk of
// which every copy is damaged is left out: it is lost.
func (s *Store) rewrite(ctx context.Context, old []*pack, used, kept map[wire.Hash]bool, progress Progress) error {
	in := &intake{store: s, fresh: map[wire.Hash]bool{}}
	for i, p := range old {
		progress.tell(int64(i), int64(len(old)))
		for _, g := range p.groups {
			if ctx.Err() != nil {
				return errors.Join(context.Cause(ctx), in.abandon())
			}
			for _, h := range g.chunks {
				if !used[h] || kept[h] || in.fresh[h] {
					continue
				}
				data, err := s.chunk(h)
				if err != nil {
					continue
				}
				if err := in.put(h, data); err != nil {
					return errors.Join(err, in.abandon())
				}
			}
		}
	}
	if err := in.finish(); err != nil {
		return errors.Join(err, in.abandon())
	}
	return nil
}

// drop forgets packs and removes their files. A pack that was rewritten with the same groups has its old name
// again, and its file stays.
func (s *Store) drop(old []*pack) error {
	s.mu.RLock()
	keep := slices.DeleteFunc(slices.Clone(s.packs), func(p *pack) bool { return slices.Contains(old, p) })
	bad := s.bad
	s.mu.RUnlock()
	s.know(keep, bad)
	names := map[string]bool{}
	for _, p := range keep {
		names[p.name] = true
	}
	var errs []error
	for _, p := range old {
		if !names[p.name] {
			errs = append(errs, os.Remove(filepath.Join(s.packsDir(), p.name)))
		}
	}
	return errors.Join(errs...)
}

// size is how many bytes the packs take.
func (s *Store) size() (total int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, p := range s.packs {
		if info, err := p.f.Stat(); err == nil {
			total += info.Size()
		}
	}
	return total
}
