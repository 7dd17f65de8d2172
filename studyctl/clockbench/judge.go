package clockbench

import (
	"fmt"
	"math"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/study"
)

// Taken is what was reported over one round-trip time, and what a witness knows.
type Taken struct {
	RTT     time.Duration
	Keys    []study.Interaction
	Pressed []time.Time // when each key was pressed, by this computer's clock
	Flipped []time.Time // when the machine's screen changed because of each key; nil if there is no witness
}

// Truths returns how far the reported times of each key are from the true ones, in ms. input is by how much the reported time
// of the key is too late. response is by how much the reported response is longer than the change of the screen and its
// way here, which is half of the round-trip time. The rest is the way through this computer to a frame, so response cannot
// be negative.
func (t Taken) Truths() (input, response []float64) {
	for i, key := range t.Keys {
		input = append(input, ms(key.At.Sub(t.Pressed[i])))
		if t.Flipped != nil {
			response = append(response, ms(key.Drawn-t.Flipped[i].Sub(t.Pressed[i])-t.RTT/2))
		}
	}
	return input, response
}

// Of returns one of the times that are reported of a key.
type Of func(study.Interaction) time.Duration

// Reported is the response time. WithoutMachine is the response time minus the machine's own time.
func Reported(r study.Interaction) time.Duration       { return r.Drawn }
func WithoutMachine(r study.Interaction) time.Duration { return r.Drawn - r.Machine }

// Median returns the median of one of the times.
func (t Taken) Median(of Of) time.Duration {
	return time.Duration(stat.Median(stat.In(time.Nanosecond, t.parts(of))))
}

func (t Taken) parts(of Of) (all []time.Duration) {
	for _, r := range t.Keys {
		all = append(all, of(r))
	}
	return all
}

// Errors compares the reported times with the round-trip time that was set plus floor, which is the median with nothing set.
// It returns by how much the median and each single time are off, in ms.
func (t Taken) Errors(floor time.Duration, of Of) (median float64, single []float64) {
	expected := t.RTT + floor
	misses := t.parts(of)
	for i := range misses {
		misses[i] = (misses[i] - expected).Abs()
	}
	return ms((t.Median(of) - expected).Abs()), stat.In(time.Millisecond, misses)
}

// judge makes rows of one machine's times. The first of taken was measured with nothing set.
func judge(machine string, taken []Taken) (rows []bench.Row) {
	floor, without := taken[0].Median(Reported), taken[0].Median(WithoutMachine)
	for _, t := range taken {
		where := fmt.Sprintf("%s, %d ms", machine, t.RTT.Milliseconds())
		rows = append(rows, bench.Told(ms(t.Median(Reported))).Against(ms(t.RTT+floor)).As("clock_reported", where, "ms"))
		median, single := t.Errors(floor, Reported)
		withoutMedian, withoutSingle := t.Errors(without, WithoutMachine)
		if t.RTT > 0 { // with nothing set, the error of the median is 0 by definition
			rows = append(rows, bench.AtMost(medianBar, median).As("clock_error_p50", where, "ms").Beside(withoutMedian, "without machine"))
		}
		tail, worst := stat.Tail(single, 0.95)
		_, withoutWorst := stat.Tail(withoutSingle, 0.95)
		rows = append(rows, bench.AtMost(lateBar, worst).As("clock_error_"+tail, where, "ms").Beside(withoutWorst, "without machine"))
		rows = append(rows, t.truthRows(where)...)
		rows = append(rows, t.delayRows(where)...)
	}
	return rows
}

// truthRows compares the reported times with the true ones.
func (t Taken) truthRows(where string) []bench.Row {
	input, response := t.Truths()
	rows := []bench.Row{
		bench.AtMost(medianBar, math.Abs(stat.Median(input))).As("clock_input_truth", where, "ms").Of(input),
	}
	if t.Flipped == nil {
		return rows
	}
	earliest, _ := stat.Range(response)
	return append(rows,
		bench.AtMost(lateBar, stat.Median(response)).As("clock_response_truth", where, "ms").Of(response),
		bench.AtMost(earlyBar, max(0, -earliest)).As("clock_response_early", where, "ms"))
}

// delayRows returns the longest time that a key waited at the machine until the guest had room for it. These keys are typed
// one by one into a guest that reads them, so none may wait. There is no row for a machine that takes all input at once.
func (t Taken) delayRows(where string) []bench.Row {
	longest, known := time.Duration(0), false
	for _, key := range t.Keys {
		known = known || key.Delivery == study.Delivered
		longest = max(longest, key.Delayed)
	}
	if !known {
		return nil
	}
	return []bench.Row{bench.AtMost(0, ms(longest)).As("clock_input_delayed_max", where, "ms")}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
