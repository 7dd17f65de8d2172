package session

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/wire"
	"vmstudy/study"
)

func TestAViewerMayWishForWhatTheConditionSays(t *testing.T) {
	viewer := wire.SetEncodings{wire.Tight, wire.ZRLE, wire.H264, 21, wire.Raw, wire.Quality(9), -254, -412, wire.Fences, wire.ContinuousUpdates}
	shaped := append(wire.SetEncodings{wire.Cursor, wire.AlphaCursor}, viewer...)
	for name, tt := range map[string]struct {
		level study.Access
		want  wire.SetEncodings
	}{
		"as before there were options": {study.Access{Method: study.VNC}, wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences}},
		"at its best":                  {study.Usual(study.VNC), wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences, wire.ContinuousUpdates, wire.Quality(6)}},
		"poor, on request":             {study.Access{Method: study.VNC, Encoding: study.JPEG}, wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences, wire.Quality(0)}},
		"films as H.264": {
			study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.H264, Quality: 4, FilmRate: 3 * study.Mbps},
			wire.SetEncodings{wire.Tight, wire.ZRLE, wire.H264, wire.Raw, -254, wire.Fences, wire.ContinuousUpdates, wire.Quality(4), wire.FilmRate(3_000_000)},
		},
		"few updates":           {study.Access{Method: study.VNC, Frames: 10}, wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences, wire.FrameRate(10)}},
		"the machine's pointer": {study.Access{Method: study.VNC, Pointer: study.PointerThere}, wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences, wire.DrawnPointer}},
		"everything here":       {study.Usual(study.Local), wire.SetEncodings{wire.Tight, wire.ZRLE, wire.Raw, -254, wire.Fences}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wishes(tt.level)(viewer)); diff != "" {
				t.Errorf("passed (-want +got):\n%s", diff)
			}
			if got := wishes(tt.level)(shaped); slices.Contains(got, wire.Cursor) != (tt.level.Pointer == study.PointerHere) {
				t.Errorf("of the pointer's shape it passes %v", got)
			}
		})
	}
}

func TestQEMUsOwnServerIsNotAskedForWhatItCannot(t *testing.T) {
	for _, tt := range []struct {
		level study.Access
		ours  bool
		want  error
	}{
		{study.Usual(study.VNC), true, nil},
		{study.Usual(study.VNC), false, errPlainScreen},
		{study.Access{Method: study.VNC}, false, nil},
		{study.Access{Method: study.VNC, Frames: 10}, false, errPlainScreen},
		{study.Access{Method: study.VNC, Pointer: study.PointerThere}, false, errPlainScreen},
		{study.Access{Method: study.VNC, Moves: study.Enlightened}, false, errCannotMove},
		{study.Access{Method: study.VNC, Moves: study.Enlightened}, true, nil},
		{study.Usual(study.Stream), false, nil},
	} {
		if got := admitPicture(tt.level, tt.ours); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%+v, ours %v: got %v, want %v", tt.level, tt.ours, got, tt.want)
		}
	}
}
