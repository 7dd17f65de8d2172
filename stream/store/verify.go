package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"vmstudy/stream/wire"
)

// Damage is something in the store that is not what was stored.
type Damage struct {
	Appliance string // empty if no appliance uses it
	Image     string // empty if the index itself is damaged
	Chunk     uint32 // the first of
	Count     uint32 // so many chunks in a row
	Why       string // for the log
}

func (d Damage) String() string {
	switch {
	case d.Appliance == "":
		return d.Why
	case d.Image == "":
		return fmt.Sprintf("%s: the index: %s", d.Appliance, d.Why)
	case d.Count > 1:
		return fmt.Sprintf("%s: chunks %d to %d of %s: %s", d.Appliance, d.Chunk, d.Chunk+d.Count-1, d.Image, d.Why)
	}
	return fmt.Sprintf("%s: chunk %d of %s: %s", d.Appliance, d.Chunk, d.Image, d.Why)
}

// Verify reads every byte of the store and returns what is damaged, by appliance, image and chunk.
// name limits what is told to one appliance; "" is all of them.
func (s *Store) Verify(ctx context.Context, name string, progress Progress) ([]Damage, error) {
	if err := s.refresh(); err != nil {
		return nil, err
	}
	lost, err := s.lostChunks(ctx, progress)
	if err != nil {
		return nil, err
	}
	var found []Damage
	s.mu.RLock()
	bad := s.bad
	s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		found = append(found, Damage{Why: bad[name].Error()})
	}
	names := []string{name}
	if name == "" {
		if names, err = s.Names(); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		ix, err := s.Index(name)
		if err != nil {
			found = append(found, Damage{Appliance: name, Why: err.Error()})
			continue
		}
		for _, im := range ix.Images {
			found = append(found, s.damageOf(name, im, lost)...)
		}
	}
	return found, nil
}

// damageOf lists the chunks of an image that are lost or in no pack.
func (s *Store) damageOf(appliance string, im Image, lost map[wire.Hash]error) (found []Damage) {
	for index, h := range im.Chunks() {
		why, bad := lost[h]
		if s.copies(h) == 0 {
			why, bad = errAbsent, true
		}
		if !bad {
			continue
		}
		if n := len(found); n > 0 && found[n-1].Chunk+found[n-1].Count == index {
			found[n-1].Count++
			continue
		}
		found = append(found, Damage{Appliance: appliance, Image: im.Name, Chunk: index, Count: 1, Why: why.Error()})
	}
	return found
}

var errAbsent = errors.New("in no pack")

// copies is how many packs have a chunk.
func (s *Store) copies(h wire.Hash) (n int) {
	for at := range s.places(h) {
		if !at.pack.gone.Load() {
			n++
		}
	}
	return n
}

// lostChunks reads every pack and returns the chunks of which no copy is good, and why.
func (s *Store) lostChunks(ctx context.Context, progress Progress) (map[wire.Hash]error, error) {
	s.mu.RLock()
	packs := slices.Clone(s.packs)
	s.mu.RUnlock()
	total, done := int64(1), int64(0)
	for _, p := range packs {
		for _, g := range p.groups {
			total += int64(g.length)
		}
	}
	bad, good := map[wire.Hash]error{}, map[wire.Hash]bool{}
	for _, p := range packs {
		for i, g := range p.groups {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			progress.tell(done, total)
			done += int64(g.length)
			s.checkGroup(p, int32(i), func(h wire.Hash, err error) {
				if err != nil {
					bad[h] = err
				} else if s.copies(h) > 1 {
					good[h] = true
				}
			})
		}
	}
	progress.tell(total, total)
	for h := range good {
		delete(bad, h)
	}
	return bad, nil
}

// checkGroup tells of each chunk of a group what is wrong with it, or nil.
func (s *Store) checkGroup(p *pack, index int32, tell func(wire.Hash, error)) {
	chunks, err := s.readGroup(p, index)
	for i, h := range p.groups[index].chunks {
		err := err
		if err == nil && wire.HashOf(chunks[i*wire.ChunkSize:][:wire.ChunkSize]) != h {
			err = fmt.Errorf("pack %s: chunk %v: %w", p.name, h, errDamaged)
		}
		tell(h, err)
	}
}
