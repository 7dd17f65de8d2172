package studytest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Seed draws a seed for what t leaves to chance, and writes it to the log of t. STUDYCTL_TEST_SEED sets it
// instead, to see again what a run has seen. A test whose bounds hold for one seed only has tested that seed.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("STUDYCTL_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("STUDYCTL_TEST_SEED: %v", err)
		}
	}
	t.Logf("to repeat this: STUDYCTL_TEST_SEED=%d", seed)
	return seed
}
