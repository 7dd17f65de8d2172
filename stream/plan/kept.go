package plan

import "vmstudy/stream/wire"

// Recall counts what the near cache keeps as here. It is read when it is touched: see Kept.
func (p *Planner) Recall(places []wire.Place) {
	p.kept = map[wire.Chunk]wire.Place{}
	for _, at := range places {
		if p.layout.Has(at.Chunk) && !p.here.has(at.Chunk) {
			p.have(at.Chunk)
			p.kept[at.Chunk] = at
		}
	}
	p.stats.Kept = len(p.kept)
}

// Kept returns those of chunks first to last of an image that still lie in the near cache only.
func (p *Planner) Kept(image uint8, first, last uint32) (places []wire.Place) {
	for index := first; len(p.kept) > 0; index++ {
		c := wire.Chunk{Image: image, Index: index}
		if at, ok := p.kept[c]; ok && !p.written.has(c) {
			places = append(places, at)
		}
		if index == last { // not in the loop's condition: last may be the largest number
			break
		}
	}
	return places
}

// Restored notes that a chunk of the near cache has come from there, or that the cache has lost it:
// then it has to be asked for like any other.
func (p *Planner) Restored(at wire.Place, found bool) {
	if _, kept := p.kept[at.Chunk]; !kept {
		return // another reader was quicker
	}
	delete(p.kept, at.Chunk)
	if found {
		p.stats.Restored++
		p.stats.Saved += int64(at.Wire)
	} else {
		p.here.remove(at.Chunk)
		p.lacks++
	}
}
