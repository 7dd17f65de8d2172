package stream_test

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"

	"vmstudy/bench/stat"
	"vmstudy/netem/userspace"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// BenchmarkReadAhead reports for emulated links which share of the link read-ahead uses, and how long demands take meanwhile. The
// share is measured from the first request to the last answer, with TCP's slow start, and in the second half of that time. A
// run takes seconds: use -benchtime 1x.
func BenchmarkReadAhead(b *testing.B) {
	for name, network := range map[string]study.Network{
		"1-50":           {Down: study.Mbps, Up: study.Mbps, RTT: 50 * time.Millisecond},
		"7.2-120":        {Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond},
		"7.2-120-jitter": {Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond, Jitter: 10 * time.Millisecond},
		"7.2-120-loss1":  {Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond, Loss: 0.01},
		"7.2-120-loss.1": {Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond, Loss: 0.001},
		"14.4-60-jitter": {Down: 14400 * study.Kbps, Up: 14400 * study.Kbps, RTT: 60 * time.Millisecond, Jitter: 20 * time.Millisecond},
		"7.2-120-both":   {Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.001},
		"25-20":          {Down: 25 * study.Mbps, Up: 25 * study.Mbps, RTT: 20 * time.Millisecond},
		"100-10":         {Down: 100 * study.Mbps, Up: 100 * study.Mbps, RTT: 10 * time.Millisecond},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				benchmarkReadAhead(b, network)
			}
		})
	}
}

func benchmarkReadAhead(b *testing.B, network study.Network) {
	link, err := userspace.New(network, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = link.Close() })
	l, err := link.ListenFar(7000)
	if err != nil {
		b.Fatal(err)
	}
	size := int(network.Down/8) * 12 // about five seconds of chunks that compress to a third
	image := streamtest.Pages(1, int64(size))
	dial := func(ctx context.Context) (net.Conn, error) { return link.DialNear(ctx, 7000) }
	streamtest.Serve(b, l, streamtest.Source("memory", image), streamtest.Source("disk", streamtest.Pages(2, 16*mib)))

	near := streamtest.Open(b, dial, stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(size)}})
	began, before := time.Now(), link.Counters()
	waits := make(chan []time.Duration)
	ctx, loaded := context.WithCancel(b.Context())
	go func() { waits <- demandNow(ctx, near.Images()[1]) }()
	if err := near.Loaded(b.Context(), size/wire.ChunkSize/2); err != nil {
		b.Fatal(err)
	}
	settled, middle := time.Now(), link.Counters()
	if err := near.Loaded(b.Context(), size); err != nil {
		b.Fatal(err)
	}
	ended, after := time.Now(), link.Counters()
	took := ended.Sub(began)
	loaded()
	demands := <-waits
	waited := stat.In(time.Millisecond, demands)
	tail, slow := stat.Tail(waited, 0.95)
	stats := near.Stats()
	share := func(since study.LinkReport, took time.Duration) float64 {
		return float64(after.BytesDown-since.BytesDown) * 8 / took.Seconds() / float64(network.Down)
	}
	b.ReportMetric(share(before, took), "share")
	b.ReportMetric(share(middle, ended.Sub(settled)), "share-2nd-half")
	b.ReportMetric(float64(stats.WireBytes)/float64(stats.Ahead+stats.Demanded), "B/chunk")
	b.ReportMetric(stat.Median(waited), "demand-p50-ms")
	b.ReportMetric(slow, "demand-"+tail+"-ms")
	b.ReportMetric(slices.Max(waited), "demand-max-ms")
	b.ReportMetric(float64(near.Progress().WindowBytes), "window-B")
	b.ReportMetric(float64(after.DropsDown), "drops")
	b.ReportMetric(0, "ns/op")
}

// demandNow reads chunks at random, one after the other, until ctx ends.
func demandNow(ctx context.Context, im *stream.Image) (took []time.Duration) {
	rng := rand.New(rand.NewPCG(1, 1))
	for ctx.Err() == nil {
		began := time.Now()
		if _, err := im.ReadAtContext(ctx, make([]byte, wire.ChunkSize), rng.Int64N(im.Size/wire.ChunkSize)*wire.ChunkSize); err == nil {
			if d := time.Since(began); d > time.Millisecond { // if it was quicker, the chunk was here already
				took = append(took, d)
			}
		}
	}
	return took
}
