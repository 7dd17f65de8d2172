package record

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAQueueGivesBackWhatWasAdded takes chunks while others are filled, and fills them again.
func TestAQueueGivesBackWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queue{spare: &sync.Pool{}}
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
			q := queue{spare: &sync.Pool{}}
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

func TestARecorderHasItsTurnWhenSessionsAreCalm(t *testing.T) {
	born := time.Unix(0, 0)
	for name, tt := range map[string]struct {
		waiting int64
		hurry   bool
		after   time.Duration // the last byte that passed
		want    bool
	}{
		"not while bytes pass":                  {0, false, calmAfter - 1, false},
		"a moment after they have":              {0, false, calmAfter, true},
		"not for as much as may wait":           {mostPatient, false, 0, false},
		"at once where more than that does":     {mostPatient + 1, false, 0, true},
		"at once when there is nobody to spare": {0, true, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPace(born)
			p.passed.Store(int64(time.Hour))
			p.waiting.Store(tt.waiting)
			if tt.hurry {
				p.end()
			}
			if got := p.calm(time.Hour + tt.after); got != tt.want {
				t.Errorf("calm = %v, want %v", got, tt.want)
			}
		})
	}
}

// TestNothingIsLeftWaitingOnceRecordersAreOver: what waits in all decides how patient they are.
func TestNothingIsLeftWaitingOnceRecordersAreOver(t *testing.T) {
	p := newPace(time.Now())
	r := newRecorder(time.Now(), false, p)
	segment := r.beginSegment()
	for range 3 {
		r.push(segment, serverSent, make([]byte, chunkSize))
	}
	if got := p.waiting.Load(); got != 3 {
		t.Errorf("%d chunks wait, want 3", got)
	}
	r.take(nil)
	r.end("")
	r.drop()
	if got := p.waiting.Load(); got != 0 {
		t.Errorf("%d chunks wait, want none", got)
	}
}
