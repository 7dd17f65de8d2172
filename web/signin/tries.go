package signin

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vmstudy/study"
	"vmstudy/web/page"
)

// Limits for trying passwords and codes. Tries of passwords from one address do not count for other addresses, so a stranger cannot lock somebody
// else's account. Codes are tried by who knows the password: of the million codes of an app three are right at a time, so who tries all year, once in ten
// minutes, finds one with a chance of one in seven, and the audit is full of it. If a stranger uses these tries up, the owner still has recovery codes.
const (
	triesAtOnce   = 5 // for one name from one address; after that, one try every triesEvery
	triesEvery    = 12 * time.Second
	addressAtOnce = 20 // for all names from one address; after that, one try every addressEvery
	addressEvery  = 3 * time.Second
	codesAtOnce   = 5 // of one account, wherever they come from; after that, one try every codesEvery
	codesEvery    = 10 * time.Minute
	recoveryEvery = time.Second // one recovery code of one account from one address, after recoveryOnce
	recoveryOnce  = 20
	maxTried      = 10_000 // keys remembered
	maxKeyName    = 100    // bytes of a name that the key keeps, because people may type long texts
)

// How many sign-ins may wait, in all and from one address. Passwords are checked one after the
// other, because each check takes a processor and 64 MiB.
const (
	mostWaiting     = 32
	mostFromAddress = 3
)

// A tryKey is what tries are counted for: a name from an address, or, with name "", all names from
// an address.
type tryKey struct{ name, address string }

// tries limits how often passwords may be tried, and how many checks may wait.
type tries struct {
	check func(ctx context.Context, password, hash string) (bool, error)
	make  func(ctx context.Context, password string) (string, error)
	lane  chan struct{} // has a value while a password is checked or hashed

	mu      sync.Mutex
	by      limiters[tryKey]
	most    int            // the number of keys to remember at most
	waiting map[string]int // checks by address, including the one that runs
	queue   int            // the sum of waiting
}

func newTries(check func(ctx context.Context, password, hash string) (bool, error), hash func(ctx context.Context, password string) (string, error)) *tries {
	return &tries{
		check: check, make: hash, lane: make(chan struct{}, 1),
		by: limiters[tryKey]{}, most: maxTried, waiting: map[string]int{},
	}
}

var errQueue = study.Refuse(page.ErrLimited, "Many people are signing in at this moment. Wait a few seconds, then try again.")

// verify reports whether hash is the hash of password. It waits until the checks before it are
// done. If too many wait, in all or from this address, it returns errQueue.
func (t *tries) verify(ctx context.Context, address, password, hash string) (ok bool, err error) {
	err = t.inTurn(ctx, address, func() (err error) {
		ok, err = t.check(ctx, password, hash)
		return err
	})
	return ok, err
}

// hash returns the hash of a new password. It waits in the same queue: who has an invitation could ask for hash after hash.
func (t *tries) hash(ctx context.Context, address, password string) (hash string, err error) {
	err = t.inTurn(ctx, address, func() (err error) {
		hash, err = t.make(ctx, password)
		return err
	})
	return hash, err
}

func (t *tries) inTurn(ctx context.Context, address string, do func() error) error {
	if !t.enter(address) {
		return errQueue
	}
	defer t.leave(address)
	select {
	case t.lane <- struct{}{}:
		defer func() { <-t.lane }()
		return do()
	case <-ctx.Done():
		return context.Cause(ctx)
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

// allow counts one try for a name from an address. It reports whether the try is within the limits. An address that is over
// its limit is refused first, so that it cannot fill the map with names.
func (t *tries) allow(now time.Time, name, address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter(now, tryKey{address: address}, rate.Every(addressEvery), addressAtOnce).AllowN(now, 1) &&
		t.limiter(now, keyOf(name, address), rate.Every(triesEvery), triesAtOnce).AllowN(now, 1)
}

// A codeKind is a kind of codes, whose tries count together. Nobody guesses a recovery code: it is looked up even over the limit, though not faster than
// recoveryEvery, and only the audit has no more entries of wrong ones.
type codeKind string

const (
	ofApp    codeKind = "code"
	recovery codeKind = "recovery code"
)

// allowCode counts one try of a code of an account, and reports whether it is within the limits.
func (t *tries) allowCode(now time.Time, name string, kind codeKind) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter(now, keyOf(name, string(kind)), rate.Every(codesEvery), codesAtOnce).AllowN(now, 1)
}

// allowRecovery counts one look for a recovery code of an account from an address, so that nobody elsewhere takes the tries of its owner. It reports whether the database may be asked.
func (t *tries) allowRecovery(now time.Time, name, address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter(now, keyOf(name, "recovery codes from "+address), rate.Every(recoveryEvery), recoveryOnce).AllowN(now, 1)
}

// forgetCodes allows all tries of codes of an account again, after a right one.
func (t *tries) forgetCodes(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, keyOf(name, string(ofApp)))
	delete(t.by, keyOf(name, string(recovery)))
}

// limiter returns the limiter of a key. The caller must hold mu.
func (t *tries) limiter(now time.Time, key tryKey, every rate.Limit, atOnce int) *rate.Limiter {
	return t.by.find(now, key, every, atOnce, t.most)
}

// forget allows all tries for a name from an address again, after the right password.
func (t *tries) forget(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, keyOf(name, address))
}
