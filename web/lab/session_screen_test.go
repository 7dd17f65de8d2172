package lab

import (
	"testing"
	"time"

	"vmstudy/study"
)

func TestTheReportOfAScreenSaysHowItWasSent(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := study.Attempt{
		StartedAt: began, EndedAt: began.Add(100 * time.Second),
		Desktop: study.DesktopReport{Updates: 450, UpdateBytes: 5_200_000, Refreshes: 1, RefreshBytes: 300_000},
	}
	for name, tt := range map[string]struct {
		level study.Access
		of    study.Attempt
		want  string
	}{
		"at its best": {study.Usual(study.VNC), a, "Its screen was sent continuously, pictures as JPEG of quality 6: 450 updates, 5.20 MB, 4.5 a second; 1 update made it exact while it was still, 0.30 MB."},
		"as it was":   {study.Access{Method: study.VNC}, study.Attempt{Desktop: study.DesktopReport{Updates: 1, UpdateBytes: 100_000}}, "Its screen was sent on request, without loss: 1 update, 0.10 MB."},
		"a film": {
			study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.H264, Quality: 6, FilmRate: 2500 * study.Kbps, Frames: 25, Pointer: study.PointerThere},
			study.Attempt{Desktop: study.DesktopReport{Updates: 300, UpdateBytes: 5_200_000, Films: 280}},
			"Its screen was sent continuously, pictures as JPEG of quality 6, films as H.264 at up to 2.5 Mbps, at most 25 a second, with the machine's pointer: 300 updates, 5.20 MB; 280 updates had a picture of a film.",
		},
		"no film": {
			study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.H264, Quality: 6, FilmRate: 4 * study.Mbps},
			study.Attempt{Desktop: study.DesktopReport{Updates: 300, UpdateBytes: 5_200_000}},
			"Its screen was sent continuously, pictures as JPEG of quality 6, films as H.264 at up to 4 Mbps: 300 updates, 5.20 MB; no film was sent as H.264: there was none, or this browser cannot draw it.",
		},
		"a stream":              {study.Usual(study.Stream), a, ""},
		"before it was counted": {study.Usual(study.VNC), study.Attempt{}, ""},
	} {
		if got := screenView(tt.level, tt.of); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
