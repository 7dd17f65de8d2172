package netemtest

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
	"vmstudy/study"
)

func testProbe(t *testing.T, open opener) {
	for _, rtt := range []time.Duration{0, 60 * time.Millisecond} {
		n := study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: rtt}
		link := open(t, n)
		eventually(t, func(ctx context.Context) (finding, error) { return probed(ctx, link, n) })
		if _, err := netem.Probe(patient(t), link, 1); err != nil {
			t.Errorf("second probe, so the first left something open: %v", err)
		}
	}
}

// probed finds out whether the shortest of ten round trips is as long as n says.
func probed(ctx context.Context, link netem.Link, n study.Network) (finding, error) {
	got, err := netem.Probe(ctx, link, 10)
	switch {
	case err != nil:
		return finding{}, err
	case got.Count != 10 || got.Min > got.Median || got.Median > got.P95:
		return lie("probe of 10 gave %+v", got), nil
	case got.Min < n.RTT:
		return lie("a round trip of %v is shorter than the set %v", got.Min, n.RTT), nil
	case got.Min > netem.ExpectedPing(n)+mostLate:
		return late("the shortest round trip was %v, want %v and at most %v more", got.Min, netem.ExpectedPing(n), mostLate), nil
	}
	return finding{}, nil
}

func testProbeHonoursContext(t *testing.T, open opener) {
	link := open(t, study.Network{RTT: 40 * time.Millisecond})
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := netem.Probe(ctx, link, 1_000_000)
		failed <- err
	}()
	carried(t, link, 500, nil) // wait for some round trips
	cancel(enough)
	if err := await(t, "Probe after its context ended", failed); !errors.Is(err, enough) {
		t.Errorf("got %v, want the context's cause", err)
	}
	if _, err := netem.Probe(t.Context(), link, 0); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("probe of no round trips: got %v, want ErrInvalid", err)
	}
}

func testRate(t *testing.T, open opener) {
	n := study.Network{Down: 20 * study.Mbps, Up: 5 * study.Mbps, RTT: 10 * time.Millisecond}
	link := open(t, n)
	listener := listen(t, link)
	for _, d := range []study.Direction{study.Downward, study.Upward} {
		eventually(t, func(context.Context) (finding, error) {
			near, far := connectTo(t, link, listener)
			if d == study.Upward {
				near, far = far, near
			}
			return transferred(link, n.Rate(d), d, far, near)
		})
	}
}

// transferred finds out whether a transfer over a new connection goes at the rate of the link. It counts all packets that
// travel for the transfer. The transfer should take the time to send them, plus the time of one way. TCP's slow start
// leaves a short link idle for about one more round trip. The content is not checked, so nothing takes time for that.
func transferred(link netem.Link, rate study.Bitrate, d study.Direction, from, to net.Conn) (finding, error) {
	const least = 0.9 // share of the rate
	content := make([]byte, int(float64(rate)/8*0.4))
	before, began := bytesOf(link, d), time.Now()
	sent := make(chan error, 1)
	go func() {
		_, err := from.Write(content)
		sent <- err
	}()
	if _, err := io.CopyN(io.Discard, to, int64(len(content))); err != nil {
		return finding{}, err
	}
	if err := <-sent; err != nil {
		return finding{}, err
	}
	took := time.Since(began)
	moved := bytesOf(link, d) - before
	got := study.Bitrate(float64(moved-study.PacketSize) * 8 / took.Seconds()) // one packet may be sent at once, for the idle time before
	switch whole := float64(moved) * 8 / took.Seconds(); {
	case got > rate:
		return lie("%d bytes %s took %v: %.2f Mbps, over %g Mbps", moved, d, took, got.Mbps(), rate.Mbps()), nil
	case whole < least*float64(rate):
		return late("%d bytes %s took %v: %.0f %% of %g Mbps, want %.0f %%", moved, d, took, 100*whole/float64(rate), rate.Mbps(), 100*least), nil
	}
	return finding{}, nil
}

// bytesOf returns how many bytes a link has carried in one direction.
func bytesOf(link netem.Link, d study.Direction) int64 {
	if d == study.Upward {
		return link.Counters().BytesUp
	}
	return link.Counters().BytesDown
}

func testGoodput(t *testing.T, open opener) {
	n := study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 10 * time.Millisecond}
	link := open(t, n)
	for _, ways := range [][]study.Direction{{study.Downward}, {study.Upward}, {study.Downward, study.Upward}} {
		eventually(t, func(ctx context.Context) (finding, error) { return filled(ctx, link, n, ways) })
	}
	if _, err := netem.Goodput(t.Context(), link, study.Downward, 0, 0); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("goodput over no time: got %v, want ErrInvalid", err)
	}
}

// filled finds out whether TCP fills a link. In one direction it sends as much as it can. In both directions at once it
// sends steadily at the rate, because greedy senders do not fill both.
func filled(ctx context.Context, link netem.Link, n study.Network, ways []study.Direction) (finding, error) {
	const most = 5.0 // % off; a reader that gets no processor for a while counts too little, and then too much
	got := make([]netem.Carried, len(ways))
	var all errgroup.Group
	for i, d := range ways {
		all.Go(func() (err error) {
			if warm, span := 400*time.Millisecond, 500*time.Millisecond; len(ways) == 1 {
				got[i], err = netem.Goodput(ctx, link, d, warm, span)
			} else {
				got[i], err = netem.SteadyGoodput(ctx, link, d, n.Rate(d), warm, span)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return finding{}, err
	}
	for i, one := range got {
		want := one.Expected(n.Rate(ways[i]))
		if share := float64(want) / float64(n.Rate(ways[i])); share < 0.8 || share > 0.966 {
			return lie("%v of %v: of %d packets with %d bytes %.1f %% are payload", ways[i], ways, one.Packets, one.Bytes, 100*share), nil
		}
		if off := 100 * (float64(one.Goodput)/float64(want) - 1); math.Abs(off) > most {
			return late("%v of %v: goodput %.2f Mbps, %+.1f %% off from %.2f Mbps", ways[i], ways, one.Goodput.Mbps(), off, want.Mbps()), nil
		}
	}
	return finding{}, nil
}

func testCounters(t *testing.T, open opener) {
	const size = 1 << 20
	link := open(t, study.Network{RTT: 5 * time.Millisecond})
	if got := link.Counters(); got != (study.LinkReport{}) {
		t.Errorf("a new link reports %+v", got)
	}
	near, far := connect(t, link)
	if err := transfer(far, near, size, 1); err != nil {
		t.Fatal(err)
	}
	got := link.Counters()
	// Each packet has a header of 40 to 60 bytes, and nearly all of them are full.
	payload := got.BytesDown - 40*got.PacketsDown
	if payload < size || got.BytesDown > size*11/10 || got.PacketsDown < size/study.PacketSize {
		t.Errorf("%d bytes of payload down were counted as %+v", size, got)
	}
	if got.PacketsUp == 0 || got.BytesUp > size/5 {
		t.Errorf("acknowledgements of %d bytes were counted as %+v", size, got)
	}
	if got.DropsDown != 0 || got.DropsUp != 0 {
		t.Errorf("drops on a link without rate or loss: %+v", got)
	}
	link.Close()
	if after := link.Counters(); after.BytesDown < got.BytesDown {
		t.Errorf("closing took the counters back from %+v to %+v", got, after)
	}
}
