package wire

import (
	"bytes"
	"testing"
)

func TestACallOfTheSamePlaceLooksTheSameFromEverywhere(t *testing.T) {
	for name, c := range map[string]struct{ from, want []byte }{
		"two calls": {
			[]byte{0xe8, 0x10, 0, 0, 0, 0xe8, 0x0b, 0, 0, 0, 0, 0},
			[]byte{0xe8, 0x15, 0, 0, 0, 0xe8, 0x15, 0, 0, 0, 0, 0},
		},
		"a jump back over the beginning": {
			[]byte{0x90, 0xe9, 0xf0, 0xff, 0xff, 0xff, 0, 0},
			[]byte{0x90, 0xe9, 0xf6, 0xff, 0xff, 0xff, 0, 0},
		},
		"a condition": {
			[]byte{0x0f, 0x84, 1, 2, 0, 0, 0},
			[]byte{0x0f, 0x84, 7, 2, 0, 0, 0},
		},
		"nothing that goes so far": {
			[]byte{0xe8, 1, 2, 3, 4, 0x0f, 0x85, 0, 0, 0, 1, 0x0f, 0x05, 0, 0, 0, 0},
			[]byte{0xe8, 1, 2, 3, 4, 0x0f, 0x85, 0, 0, 0, 1, 0x0f, 0x05, 0, 0, 0, 0},
		},
		"what ends within an instruction": {
			[]byte{0, 0, 0, 0xe8, 1, 0, 0},
			[]byte{0, 0, 0, 0xe8, 1, 0, 0},
		},
	} {
		got := bytes.Clone(c.from)
		Absolute(got)
		if !bytes.Equal(got, c.want) {
			t.Errorf("%s: % x, want % x", name, got, c.want)
		}
		if Relative(got); !bytes.Equal(got, c.from) {
			t.Errorf("%s: % x after both, want % x", name, got, c.from)
		}
	}
}

func FuzzBranches(f *testing.F) {
	f.Add(bytes.Repeat([]byte{0xe8, 0xff, 0x0f, 0x80}, 8))
	f.Add([]byte{0xe8, 0xe8, 0xff, 0xff, 0, 0x0f, 0x8f, 0xff, 0xff, 0x7f, 0xff, 0xe9, 0, 0, 0, 0xff})
	f.Fuzz(func(t *testing.T, chunk []byte) {
		chunk = chunk[:min(len(chunk), ChunkSize)]
		got := bytes.Clone(chunk)
		Absolute(got)
		if Relative(got); !bytes.Equal(got, chunk) {
			t.Errorf("% x became % x", chunk, got)
		}
	})
}
