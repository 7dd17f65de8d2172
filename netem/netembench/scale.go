package netembench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/netem"
	"vmstudy/study"
)

// What is promised of many links at once.
const (
	scaleLinks   = 100
	scaleGoodput = 2.0 // % off, for every link
	scaleTrip    = 2.0 // ms off on average, for every link
	scaleCores   = 2.0
)

// measureScale keeps many links busy at once, and finds out whether each still is as it was set. First the links are filled
// with TCP. Then it sends trains of packets, whose time of arrival is known exactly, over other links with empty queues.
func (open Opener) measureScale(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	n := alike(7.2, 120)
	warm, span := 30*time.Second, 6*time.Second
	if s.Quick {
		warm, span = 3*time.Second, 2*time.Second
	}
	condition := fmt.Sprintf("%d x %s", scaleLinks, label(n))
	var rows []bench.Row
	for i, part := range []func([]netem.Link) ([]bench.Row, error){
		func(links []netem.Link) ([]bench.Row, error) { return fillAll(ctx, condition, n, links, warm, span) },
		func(links []netem.Link) ([]bench.Row, error) { return floodAll(ctx, condition, n, links, span) },
		func(links []netem.Link) ([]bench.Row, error) { return timeAll(ctx, condition, n, links, span) },
	} {
		s.Show(i, 3)
		links, closeAll, err := open.many(n, scaleLinks)
		if err == nil {
			var found []bench.Row
			found, err = part(links)
			rows = append(rows, found...)
		}
		closeAll()
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// many opens count links.
func (open Opener) many(n study.Network, count int) (links []netem.Link, closeAll func(), err error) {
	closeAll = func() {
		for _, link := range links {
			link.Close()
		}
	}
	for i := range count {
		link, err := open(n, seed)
		if err != nil {
			return nil, closeAll, fmt.Errorf("link %d of %d: %w", i+1, count, err)
		}
		links = append(links, link)
	}
	return links, closeAll, nil
}

// fillAll has TCP send as much as it can down every link. The transfers do not begin at the same moment. They need time to
// become steady: a transfer that has overrun its queue twice needs ten seconds to come back to its speed.
func fillAll(ctx context.Context, condition string, n study.Network, links []netem.Link, warm, span time.Duration) ([]bench.Row, error) {
	m := startMeter()
	off, err := onAll(ctx, links, warm/4, func(ctx context.Context, link netem.Link) (float64, error) {
		got, err := netem.Goodput(ctx, link, study.Downward, warm, span)
		return 100 * math.Abs(float64(got.Goodput)/float64(got.Expected(n.Down))-1), err
	})
	return []bench.Row{
		bench.AtMost(scaleGoodput, slices.Max(off)).As("scale_goodput_worst_error", condition, "%"),
		bench.Told(stat.Mean(off)).As("scale_goodput_mean_error", condition, "%"),
		bench.AtMost(scaleCores, m.cores()).As("scale_cores", condition+", TCP", "cores"),
	}, err
}

// floodAll fills every link in both directions with packets that are not TCP's.
func floodAll(ctx context.Context, condition string, n study.Network, links []netem.Link, span time.Duration) ([]bench.Row, error) {
	off, err := onAll(ctx, links, floodEvery, func(ctx context.Context, link netem.Link) (float64, error) {
		r, ok := link.(raw)
		if !ok {
			return 0, errNotRaw
		}
		got, err := flooded(ctx, r, n, span)
		return 100 * max(math.Abs(float64(got[study.Downward])/float64(n.Down)-1), math.Abs(float64(got[study.Upward])/float64(n.Up)-1)), err
	})
	return []bench.Row{
		bench.AtMost(scaleGoodput, slices.Max(off)).As("scale_packets_worst_error", condition, "%"),
	}, err
}

// onAll measures something on every link at once. The measurements begin one after the other within the time spread.
func onAll(ctx context.Context, links []netem.Link, spread time.Duration, measure func(context.Context, netem.Link) (float64, error)) ([]float64, error) {
	found := make([]float64, len(links))
	all, ctx := errgroup.WithContext(ctx)
	for i, link := range links {
		all.Go(func() (err error) {
			if err = pause(ctx, time.Duration(i)*spread/time.Duration(len(links))); err == nil {
				found[i], err = measure(ctx, link)
			}
			return err
		})
	}
	return found, all.Wait()
}

// A train is a number of packets that are sent at once. If the link is idle, the last of them arrives exactly after the
// delay plus the time to send all of them.
const (
	trainLength = 27                    // full packets: 45 ms at 7.2 Mbps
	trainEvery  = 50 * time.Millisecond // so the link is in use for nine tenths of the time
)

// timeAll sends trains in both directions over all links, and measures how late their last packets arrive. The trains of
// different links do not begin at the same moment.
func timeAll(ctx context.Context, condition string, n study.Network, links []netem.Link, span time.Duration) ([]bench.Row, error) {
	late := make([]lateness, len(links))
	all, ctx := errgroup.WithContext(ctx)
	m := startMeter()
	for i, link := range links {
		r, ok := link.(raw)
		if !ok {
			return nil, errNotRaw
		}
		offset := time.Duration(i) * trainEvery / time.Duration(len(links))
		all.Go(func() error { return late[i].trains(ctx, r, n, offset, int(span/trainEvery)) })
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	var worst, everything []float64
	for i := range late {
		trips := late[i].trips()
		worst, everything = append(worst, stat.Mean(trips)), append(everything, trips...)
	}
	tail, late99 := stat.Tail(everything, 0.99)
	return []bench.Row{
		bench.AtMost(scaleTrip, slices.Max(worst)).As("scale_rtt_worst_error", condition, "ms"),
		bench.Told(stat.Mean(worst)).As("scale_rtt_mean_error", condition, "ms"),
		bench.Told(late99).As("scale_rtt_"+tail+"_error", condition, "ms"),
		bench.AtMost(scaleCores, m.cores()).As("scale_cores", condition+", packets", "cores"),
	}, nil
}

// lateness says for each end how late the last packets of its trains arrived.
type lateness struct {
	mu  sync.Mutex
	off [2][]float64 // ms
}

// trains sends count trains from both ends, and waits for the last.
func (l *lateness) trains(ctx context.Context, link raw, n study.Network, offset time.Duration, count int) error {
	var sent [2]sentTimes
	for _, from := range []netem.End{netem.Near, netem.Far} {
		rate := n.Up
		if from == netem.Far {
			rate = n.Down
		}
		takes := n.RTT/2 + time.Duration(trainLength*study.PacketSize*8*float64(time.Second)/float64(rate))
		link.ReceiveRaw(1-from, func(packet []byte) {
			if packet[rawHeader] == trainLength-1 {
				l.note(from, ms(time.Since(sent[from].take())-takes))
			}
		})
	}
	before := [2]int64{}
	before[netem.Near], _ = arrived(link, netem.Near)
	before[netem.Far], _ = arrived(link, netem.Far)
	if err := pause(ctx, offset); err != nil {
		return err
	}
	tick := time.NewTicker(trainEvery)
	defer tick.Stop()
	for range count {
		for _, from := range []netem.End{netem.Near, netem.Far} {
			sent[from].put(time.Now())
			for i := range trainLength {
				packet := make([]byte, study.PacketSize)
				packet[rawHeader] = byte(i)
				link.SendRaw(from, packet)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for _, from := range []netem.End{netem.Near, netem.Far} {
		if _, _, err := settle(ctx, link, from, before[from]+int64(count*trainLength)); err != nil {
			return err
		}
	}
	return nil
}

// pause returns after d, or with an error if ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *lateness) note(from netem.End, late float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.off[from] = append(l.off[from], late)
}

// trips returns how late each round trip was. A round trip is one train, and the train in the other direction.
func (l *lateness) trips() []float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []float64
	for i := range min(len(l.off[0]), len(l.off[1])) {
		all = append(all, math.Abs(l.off[0][i]+l.off[1][i]))
	}
	return all
}

// sentTimes has the times when the trains that are on their way were sent.
type sentTimes struct {
	mu  sync.Mutex
	all []time.Time
}

func (s *sentTimes) put(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, at)
}

func (s *sentTimes) take() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.all[0]
	s.all = s.all[1:]
	return first
}
