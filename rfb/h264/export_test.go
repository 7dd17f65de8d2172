package h264

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// HavePatience makes ffmpeg's time for a picture another one until the test ends.
func HavePatience(t *testing.T, d time.Duration) {
	before := patience
	patience = d
	t.Cleanup(func() { patience = before })
}

// Process returns an encoder's ffmpeg.
func Process(e *Encoder) *os.Process { return e.ffmpeg.process.Process }

// Said returns what is kept of what ffmpeg says.
func Said(all string) string {
	var b beginning
	_, _ = io.Copy(&b, strings.NewReader(all))
	return string(b)
}

// Forget makes Available try again.
func Forget() {
	tried.Lock()
	defer tried.Unlock()
	tried.succeeded = false
}
