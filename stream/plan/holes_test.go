package plan

import (
	"testing"

	"vmstudy/stream/wire"
)

func TestHolesAreHereWithoutBeingAskedFor(t *testing.T) {
	p, err := New(wire.Layout{Images: []wire.ImageInfo{{Name: "memory", Size: 8 * wire.ChunkSize}}},
		wire.Holes{Images: [][]wire.Run{{{First: 1, Count: 3}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.adopt(planOf(1, 2, 5))
	if len(p.ahead) != 1 || !p.Loaded(0) {
		t.Errorf("ahead are %v, want only the chunk that lies in no hole", p.ahead)
	}
	if p.demand(wire.Chunk{Image: 0, Index: 3}) != nil {
		t.Error("a chunk in a hole has to be waited for")
	}
	if p.demand(wire.Chunk{Image: 0, Index: 4}) == nil {
		t.Error("a chunk behind the hole counts as here")
	}
}
