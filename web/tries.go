package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often a password may be tried for one name from one address: five times at once, then
// once in twelve seconds. All addresses together may try a name ten times as often, so that
// guessing from many of them gains little.
const (
	triesAtOnce = 5
	triesEvery  = 12 * time.Second
	maxTried    = 10_000 // keys remembered
)

// tries limits how often passwords may be tried.
type tries struct {
	mu   sync.Mutex
	by   map[string]*rate.Limiter
	most int // keys to remember
}

func newTries() *tries { return &tries{by: map[string]*rate.Limiter{}, most: maxTried} }

// allow counts one try under key and reports whether it may be made.
func (t *tries) allow(now time.Time, key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.by[key]
	if l == nil {
		t.makeRoom(now)
		l = rate.NewLimiter(rate.Every(triesEvery), triesAtOnce)
		t.by[key] = l
	}
	return l.AllowN(now, 1)
}

// makeRoom keeps the map bounded: it forgets keys that have all their tries back, for
// forgetting these changes nothing, and if there are none, any key.
func (t *tries) makeRoom(now time.Time) {
	if len(t.by) < t.most {
		return
	}
	for key, l := range t.by {
		if l.TokensAt(now) >= triesAtOnce {
			delete(t.by, key)
		}
	}
	for key := range t.by {
		if len(t.by) < t.most {
			return
		}
		delete(t.by, key)
	}
}
