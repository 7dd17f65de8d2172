package study

import (
	"fmt"
	"strings"
)

// Drops are the packets that one direction of a link dropped, by what dropped them. The kernel
// way does not tell: there all are zero, whatever was dropped.
type Drops struct {
	Lost    int64 // by loss, single or in bursts
	Full    int64 // found the queue full
	Managed int64 // by CoDel, which keeps the queue short
	Cut     int64 // by an outage
}

// Total returns how many there are.
func (d Drops) Total() int64 { return d.Lost + d.Full + d.Managed + d.Cut }

// Plus returns the sum of both.
func (d Drops) Plus(e Drops) Drops {
	return Drops{d.Lost + e.Lost, d.Full + e.Full, d.Managed + e.Managed, d.Cut + e.Cut}
}

// Minus returns what was dropped after the earlier e.
func (d Drops) Minus(e Drops) Drops {
	return d.Plus(Drops{-e.Lost, -e.Full, -e.Managed, -e.Cut})
}

// Explain says in words what dropped so many packets, as in "3 dropped (2 by loss, 1 by the
// queue)", as far as d knows.
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
