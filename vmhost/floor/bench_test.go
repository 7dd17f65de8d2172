package floor

import (
	"testing"
	"time"
)

func TestQuantileIsTheSmallestThatEnoughAreNotAbove(t *testing.T) {
	ms := time.Millisecond
	took := []time.Duration{4 * ms, 1 * ms, 3 * ms, 2 * ms}
	for q, want := range map[float64]float64{0.5: 2, 0.75: 3, 0.95: 4, 1: 4} {
		if got := quantile(took, q); got != want {
			t.Errorf("quantile %v is %v ms, want %v", q, got, want)
		}
	}
}
