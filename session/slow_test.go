package session

import (
	"testing"
	"time"
)

func TestAMachineIsSlowWhileItMostlyWaits(t *testing.T) {
	began := time.Unix(0, 0)
	for name, test := range map[string]struct {
		shares []float64 // the share of each second in which the machine ran
		want   []bool    // whether it is slow at the end of each second
	}{
		"a machine that never waits":              {[]float64{1, 1, 1, 1}, []bool{false, false, false, false}},
		"one that waits a little":                 {[]float64{0.7, 0.5, 0.7, 0.5}, []bool{false, false, false, false}},
		"one that waits all the time":             {[]float64{1, 0, 0, 0}, []bool{false, false, true, true}},
		"one that gets a page now and then":       {[]float64{1, 0.1, 0.1, 0.1}, []bool{false, false, true, true}},
		"one that waits for a second":             {[]float64{1, 0, 1, 1}, []bool{false, false, false, false}},
		"one that was slow and is halfway better": {[]float64{0, 0, 0.5, 0.5, 1, 1}, []bool{false, true, true, true, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var s slowness
			changes, now, passed := 0, began, time.Duration(0)
			s.look(now, 0)
			for second, share := range test.shares {
				for range int(time.Second / slowTick) {
					now = now.Add(slowTick)
					passed += time.Duration(share * float64(slowTick))
					if _, changed := s.look(now, passed); changed {
						changes++
					}
				}
				if s.slow != test.want[second] {
					t.Errorf("after %d s: slow is %v, want %v", second+1, s.slow, test.want[second])
				}
			}
			want := 0
			for i, slow := range test.want {
				if slow != (i > 0 && test.want[i-1]) {
					want++
				}
			}
			if changes != want || len(s.seen) > 10 {
				t.Errorf("%d changes were told, want %d; %d moments are kept", changes, want, len(s.seen))
			}
		})
	}
}
