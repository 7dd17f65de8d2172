package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/stream/wire"
)

func someIndex() Index {
	im := Image{ImageInfo: wire.ImageInfo{Name: "memory", Size: 40*wire.ChunkSize - 7}}
	for _, i := range []uint32{3, 4, 5, 17, 39} {
		im.add(i, wire.Hash{byte(i), 1})
	}
	empty := Image{ImageInfo: wire.ImageInfo{Name: "disk", Size: 5}}
	return Index{Content: "c", Images: []Image{im, empty}}
}

func TestAnIndexIsReadBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Index{Content: rapid.StringN(0, 20, 255).Draw(t, "content")}
		for _, name := range []string{"memory", "disk"} {
			n := rapid.IntRange(1, 60).Draw(t, "chunks")
			im := Image{ImageInfo: wire.ImageInfo{Name: name, Size: int64(n)*wire.ChunkSize - 1}}
			for i := range uint32(n) {
				if rapid.Bool().Draw(t, "filled") {
					im.add(i, wire.Hash{byte(i), 7})
				}
			}
			want.Images = append(want.Images, im)
		}
		got, err := parseIndex(want.appendTo(nil))
		if err != nil || !cmp.Equal(got, want, cmp.AllowUnexported(Image{}, run{})) {
			t.Fatalf("read back %+v, %v; want %+v", got, err, want)
		}
		for _, im := range got.Images {
			checkCover(t, im)
		}
	})
}

// checkCover checks that holes and chunks cover an image without overlap, and that Hash agrees.
func checkCover(t *rapid.T, im Image) {
	seen := map[uint32]bool{}
	for first, count := range im.holes {
		for i := range count {
			if _, filled := im.Hash(first + i); filled || seen[first+i] {
				t.Fatalf("chunk %d is in a hole and not", first+i)
			}
			seen[first+i] = true
		}
	}
	for index, h := range im.Chunks() {
		if got, ok := im.Hash(index); !ok || got != h || seen[index] {
			t.Fatalf("chunk %d has hash %v, %v; want %v", index, got, ok, h)
		}
		seen[index] = true
	}
	if len(seen) != int(chunksIn(im.Size)) {
		t.Fatalf("%d chunks covered of %d", len(seen), chunksIn(im.Size))
	}
}

func TestEveryBitOfAnIndexCounts(t *testing.T) {
	whole := someIndex().appendTo(nil)
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 0x20
		if _, err := parseIndex(b); err == nil {
			t.Errorf("an index with byte %d changed was read", i)
		}
		if _, err := parseIndex(whole[:i]); err == nil {
			t.Errorf("an index of %d bytes out of %d was read", i, len(whole))
		}
	}
}

func FuzzIndex(f *testing.F) {
	whole := someIndex().appendTo(nil)
	f.Add(whole[len(indexMagic) : len(whole)-32])
	f.Add([]byte{1, 'c', 1, 1, 'm', 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0x7f, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		ix, err := parseBody(b)
		if err != nil {
			return
		}
		again, err := parseIndex(ix.appendTo(nil))
		if err != nil || !cmp.Equal(again, ix, cmp.AllowUnexported(Image{}, run{})) {
			t.Errorf("accepted %+v, but read it back as %+v, %v", ix, again, err)
		}
	})
}

func FuzzDirectory(f *testing.F) {
	groups := []group{
		{at: int64(len(packMagic)), length: 300, chunks: make([]wire.Hash, 16)},
		{at: int64(len(packMagic)) + 300, length: 7, chunks: make([]wire.Hash, 1)},
	}
	f.Add(appendDirectory(nil, groups), int64(len(packMagic)+307))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1}, int64(1)<<40)
	f.Fuzz(func(t *testing.T, b []byte, end int64) {
		groups, err := parseDirectory(b, end)
		if err != nil {
			return
		}
		at := int64(len(packMagic))
		for _, g := range groups {
			if g.at != at || g.length <= 0 || len(g.chunks) == 0 || len(g.chunks) > groupChunks {
				t.Fatalf("accepted group %+v at %d", g, at)
			}
			at += int64(g.length)
		}
		if at != end {
			t.Errorf("groups end at %d, want %d", at, end)
		}
	})
}
