package netembench

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/bench"
	"vmstudy/bench/stat"
)

// loopbackMost is how many round trips over loopback are enough to know it.
const loopbackMost = 100

// floorPause is the time between two samples. It is long enough for the processors to go to sleep.
const floorPause = 20 * time.Millisecond

// measureFloor finds out what would be measured if the emulation were perfect. That is a round trip over loopback between
// two goroutines of this process, whose processors have gone to sleep before it. It also measures how late this computer
// wakes sleeping threads and goroutines.
func measureFloor(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	count := 500
	if s.Quick {
		count = loopbackMost
	}
	trips, err := loopbackTrips(ctx, floorPause, count)
	if err != nil {
		return nil, err
	}
	s.Show(1, 3)
	timers, err := late(ctx, count, time.Sleep)
	if err != nil {
		return nil, err
	}
	s.Show(2, 3)
	kernel, err := late(ctx, count, func(d time.Duration) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		left := unix.NsecToTimespec(int64(d))
		_ = unix.Nanosleep(&left, nil) // a signal may end it early, which does not matter
	})
	if err != nil {
		return nil, err
	}
	var rows []bench.Row
	for _, one := range []struct {
		condition string
		found     []float64
	}{{"loopback TCP ping", trips}, {"time.Sleep is late by", timers}, {"nanosleep is late by", kernel}} {
		tail, worst := stat.Tail(one.found, 0.99)
		rows = append(rows,
			bench.Told(stat.Mean(one.found)).As("floor_mean", one.condition, "ms"),
			bench.Told(worst).As("floor_"+tail, one.condition, "ms"))
	}
	return rows, nil
}

// late calls sleep count times, and returns by how many ms each call was too long.
func late(ctx context.Context, count int, sleep func(time.Duration)) ([]float64, error) {
	var all []float64
	for range count {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		began := time.Now()
		sleep(floorPause)
		all = append(all, ms(time.Since(began)-floorPause))
	}
	return all, nil
}

// loopbackTrips measures count round trips over loopback, in ms, with a pause before each.
func loopbackTrips(ctx context.Context, pause time.Duration, count int) ([]float64, error) {
	var trips []float64
	err := overLoopback(ctx, func(conn net.Conn) error {
		var message [8]byte
		for len(trips) < count {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			sent := time.Now()
			if _, err := conn.Write(message[:]); err != nil {
				return err
			}
			if _, err := io.ReadFull(conn, message[:]); err != nil {
				return err
			}
			trips = append(trips, ms(time.Since(sent)))
		}
		return nil
	}, func(conn net.Conn) error {
		_, err := io.Copy(conn, struct{ io.Reader }{conn}) // hides conn's type, so that the kernel does not copy by splice
		return err
	})
	return trips, err
}

// overLoopback runs lead and follow on the two ends of a TCP connection on 127.0.0.1.
func overLoopback(ctx context.Context, lead, follow func(net.Conn) error) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	near, err := (&net.Dialer{}).DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return err
	}
	defer near.Close()
	far, err := listener.Accept()
	if err != nil {
		return err
	}
	followed := make(chan error, 1)
	go func() { followed <- follow(far) }()
	err = lead(near)
	near.Close()
	far.Close()
	if followErr := <-followed; err != nil && !errors.Is(followErr, net.ErrClosed) {
		err = errors.Join(err, followErr)
	}
	return err
}
