package stream

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// A chunk that is half noise and half zeros takes half a chunk on the wire. The same chunk once more takes nearly nothing.
func TestAChunkCostsWhatItAddsToWhatWentBefore(t *testing.T) {
	noise := make([]byte, wire.ChunkSize/2)
	for i := range noise {
		noise[i] = byte(rand.New(rand.NewPCG(1, uint64(i))).Uint32())
	}
	page := append(noise, make([]byte, wire.ChunkSize/2)...)
	content := bytes.Repeat(page, 2*priceRun)
	o, err := NewOrigin("x", wire.Source{ImageInfo: wire.ImageInfo{Name: "memory", Size: int64(len(content))}, Content: bytes.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	trace := forecast.Trace{Content: "x"}
	for i := range uint32(2 * priceRun) {
		trace.Accesses = append(trace.Accesses, forecast.Access{Chunk: wire.Chunk{Index: i}})
	}
	if err := o.Price(trace); err != nil {
		t.Fatal(err)
	}
	first, last := trace.Accesses[0].Cost, trace.Accesses[priceRun].Cost
	if all := first * priceRun; all < wire.ChunkSize/2 || all > wire.ChunkSize/2+wire.ChunkSize/8 {
		t.Errorf("the first %d chunks cost %d bytes, want a little more than %d", priceRun, all, wire.ChunkSize/2)
	}
	if last < 1 || last > 32 {
		t.Errorf("a chunk like those before costs %d bytes, want from 1 to 32", last)
	}
	if err := o.Price(forecast.Trace{Accesses: []forecast.Access{{Chunk: wire.Chunk{Index: 99}}}}); err == nil {
		t.Error("a chunk that the origin does not have was priced")
	}
}
