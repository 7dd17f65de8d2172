package screenbench

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"vmstudy/bench"
	"vmstudy/bench/stat"
)

// pinHere binds this process to one processor until release is called. It returns another processor
// for the proxies, or -1 if there is only one.
func pinHere() (other int, release func(), err error) {
	if runtime.NumCPU() < 2 {
		return -1, func() {}, nil
	}
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return 0, nil, err
	}
	one.Set(first(all, 0))
	pin(one)
	return first(all, first(all, 0)+1), func() { pin(all) }, nil
}

// first returns the first processor in a set whose number is at least from.
func first(set unix.CPUSet, from int) int {
	for !set.IsSet(from) && from < 1024 {
		from++
	}
	return from
}

// pin binds every thread of this process to a set of processors. Later threads inherit it.
func pin(set unix.CPUSet) {
	tasks, _ := filepath.Glob("/proc/self/task/*")
	for _, task := range tasks {
		if tid, err := strconv.Atoi(filepath.Base(task)); err == nil {
			_ = unix.SchedSetaffinity(tid, &set) // a thread may have ended
		}
	}
}

// measureDelay measures round trips of 16-byte messages, for 1 and for 16 viewers.
func (p Peer) measureDelay(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	core, release, err := pinHere()
	if err != nil {
		return nil, err
	}
	defer release()
	m, err := startMachines(film{})
	if err != nil {
		return nil, err
	}
	defer m.close()
	list, err := p.contenders(ctx, m.addr(), core, direct, CopyLoop, Tapped, Recording, websockify)
	if err != nil {
		return nil, err
	}
	defer list.close()
	var rows []bench.Row
	rounds := 40
	if s.Quick {
		rounds = 12
	}
	for i, viewers := range []int{1, 16} {
		median, err := list.trips(ctx, viewers, rounds, func(done int) { s.Show(i*rounds+done, 2*rounds) })
		if err != nil {
			return rows, err
		}
		rows = append(rows, delayRows(median, viewers)...)
	}
	return rows, list.unable(websockify)
}

// tripsARound is the number of round trips, over all viewers, that each contender makes in a round.
const tripsARound = 480

// trips returns the median round trip through each contender, in µs.
func (l contenders) trips(ctx context.Context, viewers, rounds int, show func(int)) (map[Kind]float64, error) {
	lines := make([][]*viewer, len(l))
	defer func() {
		for _, v := range slices.Concat(lines...) {
			_ = v.conn.Close()
		}
	}()
	for i, c := range l {
		for range viewers {
			v, err := view(ctx, c.dial)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.kind, err)
			}
			lines[i] = append(lines[i], v)
		}
	}
	took := make([][]time.Duration, len(l))
	for round := range rounds {
		for i := range l {
			some, err := tripAll(lines[i], tripsARound/viewers)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l[i].kind, err)
			}
			if round > 0 { // the first round is a warm-up
				took[i] = append(took[i], some...)
			}
		}
		show(round + 1)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	median := map[Kind]float64{}
	for i, c := range l {
		median[c.kind] = stat.Median(stat.In(time.Microsecond, took[i]))
	}
	return median, nil
}

// tripAll lets all viewers make round trips at the same time.
func tripAll(lines []*viewer, each int) (took []time.Duration, err error) {
	var g errgroup.Group
	var mu sync.Mutex
	for _, v := range lines {
		g.Go(func() error {
			var mine []time.Duration
			for range each {
				d, err := v.trip()
				if err != nil {
					return err
				}
				mine = append(mine, d)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			return nil
		})
	}
	err = g.Wait()
	return took, err
}

// delayRows returns what each contender adds to the direct round trip, with verdicts on our
// proxies.
func delayRows(median map[Kind]float64, viewers int) []bench.Row {
	added := func(k Kind) float64 { return median[k] - median[direct] }
	condition := func(k Kind) string { return fmt.Sprintf("%s, %d viewers", k, viewers) }
	rows := []bench.Row{
		bench.Told(median[direct]).As("round_trip", condition(direct), "us"),
		bench.Told(added(CopyLoop)).As("added", condition(CopyLoop), "us"),
	}
	if _, is := median[websockify]; is {
		rows = append(rows, bench.Told(added(websockify)).As("added", condition(websockify), "us"))
	}
	for _, k := range []Kind{Tapped, Recording} {
		rows = append(rows, bench.AtMost(1.1*added(CopyLoop), added(k)).As("added", condition(k), "us").Beside(added(CopyLoop), string(CopyLoop)))
		if _, is := median[websockify]; is {
			rows = append(rows, bench.AtMost(added(websockify), added(k)).As("added_to_websockify", condition(k), "us").Beside(added(websockify), string(websockify)))
		}
	}
	return rows
}
