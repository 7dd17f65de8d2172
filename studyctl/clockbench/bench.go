// Package clockbench asks whether the response times that are reported are true. A participant in
// a real browser types into a desktop that is reached over an emulated network, with everything
// between them that a study has: pages, conductor, link, tap, database. What is on record must be
// the round trip that was set, and what the same path takes with nothing set.
//
// It does so with three machines: one that answers at once, so that nothing but browser and way is
// measured; a guest of 512 bytes in a real QEMU, reached as the vnc method reaches it; and the same guest, which
// tells when it has painted.
//
// What is reported is held to two things. The first is what the same path takes with nothing set, so that
// browser, relay and machine, which are in both, cancel. But so does any error that is always the same. So the
// second is the truth: when a key was pressed, which the browser is told, and when the machine's screen changed,
// which a witness beside it knows. All of this runs on one computer and has one clock.
//
// # Traps
//
//   - A response ends at a frame. A page on which nothing moved gets one at once, in a millisecond
//     or two; one that has just drawn waits for up to 16.7 ms. So keys are pressed at moments that
//     are spread evenly over a frame, and medians do not depend on chance; see rhythm.
//   - Each round trip has a connection of its own. One whose round trip changed under it would
//     have packets on the long way hold up those on the short, and its TCP a false notion of it.
//   - The first keys meet a browser that still compiles, and an emulator that still translates.
//   - A machine that does not get a processor is late with its answer. That is felt, and reported,
//     and no error of the clock: so it is told how late the answers were without the machine's own
//     time, which the tap beside the machine takes with another clock.
package clockbench

import (
	"context"
	"fmt"
	"time"

	"vmstudy/bench"
	"vmstudy/postgres"
	"vmstudy/studyctl/scratch"
)

// What is promised, in ms: the second is a frame, the third what a witness may hear too late of.
const (
	medianBar = 2
	lateBar   = 16.7
	earlyBar  = 1
)

// trips are the round trips that are set.
var trips = []time.Duration{0, 60 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond}

// Section returns the section of the bench of screens that holds the clock to the network.
func Section(machines ...Machine) bench.Section {
	return bench.Section{
		Name: "clock", About: "reported times beside what was set",
		Measure: func(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
			keys, over := 60, trips
			if s.Quick {
				keys, over = 16, []time.Duration{0, 120 * time.Millisecond}
			}
			done, all := 0, keys*len(over)*len(machines)
			one := func() { done++; s.Show(done, all) }
			err = Type(ctx, machines, over, keys, one, func(m Machine, taken []Taken) {
				rows = append(rows, judge(m.Name, taken)...)
			})
			return rows, err
		},
	}
}

// Type types keys into each of some machines over each of some round trips, and hands over what
// was reported, machine by machine. one is called at each key.
func Type(ctx context.Context, machines []Machine, trips []time.Duration, keys int, one func(), hand func(Machine, []Taken)) error {
	b, err := startBrowser(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	return scratch.Database(ctx, func(db *postgres.DB) error {
		for _, m := range machines {
			taken, err := m.typeInto(ctx, db, b, trips, keys, one)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			hand(m, taken)
		}
		return nil
	})
}

// typeInto types into one machine, over one round trip after the other.
func (m Machine) typeInto(ctx context.Context, db *postgres.DB, b *browser, trips []time.Duration, keys int, one func()) (taken []Taken, err error) {
	err = m.withLab(ctx, db, func(l *lab) error {
		for _, rtt := range trips {
			over, err := l.session(ctx, b, rtt, keys, one)
			if err != nil {
				return fmt.Errorf("round trip of %v: %w", rtt, err)
			}
			taken = append(taken, over)
		}
		return nil
	})
	return taken, err
}
