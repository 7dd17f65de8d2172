package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"sync"
	"time"

	"vmstudy/study"
)

// halfLasts is how long somebody who has typed their password has for the code, or for setting their app up.
const halfLasts = 10 * time.Minute

// mostHalf is how many things that are half done are remembered.
const mostHalf = 10_000

// A half is what somebody has begun and not finished: to sign in, when they have typed their password, or to enrol a second factor. It is kept
// in memory only: after a restart they begin again.
type half struct {
	who    study.Experimenter
	hash   string // of the password that was typed; where theirs is another one by now, nothing is finished
	to     string // the page to show after signing in
	secret []byte // of the second factor that is to be enrolled
	until  time.Time
}

// halves remembers what is half done, by the SHA-256 of the token in a browser's cookie: what is begun in one browser is finished there.
type halves struct {
	mu sync.Mutex
	of map[[sha256.Size]byte]half
}

// keep remembers h. Where there are too many, it forgets what is over, and if nothing is, everything: people begin again.
func (s *halves) keep(key [sha256.Size]byte, h half, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.of) >= mostHalf {
		maps.DeleteFunc(s.of, func(_ [sha256.Size]byte, h half) bool { return !now.Before(h.until) })
	}
	if s.of == nil || len(s.of) >= mostHalf {
		s.of = map[[sha256.Size]byte]half{}
	}
	h.until = now.Add(halfLasts)
	s.of[key] = h
}

// find returns what was kept under a key, unless it is over.
func (s *halves) find(key [sha256.Size]byte, now time.Time) (half, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.of[key]
	return h, ok && now.Before(h.until)
}

// drop forgets what was kept under a key, and reports whether it was there: of two who finish the same thing, one does.
func (s *halves) drop(key [sha256.Size]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.of[key]
	delete(s.of, key)
	return ok
}

// newToken returns a token for a cookie, and its SHA-256.
func newToken() (token string, hash [sha256.Size]byte) {
	random := make([]byte, 32)
	rand.Read(random) // never fails: see crypto/rand
	token = base64.RawURLEncoding.EncodeToString(random)
	return token, sha256.Sum256([]byte(token))
}
