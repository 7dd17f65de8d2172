package stream

import (
	"testing"

	"vmstudy/stream/wire"
)

func TestHolesAreHereWithoutBeingAskedFor(t *testing.T) {
	p := newPlan([]wire.ImageInfo{{Name: "memory", Size: 8 * wire.ChunkSize}})
	p.adopt(planOf(1, 2, 5))
	p.leaveOut(wire.Holes{Images: [][]wire.Run{{{First: 1, Count: 3}}}})
	if p.loaded != 2 {
		t.Errorf("%d chunks of the trace are here, want the 2 in the hole", p.loaded)
	}
	if p.need(wire.Chunk{Image: 0, Index: 3}) != nil {
		t.Error("a chunk in a hole has to be waited for")
	}
	if p.need(wire.Chunk{Image: 0, Index: 4}) == nil {
		t.Error("a chunk behind the hole counts as here")
	}
}
