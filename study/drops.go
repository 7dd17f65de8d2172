package study

import (
	"fmt"
	"strings"
)

// Drops counts the packets that one direction of a link dropped, by cause. A link made in the kernel
// way does not report causes: there all counts are zero.
type Drops struct {
	Lost    int64 // random loss, single or in bursts
	Full    int64 // the queue was full
	Managed int64 // CoDel kept the queue short
	Cut     int64 // an outage
}

// Total returns the sum over all causes.
func (d Drops) Total() int64 { return d.Lost + d.Full + d.Managed + d.Cut }

// Plus returns the sum of both.
func (d Drops) Plus(e Drops) Drops {
	return Drops{d.Lost + e.Lost, d.Full + e.Full, d.Managed + e.Managed, d.Cut + e.Cut}
}

// Minus returns the difference to e, an earlier count of the same link: what was dropped since.
func (d Drops) Minus(e Drops) Drops {
	return d.Plus(Drops{-e.Lost, -e.Full, -e.Managed, -e.Cut})
}

// Explain writes the number of dropped packets and, as far as d knows them, the causes, as in
// "3 dropped (2 by loss, 1 by the queue)".
func (d Drops) Explain(dropped int64) string {
	var causes []string
	for _, c := range []struct {
		n  int64
		by string
	}{{d.Lost, "loss"}, {d.Full, "the queue"}, {d.Managed, "CoDel"}, {d.Cut, "an outage"}} {
		if c.n > 0 {
			causes = append(causes, fmt.Sprintf("%d by %s", c.n, c.by))
		}
	}
	if len(causes) == 0 {
		return fmt.Sprintf("%d dropped", dropped)
	}
	return fmt.Sprintf("%d dropped (%s)", dropped, strings.Join(causes, ", "))
}
