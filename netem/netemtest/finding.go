package netemtest

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// finding is what one measurement of a link says; nothing, if all was as it should be.
type finding struct {
	said string
	// proven says that the link is not as it was set, whatever else the machine does: a packet came too
	// early, or a count is wrong. Else a machine that is busy with something else explains it as well.
	proven bool
}

func lie(format string, args ...any) finding  { return finding{fmt.Sprintf(format, args...), true} }
func late(format string, args ...any) finding { return finding{fmt.Sprintf(format, args...), false} }

// mostLate is how late something may be that happens once, on a machine that is not busy.
const mostLate = 2 * time.Millisecond

// eventually measures until a measurement finds nothing wrong. So bounds can be tight on a machine that
// others use too: these make a link look slow now and then, but a link that is slow looks so always. What
// is proven fails at once.
func eventually(t *testing.T, measure func(context.Context) (finding, error)) {
	t.Helper()
	began := time.Now()
	for tries := 1; ; tries++ {
		f, err := measure(patient(t))
		switch {
		case err != nil:
			t.Fatal(err)
		case f.proven:
			t.Error(f.said)
			return
		case f.said == "":
			return
		case time.Since(began) > patience:
			t.Errorf("in each of %d measurements, the last: %s", tries, f.said)
			return
		}
	}
}
