package web

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vmstudy/study"
)

// How often a wrong password may be tried. The tries of one address cost nobody elsewhere any, so a
// stranger cannot lock an account for its owner.
const (
	triesAtOnce   = 5 // for one name from one address; then once in triesEvery
	triesEvery    = 12 * time.Second
	addressAtOnce = 20 // from one address for all names; then once in addressEvery
	addressEvery  = 3 * time.Second
	maxTried      = 10_000 // keys remembered
	maxKeyName    = 100    // bytes of a name that tell keys apart: what is typed may be long
)

// How many may wait until their password is checked. One is checked at a time, since that takes a
// processor and 64 MiB.
const (
	mostWaiting     = 32
	mostFromAddress = 3
)

// A tryKey is what tries are counted by: a name from an address, or with name "" all names from there.
type tryKey struct{ name, address string }

// tries limits how often passwords may be tried, and how many wait to be checked.
type tries struct {
	check func(ctx context.Context, password, hash string) (bool, error)
	lane  chan struct{} // holds a value while a password is checked

	mu      sync.Mutex
	by      map[tryKey]*rate.Limiter
	most    int            // keys to remember
	waiting map[string]int // by address, those that are checked included
	queue   int            // sum of waiting
}

func newTries(check func(ctx context.Context, password, hash string) (bool, error)) *tries {
	return &tries{
		check: check, lane: make(chan struct{}, 1),
		by: map[tryKey]*rate.Limiter{}, most: maxTried, waiting: map[string]int{},
	}
}

var errQueue = study.Refuse(errLimited, "Many people are signing in at this moment. Wait a few seconds, then try again.")

// verify reports whether password is the one that was hashed. It waits for its turn, but not behind
// too many, nor behind many from the same address.
func (t *tries) verify(ctx context.Context, address, password, hash string) (bool, error) {
	if !t.enter(address) {
		return false, errQueue
	}
	defer t.leave(address)
	select {
	case t.lane <- struct{}{}:
		defer func() { <-t.lane }()
		return t.check(ctx, password, hash)
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

func (t *tries) enter(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queue >= mostWaiting || t.waiting[address] >= mostFromAddress {
		return false
	}
	t.queue++
	t.waiting[address]++
	return true
}

func (t *tries) leave(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue--
	if t.waiting[address]--; t.waiting[address] == 0 {
		delete(t.waiting, address)
	}
}

func keyOf(name, address string) tryKey { return tryKey{name[:min(len(name), maxKeyName)], address} }

// allow counts one try of a name from an address and reports whether it may be made.
func (t *tries) allow(now time.Time, name, address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter(now, keyOf(name, address), rate.Every(triesEvery), triesAtOnce).AllowN(now, 1) &&
		t.limiter(now, tryKey{address: address}, rate.Every(addressEvery), addressAtOnce).AllowN(now, 1)
}

// limiter returns that of a key. The caller holds mu.
func (t *tries) limiter(now time.Time, key tryKey, every rate.Limit, atOnce int) *rate.Limiter {
	l := t.by[key]
	if l == nil {
		t.makeRoom(now)
		l = rate.NewLimiter(every, atOnce)
		t.by[key] = l
	}
	return l
}

// forget gives a name all its tries from an address back: the password was right.
func (t *tries) forget(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, keyOf(name, address))
}

// makeRoom keeps the map bounded: it forgets keys that have all their tries back, for
// forgetting these changes nothing, and if there are none, any key.
func (t *tries) makeRoom(now time.Time) {
	if len(t.by) < t.most {
		return
	}
	for key, l := range t.by {
		if l.TokensAt(now) >= float64(l.Burst()) {
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
