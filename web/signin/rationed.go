package signin

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vmstudy/study"
	"vmstudy/study/audit"
)

// How many refusals of programs are in the audit. Each is in the log.
const (
	refusalsAtOnce = 10 // of one token, or from one address; after that, one every refusalsEvery
	refusalsEvery  = 30 * time.Second
	refusalsInAll  = 200 // of all; after that, one every refusalsEvery
)

// rationed says which refusals of programs are in the audit. A program repeats what was refused as fast as it can, and whoever floods the server
// could otherwise fill the audit, in which every entry stays.
type rationed struct {
	mu  sync.Mutex
	of  limiters[string]
	all *rate.Limiter
}

// allow counts one refusal of a token or an address, and reports whether the audit tells of it.
func (r *rationed) allow(key string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of, r.all = limiters[string]{}, rate.NewLimiter(rate.Every(refusalsEvery), refusalsInAll)
	}
	return r.of.find(now, key, rate.Every(refusalsEvery), refusalsAtOnce, maxTried).AllowN(now, 1) && r.all.AllowN(now, 1)
}

// RecordOfToken appends the refusal of what a program asked for to the audit, unless its token was refused too often lately.
func (s *Server) RecordOfToken(ctx context.Context, t study.Token, e audit.Entry) error {
	return s.recordRationed(ctx, "token "+string(t.SHA256), e)
}

func (s *Server) recordRationed(ctx context.Context, key string, e audit.Entry) error {
	if !s.refusals.allow(key, s.Now()) {
		return nil
	}
	_, err := s.accounts.Record(ctx, e)
	return err
}
