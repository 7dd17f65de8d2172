package cache

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/stream/wire"
)

func FuzzPlaces(f *testing.F) {
	some := []wire.Place{
		{Chunk: wire.Chunk{Image: 1, Index: 1 << 31}, Hash: wire.Hash{1, 2, 3}, Wire: 4097},
		{Chunk: wire.Chunk{Index: 5}},
	}
	whole := appendPlaces([]byte(placesMagic), some)
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(appendPlaces(whole, some[:1]))
	f.Add(append([]byte(placesMagic), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		var read []wire.Place
		rest := parsePlaces(b, func(at wire.Place) { read = append(read, at) })
		if len(rest) > len(b) || string(b[len(b)-len(rest):]) != string(rest) {
			t.Fatalf("%d bytes left of %d, or others", len(rest), len(b))
		}
		if len(read) == 0 || len(read) > maxRecord {
			return
		}
		var again []wire.Place
		parsePlaces(appendPlaces([]byte(placesMagic), read), func(at wire.Place) { again = append(again, at) })
		if diff := cmp.Diff(read, again); diff != "" {
			t.Errorf("changed on the way:\n%s", diff)
		}
	})
}
