package studytest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Seed draws a seed for the random choices of t and writes it to the log of t. To repeat a run, set
// the seed in the environment variable STUDYCTL_TEST_SEED. The seed changes from run to run, because
// a test with a fixed seed shows only that its bounds are true for that seed.
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
