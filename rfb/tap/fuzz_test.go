package tap_test

import (
	"testing"

	"vmstudy/rfb/wire"
)

// FuzzRectangle feeds the decoder of every encoding with bytes of any kind, whole and one at
// a time: it must neither panic nor hang, must say the same both times and pass all bytes.
func FuzzRectangle(f *testing.F) {
	for _, sample := range samples() {
		f.Add(sample.Rect)
	}
	f.Fuzz(func(t *testing.T, rect []byte) {
		whole, split := newPlay(t), newPlay(t)
		for _, p := range []*play{whole, split} {
			p.greet()
			if p == split {
				p.chunk = func(int) int { return 1 }
			}
			p.down(append(wire.AppendUpdate(nil, 2), rect...))
		}
		if len(whole.events) != len(split.events) || len(whole.updates()) != len(split.updates()) {
			t.Errorf("told %v of the whole and %v of its bytes one by one", whole.events, split.events)
		}
	})
}

// FuzzTapFromTheFirstByte feeds a tap with a handshake of any kind from both sides.
func FuzzTapFromTheFirstByte(f *testing.F) {
	f.Add([]byte("RFB 003.008\n\x01\x01\x00\x00\x00\x00"), []byte("RFB 003.008\n\x01\x01"), 5)
	f.Add([]byte("RFB 003.003\n\x00\x00\x00\x01"), []byte("RFB 003.003\n\x01"), 1)
	f.Fuzz(func(t *testing.T, down, up []byte, step int) {
		p := newPlay(t)
		p.tap.LimitEncodings(wire.Encoding.Followed)
		step = max(1, step)
		for len(down)+len(up) > 0 {
			n := min(step, len(down))
			p.down(down[:n])
			down = down[n:]
			n = min(step, len(up))
			p.up(up[:n])
			up = up[n:]
		}
		if len(p.lost()) > 1 {
			t.Errorf("lost more than once: %v", p.lost())
		}
	})
}
