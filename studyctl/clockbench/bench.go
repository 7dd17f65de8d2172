// Package clockbench finds out whether the response times that are reported are true. It types, in a real browser, into a
// desktop that is reached over an emulated network. Between them is everything that a study has: pages, conductor, link,
// tap, database.
//
// There are three machines. The first answers at once, so only the browser and the way to the machine are measured. The
// second is a guest of 512 bytes in a real QEMU, which is reached as by the access method vnc. The third is the same guest,
// which tells when it has painted.
//
// The reported times are compared with two things. The first is the round-trip time that was set, plus what the same path
// reports with nothing set. Browser, relay and machine are in both, so they cancel out. But so does any error that is
// always the same. So the second is the truth: the browser is told when a key was pressed, and a witness beside the machine
// knows when its screen changed. All of this runs on one computer and has one clock.
//
// # Traps
//
//   - A response ends at a frame. A page on which nothing has moved draws a frame in one or two milliseconds. A page that has
//     just drawn one waits for up to 16.7 ms. So keys are pressed at moments that are spread evenly over a frame, and
//     medians do not depend on chance; see rhythm.
//   - Each round-trip time has a connection of its own. If it changed on a connection, packets that are still under way with
//     the longer time would delay those with the shorter, and TCP would have a wrong estimate of it.
//   - At the first keys the browser still compiles, and the emulator still translates code.
//   - A machine that gets no processor answers late. People feel that, and it is reported; it is not an error of the clock.
//     So each figure stands beside the same figure without the machine's own time, which the tap measures beside the machine.
package clockbench

import (
	"context"
	"fmt"
	"time"

	"vmstudy/bench"
	"vmstudy/postgres"
	"vmstudy/studyctl/scratch"
)

// What is promised, in ms. lateBar is the time of a frame. earlyBar is by how much a witness may hear too late of a change.
const (
	medianBar = 2
	lateBar   = 16.7
	earlyBar  = 1
)

// trips are the round-trip times that are set.
var trips = []time.Duration{0, 60 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond}

// Section returns the section of bench rfb that compares reported times with the network.
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

// Type types keys into each machine over each round-trip time. It calls hand once for each machine with what was reported,
// and one after each key.
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

// typeInto types into one machine, over one round-trip time after the other.
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
