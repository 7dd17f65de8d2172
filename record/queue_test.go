package record

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
			for q.add(serverSent, time.Duration(n)*time.Millisecond, tt.piece) {
				n++
			}
			if n != tt.most {
				t.Errorf("it took %d pieces, want %d", n, tt.most)
			}
		})
	}
}

func TestWhatComesInOneMillisecondFromOneSideIsOnePiece(t *testing.T) {
	q := queue{}
	for _, add := range []struct {
		kind pieceKind
		at   time.Duration
	}{
		{segmentBegins, 0},
		{segmentBegins, 0}, // a viewer that comes and goes
		{serverSent, 2100 * time.Microsecond},
		{serverSent, 2900 * time.Microsecond},
		{clientSent, 2950 * time.Microsecond},
		{clientSent, 3 * time.Millisecond},
	} {
		q.add(add.kind, add.at, []byte("ab"))
	}
	want := []piece{
		{segmentBegins, 0, 0, 2},
		{segmentBegins, 0, 2, 4},
		{serverSent, 2100 * time.Microsecond, 4, 8},
		{clientSent, 2950 * time.Microsecond, 8, 10},
		{clientSent, 3 * time.Millisecond, 10, 12},
	}
	if diff := cmp.Diff(want, q.take().pieces, cmp.AllowUnexported(piece{})); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
}

func TestRecordersRestInProportionToTheirWork(t *testing.T) {
	now := time.Unix(0, 0)
	for name, tt := range map[string]struct {
		waiting int64
		stores  bool // and does not compress
		hurry   bool
		work    []time.Duration
		want    time.Duration // after the last of it
	}{
		"as long as it took":                          {0, false, false, []time.Duration{time.Second}, time.Second},
		"not for what is not worth a timer":           {0, false, false, []time.Duration{shortestRest - 1}, 0},
		"for that with the next":                      {0, false, false, []time.Duration{shortestRest - 1, 1}, shortestRest},
		"a fourth of it while too much waits":         {mostPatient + 1, false, false, []time.Duration{time.Second}, time.Second / 4},
		"but for all of it after what is only stored": {mostPatient + 1, true, false, []time.Duration{time.Second}, time.Second},
		"not at all once there is nobody to disturb":  {0, false, true, []time.Duration{time.Second}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			p.waiting.Store(tt.waiting)
			if tt.hurry {
				p.end()
			}
			var rest time.Duration
			for _, took := range tt.work {
				rest = p.worked(now, took, !tt.stores)
			}
			if rest != tt.want {
				t.Errorf("a rest of %v, want %v", rest, tt.want)
			}
		})
	}
}

func TestRestsAreNotSavedUp(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	p.worked(now, time.Second, true)
	if rest := p.worked(now.Add(time.Hour), time.Second, true); rest != time.Second {
		t.Errorf("a rest of %v after a long pause, want a second", rest)
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

// The number of chunks that wait decides how patient recorders are. So it must be 0 when all recordings have ended.
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

// size returns how many bytes wait.
func (q *queue) size() (n int) {
	for _, c := range q.waiting {
		n += len(c.bytes)
	}
	return n
}
