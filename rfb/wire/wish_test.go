package wire_test

import (
	"testing"

	"vmstudy/rfb/wire"
)

func TestWishesOfOurOwn(t *testing.T) {
	for name, tt := range map[string]struct {
		in     wire.SetEncodings
		bits   int64
		frames int
	}{
		"none":              {wire.SetEncodings{wire.Tight, wire.Quality(9), wire.ExtendedClipboard, 0x574d5664}, 0, 0},
		"a rate":            {wire.SetEncodings{wire.H264, wire.FilmRate(3_000_000)}, 3_000_000, 0},
		"frames":            {wire.SetEncodings{wire.FrameRate(15), wire.Tight}, 0, 15},
		"both, the largest": {wire.SetEncodings{wire.FilmRate(1 << 50), wire.FrameRate(1 << 30)}, 655_350_000, 65535},
		"the smallest":      {wire.SetEncodings{wire.FilmRate(0), wire.FrameRate(0)}, 10_000, 1},
	} {
		if bits, frames := tt.in.Wishes(); bits != tt.bits || frames != tt.frames {
			t.Errorf("%s: %d bits a second and %d frames, want %d and %d", name, bits, frames, tt.bits, tt.frames)
		}
	}
	if wire.FilmRate(1).Followed() || wire.FrameRate(1).Followed() || wire.DrawnPointer.Followed() {
		t.Error("viewers may wish for what is ours")
	}
}
