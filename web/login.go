package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/password"
	"vmstudy/web/view"
)

const loginLasts = 12 * time.Hour

type whoKey struct{}

// whoFrom returns the experimenter who is signed in, or the zero Experimenter.
func whoFrom(ctx context.Context) study.Experimenter {
	e, _ := ctx.Value(whoKey{}).(study.Experimenter)
	return e
}

// loginCookie returns the name of the cookie with the login token.
func (s *Server) loginCookie() string { return s.public.cookieName("login", s.public.path+"/") }

// cookie returns the login cookie with the given value. maxAge is in seconds; -1 deletes the
// cookie.
func (s *Server) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.loginCookie(), Value: value, Path: s.public.path + "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.public.secure(), SameSite: http.SameSiteStrictMode,
	}
}

// tokenHash returns the SHA-256 of the login token in r's cookie. Only the browser stores the token
// itself.
func (s *Server) tokenHash(r *http.Request) ([]byte, bool) {
	c, err := r.Cookie(s.loginCookie())
	if err != nil || c.Value == "" {
		return nil, false
	}
	sum := sha256.Sum256([]byte(c.Value))
	return sum[:], true
}

// errSignedOut answers a form that arrives after its login has ended. The browser still has what
// was typed, and sends it again when the person reloads the page.
var errSignedOut = study.Refuse(study.ErrDenied, "You are not signed in any more, so this was not done. Sign in in another tab, then reload this page: "+
	"the browser sends what you have typed again.")

// signedIn lets only experimenters pass. It sends others to the sign-in page, which leads back
// here. It cuts a request off when its login ends.
func (s *Server) signedIn(next http.Handler) http.Handler {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		e, err := s.who(r)
		if errors.Is(err, study.ErrDenied) {
			if r.Method == http.MethodPost {
				return errSignedOut
			}
			return redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()))
		}
		if err != nil {
			return err
		}
		hash, _ := s.tokenHash(r) // who has found the cookie already
		ctx, leave := s.logins.follow(r.Context(), string(hash), func(ctx context.Context) error {
			_, err := s.store.Login(ctx, hash, s.now())
			return err
		})
		defer leave()
		next.ServeHTTP(endingWriter{w, ctx}, r.WithContext(context.WithValue(ctx, whoKey{}, e)))
		return nil
	})
}

// who returns the experimenter who is signed in, or study.ErrDenied.
func (s *Server) who(r *http.Request) (study.Experimenter, error) {
	hash, ok := s.tokenHash(r)
	if !ok {
		return study.Experimenter{}, study.ErrDenied
	}
	return s.store.Login(r.Context(), hash, s.now())
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	f := view.SignInForm{To: safeReturn(r.URL.Query().Get("to"))}
	return s.render(w, r, http.StatusOK, view.SignIn(s.view(r, "Sign in"), f))
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	in, err := form(r)
	if err != nil {
		return err
	}
	f := view.SignInForm{Name: strings.TrimSpace(in.Get("name")), To: safeReturn(in.Get("to"))}
	e, err := s.checkPassword(r, f.Name, in.Get("password"))
	if code, say := explain(err); code == http.StatusForbidden || code == http.StatusTooManyRequests {
		f.Say = say
		return s.render(w, r, code, view.SignIn(s.view(r, "Sign in"), f))
	}
	if err != nil {
		return err
	}
	if err := s.openLogin(w, r, e.ID); err != nil {
		return err
	}
	s.log.InfoContext(r.Context(), "signed in", "experimenter", e.Name, "from", s.address(r))
	return redirect(w, r, f.To)
}

// checkPassword returns the account with that name and password. For an unknown name it takes as
// long and gives the same answer as for a wrong password. The log says which of the two it was. It
// does not contain an unknown name, because people type passwords into the wrong field.
func (s *Server) checkPassword(r *http.Request, name, typed string) (study.Experimenter, error) {
	from := s.address(r)
	refused := func(why string, more ...any) {
		s.log.WarnContext(r.Context(), "sign-in refused", append([]any{"from", from, "why", why}, more...)...)
	}
	if !s.tries.allow(s.now(), name, from) {
		refused("too many wrong passwords")
		return study.Experimenter{}, study.Refuse(errLimited, "Too many wrong passwords. Wait a minute, then try again.")
	}
	e, hash, err := s.store.Experimenter(r.Context(), name)
	unknown := errors.Is(err, study.ErrNotFound)
	if err != nil && !unknown {
		return study.Experimenter{}, err
	}
	if unknown {
		hash = password.Decoy()
	}
	ok, err := s.tries.verify(r.Context(), from, typed, hash)
	if err != nil {
		return study.Experimenter{}, err
	}
	switch {
	case unknown:
		refused("unknown name")
	case !ok:
		refused("wrong password", "experimenter", e.Name)
	}
	if !ok || unknown {
		return study.Experimenter{}, study.Refuse(study.ErrDenied, "This name and password do not belong together.")
	}
	s.tries.forget(name, from)
	return e, nil
}

func (s *Server) openLogin(w http.ResponseWriter, r *http.Request, id study.ExperimenterID) error {
	token := make([]byte, 32)
	rand.Read(token) // never fails: see crypto/rand
	value := base64.RawURLEncoding.EncodeToString(token)
	sum := sha256.Sum256([]byte(value))
	if err := s.store.OpenLogin(r.Context(), id, sum[:], s.now().Add(loginLasts)); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(value, int(loginLasts/time.Second)))
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if hash, ok := s.tokenHash(r); ok {
		e, _ := s.who(r)
		if err := s.store.CloseLogin(r.Context(), hash); err != nil {
			return err
		}
		s.logins.end(string(hash))
		if e.ID != 0 {
			s.log.InfoContext(r.Context(), "signed out", "experimenter", e.Name, "from", s.address(r))
		}
	}
	http.SetCookie(w, s.cookie("", -1))
	return redirect(w, r, "/")
}

// safeReturn returns to if it is the path of a lab page, and the lab's front page otherwise. A link
// that somebody else wrote must not lead through our sign-in to their site.
func safeReturn(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || (u.Path != "/lab" && !strings.HasPrefix(u.Path, "/lab/")) {
		return "/lab"
	}
	return u.RequestURI()
}
