package session

import (
	"testing"

	"vmstudy/rfb/tap"
	"vmstudy/study"
)

func TestWhatAScreenSendsIsCounted(t *testing.T) {
	var s shown
	for _, e := range []tap.Event{
		&tap.Update{Rects: 3, Bytes: 1000}, &tap.Input{Kind: tap.Key}, &tap.Update{Bytes: 40}, // a pointer's shape draws nothing
		&tap.Update{Rects: 1, Bytes: 10}, &tap.Update{Rects: 4, Bytes: 7, Refresh: true},
	} {
		s.note(e)
	}
	var got study.DesktopReport
	s.add(&got)
	if want := (study.DesktopReport{Updates: 2, UpdateBytes: 1010, Refreshes: 1, RefreshBytes: 7}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
