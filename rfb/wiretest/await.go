package wiretest

import (
	"bytes"
	"context"
	"image"
	"testing"
	"time"

	"vmstudy/rfb/robot"
)

// AwaitScreen waits until a robot sees what it should.
func AwaitScreen(t *testing.T, c *robot.Client, want *image.RGBA) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		before := c.Changes()
		if got := c.Screen(); got.Rect == want.Rect && bytes.Equal(got.Pix, want.Pix) {
			return
		}
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatalf("%v: %s", err, Difference(c.Screen(), want))
		}
	}
}
