package h264

import (
	"testing"
	"time"
)

// HavePatience makes ffmpeg's time for a picture another one until the test ends.
func HavePatience(t *testing.T, d time.Duration) {
	before := patience
	patience = d
	t.Cleanup(func() { patience = before })
}
