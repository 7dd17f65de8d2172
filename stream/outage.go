package stream

import (
	"time"
)

const (
	firstPause   = 100 * time.Millisecond // before the second attempt to reconnect; each further pause is twice as long
	longestPause = 5 * time.Second
)

// outage counts attempts to reconnect since a chunk last came. A connection that opens and
// breaks again without bringing a chunk does not end the outage.
type outage struct {
	since    time.Time
	attempts int
}

// next returns how long to wait before the next attempt. again is false if patience is over.
func (o *outage) next(now time.Time, patience time.Duration) (pause time.Duration, again bool) {
	if o.attempts == 0 {
		o.since = now
	}
	if o.attempts > 0 {
		pause = min(firstPause<<min(o.attempts-1, 10), longestPause)
	}
	o.attempts++
	return pause, now.Add(pause).Sub(o.since) <= patience
}
