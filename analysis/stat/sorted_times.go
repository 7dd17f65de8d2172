package stat

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

// SortedTimes are response times in microseconds as ascending lists, one of each trial for example. They are described together without joining
// them: two million of them need no memory but their own.
type SortedTimes [][]int32

// N is how many there are.
func (s SortedTimes) N() (n int) {
	for _, l := range s {
		n += len(l)
	}
	return n
}

// Under counts those below a limit.
func (s SortedTimes) Under(limit time.Duration) (n int) {
	us := int32(min(limit.Microseconds(), 1<<31-1))
	for _, l := range s {
		i, _ := slices.BinarySearch(l, us)
		n += i
	}
	return n
}

// Quantile is the quantile of all of them in microseconds, by the convention of the function Quantile. None gives ErrTooFew.
func (s SortedTimes) Quantile(p float64) (float64, error) {
	n := s.N()
	if n == 0 {
		return 0, fmt.Errorf("quantile %g of no times: %w", p, ErrTooFew)
	}
	if !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("quantile %g, not within 0 to 1: %w", p, ErrOutOfScale)
	}
	at := p * float64(n-1)
	below := int(at)
	low, part := float64(s.ranked(below)), at-float64(below)
	if part == 0 {
		return low, nil
	}
	return (1-part)*low + part*float64(s.ranked(below+1)), nil
}

// ranked is the one at a rank, from 0, in the order of all: the least time of which more than so many are not above it.
func (s SortedTimes) ranked(rank int) int32 {
	most := int32(0)
	for _, l := range s {
		if len(l) > 0 {
			most = max(most, l[len(l)-1])
		}
	}
	return int32(sort.Search(int(most), func(v int) bool {
		return s.Under(time.Duration(v+1)*time.Microsecond) > rank
	}))
}

// Summary describes all of them, as SummarizeResponses does.
func (s SortedTimes) Summary() (ResponseTimes, error) {
	median, err := s.Quantile(0.5)
	if err != nil {
		return ResponseTimes{}, err
	}
	p95, err := s.Quantile(0.95)
	if err != nil {
		return ResponseTimes{}, err
	}
	bands := Bands()
	r := ResponseTimes{N: s.N(), Bands: make([]int, len(bands)), Median: micros(median), P95: micros(p95)}
	below := 0
	for i, b := range bands {
		upTo := r.N
		if b.To > 0 {
			upTo = s.Under(b.To)
		}
		r.Bands[i], below = upTo-below, upTo
	}
	return r, nil
}

func micros(us float64) time.Duration { return time.Duration(us * float64(time.Microsecond)) }
