package visit

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vmstudy/study"
)

// What a page may move to find out how fast it reaches the server. Everybody's probes together have one budget, so that they
// never take from a desktop for long what it needs.
const (
	// ProbeLimit is how many bytes one probe has at most.
	ProbeLimit  = 1 << 20
	probeRate   = 4 << 20  // bytes a second, of all probes together
	probeAtOnce = 64 << 20 // bytes that may be moved before that counts
)

// probing is the budget of all probes.
type probing struct {
	mu     sync.Mutex
	budget *rate.Limiter
}

// errBusyLine is what a page is told while others measure.
var errBusyLine = study.Refuse(study.ErrConflict, "Others are measuring at the moment. Please try again in a minute.")

// take takes a number of bytes out of the budget at now.
func (p *probing) take(now time.Time, bytes int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget == nil {
		p.budget = rate.NewLimiter(probeRate, probeAtOnce)
	}
	if !p.budget.AllowN(now, bytes) {
		return errBusyLine
	}
	return nil
}

// SendProbe answers with as many random bytes as the parameter says, which nothing on the way can make smaller. With 0 it answers at
// once, which times a round trip.
func (s *Server) SendProbe(w http.ResponseWriter, r *http.Request, v study.Session) error {
	n, err := strconv.Atoi(r.URL.Query().Get("bytes"))
	if err != nil || n < 0 || n > ProbeLimit {
		return study.Refuse(study.ErrInvalid, "A probe has from 0 to %d bytes.", ProbeLimit)
	}
	if err := s.mayProbe(v, n); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	w.Header().Set("Cache-Control", "no-store, no-transform")
	seed := [32]byte{byte(v.ID), byte(v.ID >> 8), byte(s.Now().UnixNano()), byte(s.Now().UnixNano() >> 8)}
	_, _ = io.CopyN(w, rand.NewChaCha8(seed), int64(n)) // whoever does not read it all measures nothing
	return nil
}

// TakeProbe reads what a page sends, and throws it away.
func (s *Server) TakeProbe(w http.ResponseWriter, r *http.Request, v study.Session) error {
	if err := s.mayProbe(v, ProbeLimit); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return study.Refuse(study.ErrInvalid, "A probe has from 0 to %d bytes.", ProbeLimit)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// mayProbe refuses a probe of who has consented already, and one that is beyond the budget.
func (s *Server) mayProbe(v study.Session, bytes int) error {
	if v.Step().Kind != study.StepConsent {
		return errLookedAt
	}
	return s.probing.take(s.Now(), bytes)
}
