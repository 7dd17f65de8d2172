package stream

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

func access(index uint32, at time.Duration) Access { return Access{Chunk: Chunk{Index: index}, At: at} }

func TestResumeSetIsTheFirstThreeSeconds(t *testing.T) {
	for name, tc := range map[string]struct {
		at   []time.Duration
		want int
	}{
		"an empty trace":       {nil, 0},
		"all of it":            {[]time.Duration{0, time.Second}, 2},
		"to the very end":      {[]time.Duration{0, 3 * time.Second, 3 * time.Second}, 3},
		"not a moment later":   {[]time.Duration{0, 3 * time.Second, 3*time.Second + 1}, 2},
		"nothing but the late": {[]time.Duration{4 * time.Second}, 0},
	} {
		var trace Trace
		for i, at := range tc.at {
			trace.Accesses = append(trace.Accesses, access(uint32(i), at))
		}
		if got := len(trace.ResumeSet()); got != tc.want {
			t.Errorf("%s: %d accesses, want %d", name, got, tc.want)
		}
	}
}

func TestUnionOrdersByMeanFirstAccess(t *testing.T) {
	a := Trace{Content: "x", Accesses: []Access{access(1, 0), access(2, 10), access(3, 40)}}
	b := Trace{Content: "x", Accesses: []Access{access(3, 0), access(2, 20), access(4, 20)}}
	want := Trace{Content: "x", Accesses: []Access{access(1, 0), access(2, 15), access(3, 20), access(4, 20)}}
	for _, traces := range [][]Trace{{a, b}, {b, a}} {
		got, err := Union(traces...)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Union: %v\n%s", err, diff)
		}
	}
	if _, err := Union(a, Trace{Content: "y"}); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("Union of different contents: %v, want %v", err, study.ErrInvalid)
	}
}

func drawTrace(t *rapid.T) Trace {
	trace := Trace{Content: rapid.StringN(0, 40, 255).Draw(t, "content")}
	at := time.Duration(0)
	for _, key := range rapid.SliceOfNDistinct(rapid.Uint64Range(0, 1<<34), 0, 50, rapid.ID[uint64]).Draw(t, "chunks") {
		at += time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "pause")) * time.Microsecond
		trace.Accesses = append(trace.Accesses, Access{Chunk: Chunk{uint8(key >> 32), uint32(key)}, At: at})
	}
	return trace
}

func TestATraceIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTrace(t)
		var file bytes.Buffer
		if err := want.Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := ReadTrace(iotest.OneByteReader(&file))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ReadTrace: %v\n%s", err, diff)
		}
	})
}

func TestADamagedTraceIsRefused(t *testing.T) {
	var whole, twice bytes.Buffer
	trace := Trace{Content: "x", Accesses: []Access{access(1, 0), access(2, time.Millisecond)}}
	if err := trace.Write(&whole); err != nil {
		t.Fatal(err)
	}
	trace.Accesses[1].Index = 1
	if err := trace.Write(&twice); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"nothing":             nil,
		"something else":      []byte("PNG picture of a cat"),
		"another version":     append([]byte("vmstudy trace 2\n"), whole.Bytes()[len(traceMagic):]...),
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
		if err := trace.Write(&file); err != nil {
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

func TestHeadIsWhatCannotComeInTime(t *testing.T) {
	// Ten chunks in the resume set, then one every 100 ms.
	trace := Trace{Accesses: make([]Access, 60)}
	for i := range trace.Accesses {
		trace.Accesses[i] = Access{Chunk: Chunk{0, uint32(i)}}
		if i >= 10 {
			trace.Accesses[i].At = ResumeSpan + time.Duration(i-9)*100*time.Millisecond
		}
	}
	tests := map[string]struct {
		rate float64 // chunks a second
		want int
	}{
		"a link as fast as the machine needs":  {10, 10},
		"nothing comes":                        {0, 60},
		"half as fast: the end comes too late": {5, 60 - 5*8},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := trace.Head(tt.rate); got != tt.want {
				t.Errorf("Head(%v) = %d, want %d", tt.rate, got, tt.want)
			}
		})
	}
}
