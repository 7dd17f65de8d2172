package netembench

import (
	"context"
	"net"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// ceilingBar is the promised rate of a link on which nothing is set, in Gbit/s for each core.
const ceilingBar = 2.0

// measureCeiling fills a link on which nothing is set, to find out how much the emulation could carry at most. The rate is
// divided by the number of cores that both ends together used. Loopback is measured in the same way, and stands beside it.
func (open Opener) measureCeiling(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	warm, span := time.Second, 5*time.Second
	if s.Quick {
		warm, span = time.Second/2, 2*time.Second
	}
	loop, loopCores, err := loopbackRate(ctx, span)
	if err != nil {
		return nil, err
	}
	var rows []bench.Row
	err = open.with(study.Network{}, func(link netem.Link) error {
		m := startMeter()
		got, err := netem.Goodput(ctx, link, study.Downward, warm, span)
		if err != nil {
			return err
		}
		// What was carried before the measurement took processor time as well, so it counts here.
		wall := time.Since(m.wall)
		cores := m.cores()
		moved := link.Counters().BytesDown
		perCore := float64(moved) * 8 / 1e9 * netem.FullPayload / study.PacketSize / (cores * wall.Seconds())
		rows = []bench.Row{
			bench.Told(float64(got.Goodput)/1e9).As("ceiling", "nothing set", "Gbit/s").Beside(loop, "loopback"),
			bench.Told(cores).As("ceiling_cores", "nothing set", "cores").Beside(loopCores, "loopback"),
			bench.AtLeast(ceilingBar, perCore).As("ceiling_per_core", "nothing set", "Gbit/s").Beside(loop/loopCores, "loopback"),
		}
		return nil
	})
	return rows, err
}

// meter measures how many cores this process uses.
type meter struct {
	wall time.Time
	cpu  time.Duration
}

func startMeter() meter { return meter{time.Now(), bench.CPUTime()} }

// cores returns how many cores this process has used since the start, on average.
func (m meter) cores() float64 {
	return (bench.CPUTime() - m.cpu).Seconds() / time.Since(m.wall).Seconds()
}

// loopbackRate transfers data over loopback for the given time. It returns the rate in Gbit/s, and how many cores that
// took.
func loopbackRate(ctx context.Context, span time.Duration) (gbps, cores float64, err error) {
	err = overLoopback(ctx, func(conn net.Conn) error {
		block, size, m := make([]byte, 256<<10), 0, startMeter()
		for time.Since(m.wall) < span && ctx.Err() == nil {
			n, err := conn.Read(block)
			if err != nil {
				return err
			}
			size += n
		}
		gbps, cores = float64(size)*8/1e9/time.Since(m.wall).Seconds(), m.cores()
		return context.Cause(ctx)
	}, func(conn net.Conn) error {
		for block := make([]byte, 256<<10); ; {
			if _, err := conn.Write(block); err != nil {
				return err
			}
		}
	})
	return gbps, cores, err
}
