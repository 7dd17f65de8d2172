package clockbench

import (
	"testing"
	"time"
)

func TestKeysMeetAFrameEvenly(t *testing.T) {
	const tenths, keys = 10, 100
	begun := time.Now()
	r, last := newRhythm(begun, 60*time.Millisecond), begun
	var met [tenths]int
	for range keys {
		due := r.next()
		if due.Sub(last) < 60*time.Millisecond+between-frame {
			t.Errorf("a key is due %v after the one before", due.Sub(last))
		}
		last = due
		met[due.Sub(begun)%frame*tenths/frame]++
	}
	for i, n := range met {
		if n < keys/tenths-3 || n > keys/tenths+3 {
			t.Errorf("%d of %d keys meet tenth %d of a frame, want about %d", n, keys, i, keys/tenths)
		}
	}
}
