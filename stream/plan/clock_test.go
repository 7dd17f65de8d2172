package plan

import (
	"bytes"
	"testing"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

func TestTheTimeOfFirstAccessesNeverGoesBack(t *testing.T) {
	f := clock{seen: newSet([]wire.ImageInfo{{Name: "memory", Size: 10 * wire.ChunkSize}})}
	start := time.Now()
	for i, at := range []time.Duration{0, 5 * time.Millisecond, 2 * time.Millisecond, 7 * time.Millisecond} {
		f.access(start.Add(at), wire.Chunk{Index: uint32(i)})
	}
	f.stop(start.Add(8 * time.Millisecond))
	f.access(start.Add(9*time.Millisecond), wire.Chunk{Index: 4})
	f.goOn(start.Add(10 * time.Millisecond))
	f.access(start.Add(9*time.Millisecond), wire.Chunk{Index: 5}) // looked at the clock before the wait ended
	for i := range f.accesses[1:] {
		if f.accesses[i+1].At < f.accesses[i].At {
			t.Errorf("access %d at %v, the one before it at %v", i+1, f.accesses[i+1].At, f.accesses[i].At)
		}
	}
	var file bytes.Buffer
	if err := forecast.WriteTrace(&file, forecast.Trace{Content: "x", Accesses: f.accesses}); err != nil {
		t.Fatal(err)
	}
	if _, err := forecast.ReadTrace(&file); err != nil {
		t.Errorf("what was recorded cannot be read: %v", err)
	}
}

func TestNoTimePassesForAMachineThatWaitsOrHasJustWaited(t *testing.T) {
	f := clock{seen: newSet([]wire.ImageInfo{{Name: "memory", Size: 10 * wire.ChunkSize}})}
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	f.access(start, wire.Chunk{})
	f.stop(at(10))
	f.goOn(at(110))
	f.stop(at(112)) // it got nowhere in between
	f.goOn(at(212))
	for ms, want := range map[int]time.Duration{213: 10, 217: 10, 222: 15} {
		if got := f.passed(at(ms)); got != want*time.Millisecond {
			t.Errorf("after %d ms: %v passed, want %v", ms, got, want*time.Millisecond)
		}
	}
}
