package netemtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
	"vmstudy/study"
)

func testProbe(t *testing.T, open opener) {
	for _, rtt := range []time.Duration{0, 60 * time.Millisecond} {
		link := open(t, study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: rtt})
		got, err := netem.Probe(patient(t), link, 10)
		if err != nil {
			t.Fatalf("probe: %v", err)
		}
		if got.Count != 10 || got.Min > got.Median || got.Median > got.P95 {
			t.Errorf("probe of 10 gave %+v", got)
		}
		// Never early is a promise; how late depends on the machine under the test.
		if got.Min < rtt || got.Min > rtt+50*time.Millisecond {
			t.Errorf("shortest round trip %v, want %v and little more", got.Min, rtt)
		}
		if _, err = netem.Probe(patient(t), link, 1); err != nil {
			t.Errorf("second probe, so the first left something open: %v", err)
		}
	}
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
	carried(t, link, 500, nil) // some round trips into it
	cancel(enough)
	if err := await(t, "Probe after its context ended", failed); !errors.Is(err, enough) {
		t.Errorf("got %v, want the context's cause", err)
	}
	if _, err := netem.Probe(t.Context(), link, 0); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("probe of no round trips: got %v, want ErrInvalid", err)
	}
}

func testRate(t *testing.T, open opener) {
	const size = 1 << 20
	link := open(t, study.Network{Down: 20 * study.Mbps, Up: 5 * study.Mbps, RTT: 10 * time.Millisecond})
	near, far := connect(t, link)
	for _, way := range []struct {
		name  string
		rate  study.Bitrate
		carry func() error
	}{
		{"down", 20 * study.Mbps, func() error { return transfer(far, near, size, 1) }},
		{"up", 5 * study.Mbps, func() error { return transfer(near, far, size, 2) }},
	} {
		began := time.Now()
		if err := way.carry(); err != nil {
			t.Fatalf("%s: %v", way.name, err)
		}
		got := study.Bitrate(size * 8 / time.Since(began).Seconds())
		// Never faster is a promise; how much slower depends on the machine under the test.
		if got > way.rate || got < way.rate/20 {
			t.Errorf("%s: %.1f Mbps of payload over %g Mbps", way.name, got.Mbps(), way.rate.Mbps())
		}
	}
}

func testGoodput(t *testing.T, open opener) {
	const rate = 20 * study.Mbps
	link := open(t, study.Network{Down: rate, Up: rate, RTT: 10 * time.Millisecond})
	for name, ways := range map[string][]study.Direction{
		"down": {study.Downward}, "up": {study.Upward}, "both at once": {study.Downward, study.Upward},
	} {
		got := make([]netem.Carried, len(ways))
		var all errgroup.Group
		for i, way := range ways {
			all.Go(func() (err error) {
				got[i], err = netem.Goodput(patient(t), link, way, 200*time.Millisecond, 500*time.Millisecond)
				return err
			})
		}
		if err := all.Wait(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, one := range got {
			// A reader that was held up finds what has waited, so a short span may see more than the rate.
			if one.Goodput > rate*2 || one.Goodput < rate/20 {
				t.Errorf("%s: goodput %.1f Mbps over %g Mbps", name, one.Goodput.Mbps(), rate.Mbps())
			}
			if share := float64(one.Expected(rate)) / float64(rate); share < 0.8 || share > 0.966 {
				t.Errorf("%s: of %d packets with %d bytes %.1f %% are payload", name, one.Packets, one.Bytes, 100*share)
			}
		}
	}
	if _, err := netem.Goodput(t.Context(), link, study.Downward, 0, 0); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("goodput over no time: got %v, want ErrInvalid", err)
	}
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
	// Each packet has a header of 40 to 60 bytes, and is full but for a few.
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
