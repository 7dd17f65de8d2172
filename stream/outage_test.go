package stream

import (
	"slices"
	"testing"
	"time"
)

func TestAttemptsToReconnectSlowDownAndEnd(t *testing.T) {
	var o outage
	now := time.Unix(0, 0)
	var pauses []time.Duration
	for {
		pause, again := o.next(now, 8*time.Second)
		if !again {
			break
		}
		pauses = append(pauses, pause/time.Millisecond)
		now = now.Add(pause)
	}
	if want := []time.Duration{0, 100, 200, 400, 800, 1600, 3200}; !slices.Equal(pauses, want) {
		t.Errorf("pauses of %v ms, want %v", pauses, want)
	}
}
