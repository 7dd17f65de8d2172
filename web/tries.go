package web

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often a wrong password may be tried for one name from one address: five times at once,
// then once in twelve seconds.
const (
	triesAtOnce = 5
	triesEvery  = 12 * time.Second
	maxTried    = 10_000 // keys remembered
	maxHashing  = 2      // passwords hashed at once: each takes 64 MiB and a processor
)

// tries limits how often passwords may be tried, and how many at the same time.
type tries struct {
	hashing chan struct{} // holds a value for each password that is being hashed

	mu   sync.Mutex
	by   map[string]*rate.Limiter
	most int // keys to remember
}

func newTries() *tries {
	return &tries{hashing: make(chan struct{}, maxHashing), by: map[string]*rate.Limiter{}, most: maxTried}
}

// verify is the function of that name, made to wait while too many passwords are hashed.
func (t *tries) verify(ctx context.Context, password, hash string) (bool, error) {
	select {
	case t.hashing <- struct{}{}:
		defer func() { <-t.hashing }()
		return verify(password, hash)
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

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

// forget gives key all its tries back: the password was right.
func (t *tries) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, key)
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
