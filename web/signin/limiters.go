package signin

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// A limiters remembers how often somebody, or something, has been there. Its users lock it.
type limiters[K comparable] map[K]*rate.Limiter

// find returns the limiter of a key. One that is new has all of its tries left. At most so many keys are remembered.
func (l limiters[K]) find(now time.Time, key K, every rate.Limit, atOnce, most int) *rate.Limiter {
	one := l[key]
	if one == nil {
		l.makeRoom(now, most)
		one = rate.NewLimiter(every, atOnce)
		l[key] = one
	}
	return one
}

// makeRoom forgets, if there are most keys, the tenth of them that have most of their tries left, since forgetting these allows the fewest tries more.
func (l limiters[K]) makeRoom(now time.Time, most int) {
	if len(l) < most {
		return
	}
	left := make(map[K]float64, len(l))
	for key, one := range l {
		left[key] = one.TokensAt(now) / float64(one.Burst())
	}
	keys := slices.SortedFunc(maps.Keys(l), func(a, b K) int { return cmp.Compare(left[b], left[a]) })
	for _, key := range keys[:max(1, most/10)] {
		delete(l, key)
	}
}
