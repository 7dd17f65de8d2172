package netem_test

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// What is modelled is what a real probe would be believed: see Judge.
func TestAModelledProbeFindsWhatIsSet(t *testing.T) {
	networks := map[string]study.Network{
		"nothing": {}, "a slow link with long headers": {Down: study.Mbps, Up: study.Mbps / 2, RTT: 100 * time.Millisecond, Overhead: 38},
		"jitter": {RTT: 80 * time.Millisecond, Jitter: 20 * time.Millisecond}, "jitter that overtakes": {RTT: 80 * time.Millisecond, Jitter: 20 * time.Millisecond, Shape: study.Normal, Overtake: true},
		"loss": {RTT: 30 * time.Millisecond, Loss: 0.05}, "duplicates and reordering": {Down: 10 * study.Mbps, RTT: 30 * time.Millisecond, Duplicate: 0.2, Reorder: 0.02},
		"a trace": {TraceDown: "whatever", RTT: 50 * time.Millisecond},
	}
	for _, p := range study.Profiles() {
		networks["profile "+p.Name] = p.Network
	}
	for name, n := range networks {
		for seed := range uint64(20) {
			trips := netem.Modelled(n, seed, 20)
			if v := netem.Judge(n, trips); !v.OK {
				t.Errorf("%s, seed %d: %+v, of which the verdict is %+v", name, seed, trips, v)
			}
			if again := netem.Modelled(n, seed, 20); again != trips {
				t.Errorf("%s, seed %d: %+v, and then %+v", name, seed, trips, again)
			}
		}
	}
	if netem.Modelled(networks["jitter"], 1, 20) == netem.Modelled(networks["jitter"], 2, 20) {
		t.Error("another seed gives the same figures")
	}
	if got := netem.Modelled(study.Network{Outage: true}, 1, 20); got != (study.RoundTrips{}) {
		t.Errorf("a probe of an outage found %+v", got)
	}
}
