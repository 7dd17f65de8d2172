package record

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAQueueGivesBackWhatWasAdded takes chunks while others are filled, and fills them again.
func TestAQueueGivesBackWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var want, got []byte
		takeOne := func() bool {
			c := q.take()
			if c == nil {
				return false
			}
			for _, p := range c.pieces {
				got = append(got, c.bytes[p.from:p.to]...)
			}
			q.giveBack(c)
			return true
		}
		for n, seed := rapid.IntRange(1, 40).Draw(t, "pieces"), byte(0); n > 0; n-- {
			p := bytes.Repeat([]byte{seed}, rapid.SampledFrom([]int{0, 1, 16, chunkSize - 1, chunkSize, chunkSize + 1}).Draw(t, "bytes"))
			seed++
			if !q.add(serverSent, 0, p) {
				t.Fatal("no room, with little waiting")
			}
			if want = append(want, p...); rapid.Bool().Draw(t, "take") {
				takeOne()
			}
		}
		for takeOne() {
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%d bytes were added and others, or another order, taken: %d", len(want), len(got))
		}
	})
}

func TestAQueueIsBoundedInBytesAndInPieces(t *testing.T) {
	for name, tt := range map[string]struct {
		piece []byte
		most  int // pieces
	}{
		"long pieces":  {make([]byte, 64<<10), maxChunks * chunkSize / (64 << 10)},
		"short pieces": {[]byte{1}, maxChunks * chunkPieces},
	} {
		t.Run(name, func(t *testing.T) {
			var q queue
			n := 0
			for q.add(serverSent, 0, tt.piece) {
				n++
			}
			if n != tt.most {
				t.Errorf("it took %d pieces, want %d", n, tt.most)
			}
		})
	}
}

func TestRecordersRestInProportionToWhatTheyWrote(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	if rest := p.wrote(now, 1000); rest != 0 {
		t.Errorf("rest %v after 1000 bytes, which is not worth a timer", rest)
	}
	second := p.wrote(now, bytesPerSecond)
	if second < time.Second || second > time.Second+time.Millisecond {
		t.Errorf("rest %v after as much as may be written in a second", second)
	}
	if rest := p.wrote(now.Add(time.Hour), bytesPerSecond); rest != time.Second {
		t.Errorf("rest %v after a long pause, want a second: pauses are not saved up", rest)
	}
	p.end()
	if rest := p.wrote(now, bytesPerSecond); rest != 0 {
		t.Errorf("rest %v although nothing is left to be slowed", rest)
	}
}
