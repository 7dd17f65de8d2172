package screen_test

import (
	"bytes"
	"image"
	"testing"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// TestHostileMachinesCostNoTime gives a framebuffer the costliest rectangles that pass the
// limits: many pixels for few bytes.
func TestHostileMachinesCostNoTime(t *testing.T) {
	fb := screen.NewFramebuffer(image.Pt(1280, 800), wire.RGBX)
	heap := append(be32(3200), zeros(4)...) // as many subrectangles of 1280x1 as may be
	heap = append(heap, bytes.Repeat(append(zeros(8), 5, 0, 0, 1), 3200)...)
	begun := time.Now()
	message := update(rect(0, 0, 1280, 800, wire.RRE, heap))
	if _, err := fb.Update(readerOf(message[1:])); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("%d bytes took %v to draw", len(message), took)
	}
}
