package stat

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/study"
)

// A Band is a range of response times that people find about equally good or bad.
type Band struct {
	Name string
	From time.Duration // included
	To   time.Duration // excluded; 0 for the last band, which has no end
}

// Bands returns the five bands of Tolia, Andersen and Satyanarayanan, Quantifying
// Interactive User Experience on Thin Clients, IEEE Computer 39 (3), 2006, from best to
// worst. The paper calls the second "noticeable to annoying".
func Bands() []Band {
	return []Band{
		{Name: "crisp", To: study.CrispLimit},
		{Name: "noticeable", From: study.CrispLimit, To: time.Second},
		{Name: "annoying", From: time.Second, To: 2 * time.Second},
		{Name: "unacceptable", From: 2 * time.Second, To: 5 * time.Second},
		{Name: "unusable", From: 5 * time.Second},
	}
}

// ResponseTimes describes how quickly a system answered, as the person saw it.
type ResponseTimes struct {
	N      int
	Bands  []int         // how many fell into each of Bands
	Median time.Duration // see Quantile
	P95    time.Duration // quantile 0.95
}

// SummarizeResponses describes the given response times, in any order, and does not change them.
// An empty slice gives ErrTooFew; a negative time, which only a faulty clock can produce, gives
// ErrOutOfScale.
func SummarizeResponses(times []time.Duration) (ResponseTimes, error) {
	if len(times) == 0 {
		return ResponseTimes{}, fmt.Errorf("response times, none: %w", ErrTooFew)
	}
	bands := Bands()
	r := ResponseTimes{N: len(times), Bands: make([]int, len(bands))}
	sorted := make([]float64, len(times))
	for i, d := range times {
		if d < 0 {
			return ResponseTimes{}, fmt.Errorf("response time %d, %v: %w", i, d, ErrOutOfScale)
		}
		r.Bands[bandOf(d, bands)]++
		sorted[i] = float64(d)
	}
	slices.Sort(sorted)
	r.Median = time.Duration(quantile(sorted, 0.5))
	r.P95 = time.Duration(quantile(sorted, 0.95))
	return r, nil
}

// Crisp returns the share of responses under 150 ms. Its Interval is too narrow if several
// responses come from one participant.
func (r ResponseTimes) Crisp() Proportion {
	if r.N == 0 {
		return Proportion{}
	}
	return Proportion{Hits: r.Bands[0], N: r.N}
}

func bandOf(d time.Duration, bands []Band) int {
	return slices.IndexFunc(bands, func(b Band) bool { return d < b.To || b.To == 0 })
}
