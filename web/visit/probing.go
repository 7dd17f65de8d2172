package visit

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vmstudy/study"
	"vmstudy/web/page"
)

// What a page may move to find out how fast it reaches the server. Everybody's probes together have one budget, so that they
// never take from a desktop for long what it needs. Each session has a share of it, which is enough for some five measurements a
// minute, so that nobody takes it all.
const (
	// ProbeLimit is how many bytes one probe has at most.
	ProbeLimit  = 1 << 20
	probeRate   = 4 << 20  // bytes a second, of all probes together
	probeAtOnce = 64 << 20 // bytes that may be moved before that counts
	probeShare  = 16 << 20 // bytes a minute, of the probes of one session
)

// probing is the budget of all probes.
type probing struct {
	mu     sync.Mutex
	budget *rate.Limiter
	shares map[study.SessionID]*rate.Limiter // of those that have measured in the last minute
}

var (
	// errBusyLine is what a page is told while others measure.
	errBusyLine = study.Refuse(study.ErrConflict, "Others are measuring at the moment. Please try again in a minute.")
	// errMeasuredOften is what a page is told that measures again and again.
	errMeasuredOften = study.Refuse(study.ErrConflict, "This computer has measured often enough for now. Please try again in a minute.")
	errProbeSize     = study.Refuse(study.ErrInvalid, "A probe has from 0 to %d bytes.", ProbeLimit)
)

// take takes a number of bytes out of the budget, and out of the share of a session, at now.
func (p *probing) take(now time.Time, session study.SessionID, bytes int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget == nil {
		p.budget, p.shares = rate.NewLimiter(probeRate, probeAtOnce), map[study.SessionID]*rate.Limiter{}
	}
	maps.DeleteFunc(p.shares, func(_ study.SessionID, l *rate.Limiter) bool { return l.TokensAt(now) >= probeShare })
	share := p.shares[session]
	if share == nil {
		share = rate.NewLimiter(probeShare/60., probeShare)
	}
	switch {
	case share.TokensAt(now) < float64(bytes):
		return errMeasuredOften
	case !p.budget.AllowN(now, bytes):
		return errBusyLine
	}
	share.AllowN(now, bytes)
	p.shares[session] = share
	return nil
}

// SendProbe answers with as many random bytes as the parameter says, which nothing on the way can make smaller. With 0 it answers at
// once, which times a round trip.
func (s *Server) SendProbe(w http.ResponseWriter, r *http.Request, v study.Session) error {
	if r.Method != http.MethodGet { // a HEAD would cost the budget and move nothing
		return page.ShowWrongMethod(w, r)
	}
	n, err := strconv.Atoi(r.URL.Query().Get("bytes"))
	if err != nil || n < 0 || n > ProbeLimit {
		return errProbeSize
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
	n := r.ContentLength
	if n > ProbeLimit {
		return errProbeSize
	}
	if n < 0 { // the browser does not say
		n = ProbeLimit
	}
	if err := s.mayProbe(v, int(n)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return errProbeSize
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// mayProbe refuses a probe of who has consented already, and one that is beyond the budget.
func (s *Server) mayProbe(v study.Session, bytes int) error {
	if v.Step().Kind != study.StepConsent {
		return errLookedAt
	}
	return s.probing.take(s.Now(), v.ID, bytes)
}
