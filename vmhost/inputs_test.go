package vmhost

import (
	"testing"
	"time"
)

func TestOnlyWorkWithoutWaitsCounts(t *testing.T) {
	type look struct {
		worked int // ms
		begun  int64
		waits  bool
		want   int // ms
	}
	for name, looks := range map[string][]look{
		"a machine that never waits":           {{0, 0, false, 0}, {30, 0, false, 30}, {70, 0, false, 70}},
		"one that waits between two looks":     {{0, 0, false, 0}, {30, 1, false, 0}, {35, 1, false, 0}, {45, 1, false, 5}, {65, 1, false, 25}},
		"one that waits now":                   {{0, 0, false, 0}, {30, 1, true, 0}, {31, 1, true, 0}, {39, 1, false, 0}, {61, 1, false, 20}},
		"one that gets its pages one by one":   {{0, 0, false, 0}, {8, 1, false, 0}, {16, 2, false, 0}, {24, 3, false, 0}, {32, 4, false, 0}},
		"one that is seldom looked at":         {{0, 0, false, 0}, {500, 90, false, 0}, {1500, 90, false, 990}},
		"one that waits again after it worked": {{0, 1, false, 0}, {100, 1, false, 90}, {140, 2, false, 90}, {200, 2, false, 140}},
	} {
		t.Run(name, func(t *testing.T) {
			var f freeWork
			for i, l := range looks {
				if got := f.look(time.Duration(l.worked)*time.Millisecond, l.begun, l.waits); got != time.Duration(l.want)*time.Millisecond {
					t.Errorf("after look %d %v of the work counts, want %d ms", i+1, got, l.want)
				}
			}
		})
	}
}
