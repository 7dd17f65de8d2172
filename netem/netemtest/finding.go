package netemtest

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// finding is what one measurement has found to be wrong with a link. It is empty if nothing is wrong.
type finding struct {
	said string
	// proven says that the link is not as it was set, however busy the computer is: a packet came too early, or a count
	// is wrong. If it is false, a busy computer may be the cause.
	proven bool
}

func lie(format string, args ...any) finding  { return finding{fmt.Sprintf(format, args...), true} }
func late(format string, args ...any) finding { return finding{fmt.Sprintf(format, args...), false} }

// mostLate is how late a single event may be on a computer that is not busy.
const mostLate = 2 * time.Millisecond

// eventually measures again and again until a measurement finds nothing wrong. So bounds can be tight even on a busy
// computer: other programs make a link look slow now and then, but a slow link looks slow every time. A finding that is
// proven fails the test at once.
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
