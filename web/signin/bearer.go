package signin

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
)

// TokenPrefix begins each token, so that programs which look for secrets in what people publish find it.
const TokenPrefix = "vmstudy_"

// How often a program may ask.
const (
	AsksAtOnce = 60
	asksASec   = 10
	mostAskers = 10_000 // are remembered
)

var (
	errNoToken = study.Refuse(page.ErrUnknown,
		"This needs a token: make one on the page Account, and send it in a header: Authorization: Bearer vmstudy_...")
	errTokenEnded = study.Refuse(page.ErrUnknown, "This token does not work: it is mistyped, has expired, was revoked, or its owner's account is disabled.")
	errAsksOften  = study.Refuse(page.ErrLimited, "This token asks more than %d times a second. Wait a second, then go on more slowly.", asksASec)
)

// NewToken makes up what a program sends, and returns it with its SHA-256, of which alone the server keeps anything.
func NewToken() (secret string, hash []byte) {
	random, _ := newToken()
	secret = TokenPrefix + random
	sum := sha256.Sum256([]byte(secret))
	return secret, sum[:]
}

// Bearer lets only programs pass that have a token in the header Authorization. Cookies mean nothing here. It cuts a request off when its token ends.
func (s *Server) Bearer(next http.Handler) http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		t, e, err := s.token(r)
		if errors.Is(err, page.ErrUnknown) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="vmstudy"`)
		}
		if err != nil {
			return err
		}
		if !s.asks.allow(t.ID, s.Now()) {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(1.0/asksASec))))
			return errAsksOften
		}
		if s.required && !e.Second {
			return errMustEnrol
		}
		if err := s.accounts.UseToken(r.Context(), t.ID, s.Now()); err != nil {
			return err
		}
		ctx, leave := s.logins.follow(r.Context(), string(t.SHA256), func(ctx context.Context) error {
			_, _, err := s.accounts.Token(ctx, t.SHA256, s.Now())
			return err
		})
		defer leave()
		next.ServeHTTP(endingWriter{w, ctx}, r.WithContext(page.WithToken(page.WithWho(ctx, e), t)))
		return nil
	})
}

// token returns the token that a request has in its header, and its owner. The audit tells of one that is refused.
func (s *Server) token(r *http.Request) (study.Token, study.Experimenter, error) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return study.Token{}, study.Experimenter{}, errNoToken
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(token)))
	t, e, err := s.accounts.Token(r.Context(), hash[:], s.Now())
	if errors.Is(err, study.ErrDenied) {
		err = s.refuseToken(r, t, e)
	}
	return t, e, err
}

// refuseToken returns the refusal of a token that does not work, after it is in the audit. t has no number if nobody has made such a token.
func (s *Server) refuseToken(r *http.Request, t study.Token, owner study.Experimenter) error {
	who, why := "somebody", "unknown token"
	if t.ID != 0 {
		who, why = owner.Name, aboutToken(t)+" "+t.Ended(s.Now(), owner)
	}
	s.Log.WarnContext(r.Context(), "token refused", "from", s.address(r), "why", why)
	e := audit.Entry{At: s.Now(), Who: who, Action: "refused: use a token", About: "from " + s.address(r), Why: why}
	if err := s.recordRationed(r.Context(), "address "+s.address(r), e); err != nil {
		return err
	}
	return errTokenEnded
}

// asks counts how often programs ask.
type asks struct {
	mu sync.Mutex
	of limiters[study.TokenID]
}

func (a *asks) allow(t study.TokenID, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = limiters[study.TokenID]{}
	}
	return a.of.find(now, t, asksASec, AsksAtOnce, mostAskers).AllowN(now, 1)
}
