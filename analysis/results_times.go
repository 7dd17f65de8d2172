package analysis

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"vmstudy/analysis/stat"
)

// times describes all response times together. It also returns the median of each participant, for
// statistics that need independent values: the interactions of one person are not independent.
func (c *gathered) times() (all stat.ResponseTimes, medians []time.Duration, err error) {
	var together stat.SortedTimes
	for _, person := range slices.Sorted(maps.Keys(c.responses)) {
		own, err := c.responses[person].Summary()
		if err != nil {
			return stat.ResponseTimes{}, nil, fmt.Errorf("participant %s: %w", person, err)
		}
		medians = append(medians, own.Median)
		together = append(together, c.responses[person]...)
	}
	if together.N() == 0 {
		return stat.ResponseTimes{}, nil, nil
	}
	all, err = together.Summary()
	return all, medians, err
}
