package clockbench

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/study"
)

// Taken is what was reported over one round trip.
type Taken struct {
	RTT  time.Duration
	Keys []study.Interaction
}

// Of is a part of what is reported of a key.
type Of func(study.Interaction) time.Duration

// Reported is the response time. WithoutMachine is what of it did not pass in the machine.
func Reported(r study.Interaction) time.Duration       { return r.Drawn }
func WithoutMachine(r study.Interaction) time.Duration { return r.Drawn - r.Machine }

// Median returns the median of a part.
func (t Taken) Median(of Of) time.Duration { return quantile(t.parts(of), 0.5) }

func (t Taken) parts(of Of) (all []time.Duration) {
	for _, r := range t.Keys {
		all = append(all, of(r))
	}
	return all
}

// Errors returns by how much what is reported misses the round trip that was set plus the median of
// the same with nothing set: in the median, and single times at the 95th percentile.
func (t Taken) Errors(floor time.Duration, of Of) (median, p95 time.Duration) {
	expected := t.RTT + floor
	misses := t.parts(of)
	for i := range misses {
		misses[i] = (misses[i] - expected).Abs()
	}
	return (t.Median(of) - expected).Abs(), quantile(misses, 0.95)
}

// quantile returns the smallest that at least a share q of some times is not above; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// judge makes rows of what one machine's keys took. The first was taken with nothing set.
func judge(machine string, taken []Taken) (rows []bench.Row) {
	floor, without := taken[0].Median(Reported), taken[0].Median(WithoutMachine)
	for _, t := range taken {
		where := fmt.Sprintf("%s, %d ms", machine, t.RTT.Milliseconds())
		rows = append(rows, bench.Told(ms(t.Median(Reported))).Against(ms(t.RTT+floor)).As("clock_reported", where, "ms"))
		median, p95 := t.Errors(floor, Reported)
		withoutMedian, withoutP95 := t.Errors(without, WithoutMachine)
		if t.RTT > 0 { // where nothing is set it is nothing by definition
			rows = append(rows, bench.AtMost(medianBar, ms(median)).As("clock_error_p50", where, "ms").Beside(ms(withoutMedian), "without machine"))
		}
		rows = append(rows, bench.AtMost(lateBar, ms(p95)).As("clock_error_p95", where, "ms").Beside(ms(withoutP95), "without machine"))
	}
	return rows
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
