package nbd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// counted counts the reads of what it reads from.
type counted struct {
	io.ReaderAt
	reads int
	fails bool
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	if c.reads++; c.fails {
		return 0, io.ErrUnexpectedEOF
	}
	return c.ReaderAt.ReadAt(p, at)
}

// Whatever is read in whatever order, it is what is there.
func TestAheadReadsWhatIsThere(t *testing.T) {
	content := make([]byte, 3*aheadSize+777)
	_, _ = rand.Read(content)
	rapid.Check(t, func(t *rapid.T) {
		a, plain := NewAhead(bytes.NewReader(content)), bytes.NewReader(content)
		at := int64(0)
		for range rapid.IntRange(1, 30).Draw(t, "reads") {
			if !rapid.Bool().Draw(t, "goes on") {
				at = rapid.Int64Range(0, int64(len(content))+10).Draw(t, "at")
			}
			got := make([]byte, rapid.IntRange(1, 400_000).Draw(t, "bytes"))
			want := bytes.Clone(got)
			n, err := a.ReadAt(got, at)
			m, wanted := plain.ReadAt(want, at)
			if n != m || !errors.Is(err, wanted) || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d: %d, %v; want %d, %v", len(got), at, n, err, m, wanted)
			}
			at += int64(len(got))
		}
	})
}

func TestAheadReadsBlocksOfWhatFollows(t *testing.T) {
	c := &counted{ReaderAt: bytes.NewReader(make([]byte, 2*aheadSize))}
	a, page := NewAhead(c), make([]byte, 4096)
	for at := int64(0); at < 2*aheadSize; at += 4096 {
		if n, err := a.ReadAt(page, at); n != len(page) || err != nil {
			t.Fatalf("at %d: %d, %v", at, n, err)
		}
	}
	if c.reads > 4 {
		t.Errorf("%d reads for two blocks", c.reads)
	}
	c.fails = true
	if _, err := NewAhead(c).ReadAt(page, 0); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a read that fails: %v", err)
	}
}
