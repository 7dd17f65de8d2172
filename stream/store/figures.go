package store

import "vmstudy/stream/wire"

// Figures is what an appliance costs in the store, in bytes.
type Figures struct {
	Size     int64 // of its images, zeros included
	Filled   int64 // of its chunks that are not zeros
	Distinct int64 // of these chunks, each content counted once
	Alone    int64 // of the distinct chunks that no other appliance in the store has
	Stored   int64 // of the distinct chunks, compressed; a chunk counts with its share of the group that it is compressed in
}

// Dedup says how many times smaller the appliance became because every chunk is kept only once.
func (f Figures) Dedup() float64 { return ratio(f.Filled, f.Distinct) }

// Compression says how many times smaller the distinct chunks became.
func (f Figures) Compression() float64 { return ratio(f.Distinct, f.Stored) }

func ratio(before, after int64) float64 {
	if after == 0 {
		return 1
	}
	return float64(before) / float64(after)
}

// Figures counts what every appliance in the store costs, by name.
func (s *Store) Figures() (map[string]Figures, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	users := map[wire.Hash]int{}
	chunks := map[string]map[wire.Hash]bool{}
	all := map[string]Figures{}
	for _, name := range names {
		ix, err := s.Index(name)
		if err != nil {
			return nil, err
		}
		var f Figures
		own := map[wire.Hash]bool{}
		for _, im := range ix.Images {
			f.Size += im.Size
			for _, h := range im.Chunks() {
				f.Filled += wire.ChunkSize
				if !own[h] {
					own[h] = true
					users[h]++
				}
			}
		}
		chunks[name], all[name] = own, f
	}
	for name, own := range chunks {
		f := all[name]
		stored := 0.0
		for h := range own {
			f.Distinct += wire.ChunkSize
			if users[h] == 1 {
				f.Alone += wire.ChunkSize
			}
			stored += s.cost(h)
		}
		f.Stored = int64(stored)
		all[name] = f
	}
	return all, nil
}

// cost is a chunk's share of the compressed bytes of its group.
func (s *Store) cost(h wire.Hash) float64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, known := s.where[h]
	if !known {
		return 0
	}
	g := at.pack.groups[at.group]
	return float64(g.length) / float64(len(g.chunks))
}
