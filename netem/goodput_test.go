package netem

import (
	"testing"
	"time"
)

// A packet of 1000 bytes arrives every 10 ms for 4 s. While a packet is missing, TCP delivers nothing.
func TestAGoodputIsTheLinksWhateverIsHeldBackAtItsEnds(t *testing.T) {
	const ms = time.Millisecond
	for name, holes := range map[string][][2]time.Duration{
		"nothing is missing":              nil,
		"in the beginning":                {{0, 300 * ms}},
		"in the middle":                   {{1900 * ms, 2300 * ms}},
		"at the end, which never comes":   {{3600 * ms, 5000 * ms}},
		"at both ends, and one by one":    {{100 * ms, 300 * ms}, {3400 * ms, 3500 * ms}, {3500 * ms, 3700 * ms}, {3710 * ms, 6000 * ms}},
		"from before the beginning on":    {{-500 * ms, 200 * ms}},
		"all of the time, now and then":   {{500 * ms, 600 * ms}, {1500 * ms, 1600 * ms}, {2500 * ms, 2600 * ms}, {3500 * ms, 3600 * ms}},
		"until just before the last ones": {{3500 * ms, 3980 * ms}},
	} {
		var came []arrival
		for at := time.Duration(0); at < 4000*ms; at += 10 * ms {
			held := false
			for _, h := range holes {
				held = held || h[0] <= at && at < h[1]
			}
			if !held {
				came = append(came, arrival{at, 1000 * int(at/(10*ms)+1)})
			}
		}
		size, took := steadily(came)
		if got := float64(size) / took.Seconds(); got < 99_900 || got > 100_100 || took < 1900*ms {
			t.Errorf("missing %s: %.0f bytes a second over %v, want 100,000", name, got, took)
		}
	}
	var came []arrival
	for i := range 350 {
		came = append(came, arrival{time.Duration(i+1) * 10 * ms, 1000 * (i + 1)})
	}
	for i := range 4 { // several packets are missing; each retransmission delivers only the data up to the next gap
		came = append(came, arrival{time.Duration(3600+100*i) * ms, 351_000 + 1000*i})
	}
	if size, took := steadily(came); float64(size)/took.Seconds() < 99_900 {
		t.Errorf("missing several at the end: %d bytes in %v, want 100,000 a second", size, took)
	}
	if size, took := steadily([]arrival{{time.Second, 5}}); size != 0 || took != 0 {
		t.Errorf("one arrival: %d bytes in %v", size, took)
	}
}
