package netembench

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/netem"
	"vmstudy/study"
)

// What is promised of a link on which nothing happens, and of one on which much does.
const (
	idleLinks    = 100
	idleBytes    = 64 << 10 // for each link
	idleWakes    = 1.0      // in a second, for all links together, more than without links
	steadyAllocs = 0.01     // for each packet: only buffers that grow allocate
)

// measureIdle measures what links cost that carry nothing, and how much memory is allocated for a packet.
func (open Opener) measureIdle(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	seconds := 11
	if s.Quick {
		seconds = 5
	}
	without, err := wakes(ctx, seconds)
	if err != nil {
		return nil, err
	}
	s.Show(1, 4)
	before := memory()
	links, closeAll, err := open.many(alike(7.2, 120), idleLinks)
	if err != nil {
		closeAll()
		return nil, err
	}
	each := float64(memory()-before) / idleLinks
	with, err := wakes(ctx, seconds)
	runtime.KeepAlive(links)
	closeAll()
	if err != nil {
		return nil, err
	}
	s.Show(2, 4)
	rows := []bench.Row{
		bench.AtMost(idleBytes, each).As("idle_memory", "a link", "B"),
		bench.AtMost(idleWakes, max(0, with-without)).As("idle_wakeups", "100 links, a second", "").Beside(without, "no link"),
	}
	allocs, err := open.measureAllocs(ctx, s)
	return append(rows, allocs...), err
}

// memory returns how many bytes the heap and all stacks have in use, without garbage.
func memory() int64 {
	runtime.GC()
	runtime.GC() // the second frees what finalizers have released after the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// wakes returns how often in a second this process woke up while it did nothing. It is the median of several seconds,
// because the runtime wakes up by itself now and then, to collect garbage or to give memory back.
func wakes(ctx context.Context, seconds int) (float64, error) {
	var each []float64
	for range seconds + 1 {
		before := switches()
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
		each = append(each, float64(switches()-before))
	}
	return stat.Median(each[1:]), nil // in the first second timers of earlier work may expire
}

// switches returns how often a thread of this process has gone to sleep by itself.
func switches() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Nvcsw
}

// measureAllocs counts the allocations while a link carries packets: with packets of the bench, which are used again, and
// with the packets of the TCP above the link.
func (open Opener) measureAllocs(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	var rows []bench.Row
	n := study.Network{RTT: 20 * time.Millisecond, Down: 100 * study.Mbps, Up: 100 * study.Mbps}
	err := open.withRaw(n, seed, func(link raw) error {
		each, err := rawAllocs(ctx, link, 20_000)
		rows = append(rows, bench.AtMost(steadyAllocs, each).As("steady_allocations", "a packet", ""))
		return err
	})
	if err != nil {
		return rows, err
	}
	s.Show(3, 4)
	err = open.with(n, func(link netem.Link) error {
		var began, ended runtime.MemStats
		runtime.ReadMemStats(&began)
		_, err := netem.Goodput(ctx, link, study.Downward, time.Second, 2*time.Second)
		runtime.ReadMemStats(&ended)
		each := float64(ended.Mallocs-began.Mallocs) / float64(link.Counters().PacketsDown)
		rows = append(rows, bench.Told(each).As("steady_allocations", "a TCP packet, acknowledgement and both stacks included", ""))
		return err
	})
	return rows, err
}

// rawAllocs sends count packets down a link, a few at a time, and uses received packets again. It returns the number of
// allocations for each packet, after the first packets were made.
func rawAllocs(ctx context.Context, link raw, count int) (float64, error) {
	const stock = 64
	free := make(chan []byte, stock)
	for range stock {
		free <- make([]byte, study.PacketSize)
	}
	link.ReceiveRaw(netem.Near, func(packet []byte) { free <- packet })
	var began, ended runtime.MemStats
	for i := range count {
		if i == count/2 {
			runtime.ReadMemStats(&began)
		}
		select {
		case packet := <-free:
			link.SendRaw(netem.Far, packet)
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	runtime.ReadMemStats(&ended)
	return float64(ended.Mallocs-began.Mallocs) / float64(count-count/2), nil
}
