package study_test

import (
	"slices"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAPreflightSaysWhatAComputerLacks(t *testing.T) {
	all := study.Preflight{Check: true, Secure: true, Pointer: true, Width: 1280, Height: 720, Down: 5 * study.Mbps, Up: study.Mbps, RTT: 150 * time.Millisecond}
	good := study.Found{
		Browser: "Chrome 140", Secure: true, Window: study.Size{W: 1280, H: 720}, Pointer: study.FinePointer, Down: 5 * study.Mbps, Up: study.Mbps, RTT: 150 * time.Millisecond,
	}
	for name, tt := range map[string]struct {
		asks   study.Preflight
		change func(*study.Found)
		want   []study.Shortfall
	}{
		"it has just what is asked for":       {all, func(*study.Found) {}, nil},
		"nothing was said":                    {all, func(f *study.Found) { *f = study.Found{} }, []study.Shortfall{study.NotLookedAtYet}},
		"nothing was said, and nobody asks":   {study.Preflight{Secure: true, Width: 1}, func(f *study.Found) { *f = study.Found{} }, nil},
		"an old browser":                      {study.Preflight{Check: true}, func(f *study.Found) { f.Lacks = []string{"IndexedDB"} }, []study.Shortfall{study.LacksFeatures}},
		"plain http":                          {all, func(f *study.Found) { f.Secure = false }, []study.Shortfall{study.LacksSecurity}},
		"a finger":                            {all, func(f *study.Found) { f.Pointer = study.CoarsePointer }, []study.Shortfall{study.LacksPointer}},
		"a window that is a pixel too low":    {all, func(f *study.Found) { f.Window.H-- }, []study.Shortfall{study.LacksWindow}},
		"a window that is a pixel too narrow": {all, func(f *study.Found) { f.Window.W-- }, []study.Shortfall{study.LacksWindow}},
		"a slow line":                         {all, func(f *study.Found) { f.Down, f.Up = f.Down-1, f.Up-1 }, []study.Shortfall{study.LacksDownlink, study.LacksUplink}},
		"a far line":                          {all, func(f *study.Found) { f.RTT++ }, []study.Shortfall{study.LacksNearness}},
		"a line that nobody measured":         {all, func(f *study.Found) { f.RTT, f.Down, f.Up = 0, 0, 0 }, []study.Shortfall{study.LacksDownlink, study.LacksUplink, study.LacksNearness}},
		"a line that nobody asks about":       {study.Preflight{Check: true}, func(f *study.Found) { f.RTT, f.Down, f.Up = 0, 0, 0 }, nil},
		"two things":                          {all, func(f *study.Found) { f.Secure, f.Window.W = false, 10 }, []study.Shortfall{study.LacksSecurity, study.LacksWindow}},
	} {
		f := good
		tt.change(&f)
		if got := tt.asks.Judge(f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestWhatAPreflightCannotAskFor(t *testing.T) {
	for name, tt := range map[string]struct {
		asks study.Preflight
		at   string
	}{
		"values that do not count":  {study.Preflight{Width: 800}, "preflight.check"},
		"a window that is too wide": {study.Preflight{Check: true, Width: 10_001}, "preflight.width_px"},
		"less than no height":       {study.Preflight{Check: true, Height: -1}, "preflight.height_px"},
		"too much from the server":  {study.Preflight{Check: true, Down: study.Gbps + 1}, "preflight.down_mbps"},
		"too much to the server":    {study.Preflight{Check: true, Up: study.Gbps + 1}, "preflight.up_mbps"},
		"a round trip of minutes":   {study.Preflight{Check: true, RTT: time.Minute}, "preflight.rtt_ms"},
		"nothing":                   {study.Preflight{}, ""},
		"to be looked at":           {study.Preflight{Check: true}, ""},
	} {
		d := studytest.Design()
		d.Preflight = tt.asks
		at := ""
		for _, f := range d.Faults() {
			at += f.At
		}
		if at != tt.at {
			t.Errorf("%s: faults at %q, want %q", name, at, tt.at)
		}
	}
}
