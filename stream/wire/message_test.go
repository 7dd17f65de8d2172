package wire

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func page(b byte) []byte { return bytes.Repeat([]byte{b}, ChunkSize) }

var samples = map[string]Message{
	"hello":                       Hello{Version: 1},
	"a hello that wants a bundle": Hello{Version: 4, Bundle: "type"},
	"a part of a bundle":          Read{Number: 3, Part: Part{From: 1 << 20, Bytes: MaxPart}},
	"bundle": BundleIndex{Groups: []Group{
		{Chunks: []Chunk{{Image: 2, Index: 0}, {Image: 0, Index: 1<<32 - 1}}, End: 9, Hash: Hash{1}},
		{Chunks: []Chunk{{Image: 0, Index: 7}}, End: 9, Hash: Hash{2}},
	}},
	"no bundle":    BundleIndex{},
	"packed":       Packed{Number: 3, Read: 5, Bytes: MaxPart},
	"layout":       Layout{Content: "abc", Images: []ImageInfo{{"memory", 384 << 20}, {"disk", 1}}},
	"read of runs": Read{Number: 7, Demand: true, Chunks: []Chunk{{Image: 0, Index: 5}, {Image: 0, Index: 6}, {Image: 0, Index: 4}, {Image: 1, Index: 5}, {Image: 1, Index: 1<<32 - 1}}},
	"read ahead":   Read{Number: 1<<32 - 1, Chunks: []Chunk{{Image: 0, Index: 0}}},
	"chunks":       Chunks{Number: 7, Read: 9, Content: [][]byte{page(1), nil, page(2)}, Hashes: []Hash{HashOf(page(1)), {}, {1}}},
	"only zeros":   Chunks{Number: 8, Content: make([][]byte, MaxChunks), Hashes: make([]Hash, MaxChunks)},
	"holes":        Holes{Images: [][]Run{{{0, 1}, {5, 100}}, nil, {{1<<32 - 2, 1}}}},
	"fault":        Fault{Text: "no such chunk"},
}

func TestMessagesArriveAsSent(t *testing.T) {
	for name, want := range samples {
		t.Run(name, func(t *testing.T) {
			var wire bytes.Buffer
			if err := WriteMessage(&wire, want); err != nil {
				t.Fatal(err)
			}
			r := iotest.OneByteReader(&wire)
			got, err := ReadMessage(r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sent - received + :\n%s", diff)
			}
			if _, err := ReadMessage(r); !errors.Is(err, io.EOF) {
				t.Errorf("after the message: %v, want %v", err, io.EOF)
			}
		})
	}
}

func TestAnyReadArrivesAsSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Read{Number: rapid.Uint32().Draw(t, "number"), Demand: rapid.Bool().Draw(t, "demand")}
		for range rapid.IntRange(1, MaxChunks).Draw(t, "chunks") {
			want.Chunks = append(want.Chunks, Chunk{Image: rapid.Uint8Range(0, 1).Draw(t, "image"), Index: rapid.Uint32Range(0, 9).Draw(t, "index")})
		}
		got, err := parseRead(want.AppendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Message(want), got); diff != "" {
			t.Errorf("sent - received + :\n%s", diff)
		}
	})
}

func TestWhatBreaksTheProtocolIsRefused(t *testing.T) {
	sealed := func(kind byte, body ...byte) []byte {
		return append([]byte{kind, 0, 0, 0, byte(len(body) + HashSize)}, seal(body, 0)...)
	}
	torn := sealed(kindHoles, 1, 1, 3, 1)
	torn[headerSize+2]++
	for name, wire := range map[string][]byte{
		"an unknown kind":              {99, 0, 0, 0, 0},
		"a length beyond the limit":    {kindRead, 0xff, 0xff, 0xff, 0xff},
		"a hello of something else":    {kindHello, 0, 0, 0, 4, 'H', 'T', 'T', 'P'},
		"a read of nothing":            {kindRead, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0},
		"a read of half a part":        {kindRead, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4},
		"a read of no byte":            {kindRead, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0},
		"a demand for a part":          {kindRead, 0, 0, 0, 14, 0, 0, 0, 1, 1, 0, 1, 2, 3, 4, 0, 0, 0, 1},
		"a part over the last byte":    {kindRead, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1},
		"a group of nothing":           sealed(kindBundle, append(append([]byte{1, 9}, make([]byte, HashSize)...), 0)...),
		"a group cut short":            sealed(kindBundle, 1, 9, 1, 2, 3),
		"a bundle before chunk 0":      sealed(kindBundle, append(append([]byte{1, 9}, make([]byte, HashSize)...), 1, 0, 1)...),
		"packed without its read":      {kindPacked, 0, 0, 0, 4, 0, 0, 0, 1},
		"a part larger than any":       {kindPacked, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 4, 0, 1},
		"a run over the last index":    {kindRead, 0, 0, 0, 13, 0, 0, 0, 1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0, 2},
		"a run longer than a flight":   {kindRead, 0, 0, 0, 13, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 65},
		"a layout without images":      sealed(kindLayout, 0, 0),
		"an image outside its folder":  sealed(kindLayout, 0, 1, 3, '.', '.', '/', 0, 0, 0, 0, 0, 0, 0, 1),
		"a hole of no length":          sealed(kindHoles, 1, 1, 3, 0),
		"a hole with a bit flipped":    torn,
		"more runs than bytes":         sealed(kindHoles, 1, 99),
		"a hole beyond all chunks":     sealed(kindHoles, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 9),
		"holes shorter than a hash":    {kindHoles, 0, 0, 0, 1, 1},
		"chunks without their content": {kindChunks, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1},
	} {
		if m, err := ReadMessage(bytes.NewReader(wire)); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v, %v; want %v", name, m, err, ErrProtocol)
		}
	}
}

func TestAnyBitOfAChunkCounts(t *testing.T) {
	whole := Chunks{Number: 1, Content: [][]byte{nil, page(1)}, Hashes: []Hash{{}, HashOf(page(1))}}.AppendTo(nil)
	for i := chunksHead + 1; i < len(whole); i++ {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		m, err := parseChunks(b)
		if err != nil {
			t.Fatal(err)
		}
		if at, bad := m.(Chunks).Wrong(); !bad || at != 1 {
			t.Fatalf("byte %d changed: wrong() = %d, %v; want chunk 1", i, at, bad)
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	for _, m := range samples {
		var wire bytes.Buffer
		if err := WriteMessage(&wire, m); err != nil {
			f.Fatal(err)
		}
		f.Add(wire.Bytes())
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := ReadMessage(bytes.NewReader(wire))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteMessage(&again, m); err != nil {
			t.Fatal(err)
		}
		back, err := ReadMessage(&again)
		if err != nil {
			t.Fatalf("%#v was read but cannot be read again: %v", m, err)
		}
		if diff := cmp.Diff(m, back); diff != "" {
			t.Errorf("changed on the way:\n%s", diff)
		}
	})
}
