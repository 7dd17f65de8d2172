package forecast

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

func drawTrace(t *rapid.T) Trace {
	trace := Trace{Content: rapid.StringN(0, 40, 255).Draw(t, "content")}
	at := time.Duration(0)
	for _, key := range rapid.SliceOfNDistinct(rapid.Uint64Range(0, 1<<34), 0, 50, rapid.ID[uint64]).Draw(t, "chunks") {
		at += time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "pause")) * time.Microsecond
		trace.Accesses = append(trace.Accesses, Access{Chunk: Chunk{Image: uint8(key >> 32), Index: uint32(key)}, At: at, Cost: rapid.IntRange(0, 2*ChunkSize).Draw(t, "cost")})
	}
	return trace
}

func TestATraceIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTrace(t)
		var file bytes.Buffer
		if err := WriteTrace(&file, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadTrace(iotest.OneByteReader(&file))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ReadTrace: %v\n%s", err, diff)
		}
	})
}

// A trace of version 1 tells no costs.
func TestATraceWithoutCostsIsRead(t *testing.T) {
	file := []byte(traceMagic1)
	zip, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	file = zip.EncodeAll([]byte{1, 'x', 2, 0, 2 << 1, 0, 0, 1 << 1, 7}, file)
	want := Trace{Content: "x", Accesses: []Access{access(2, 0), access(3, 7*time.Microsecond)}}
	got, err := ReadTrace(bytes.NewReader(file))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ReadTrace: %v\n%s", err, diff)
	}
}

func TestADamagedTraceIsRefused(t *testing.T) {
	var whole, twice bytes.Buffer
	trace := Trace{Content: "x", Accesses: []Access{access(1, 0), access(2, time.Millisecond)}}
	if err := WriteTrace(&whole, trace); err != nil {
		t.Fatal(err)
	}
	trace.Accesses[1].Index = 1
	if err := WriteTrace(&twice, trace); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"nothing":             nil,
		"something else":      []byte("PNG picture of a cat"),
		"another version":     append([]byte("vmstudy trace 3\n"), whole.Bytes()[len(traceMagic):]...),
		"cut short":           whole.Bytes()[:whole.Len()-5],
		"a chunk named twice": twice.Bytes(),
	} {
		if got, err := ReadTrace(bytes.NewReader(file)); !errors.Is(err, errTrace) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, errTrace)
		}
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, trace := range []Trace{
		{}, {Content: "x", Accesses: []Access{access(math.MaxUint32, 0), access(0, time.Hour)}},
	} {
		var file bytes.Buffer
		if err := WriteTrace(&file, trace); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		trace, err := ReadTrace(bytes.NewReader(file))
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(trace.Accesses, func(a, b Access) int { return int(a.At - b.At) }) {
			t.Errorf("times go back: %v", trace.Accesses)
		}
	})
}
