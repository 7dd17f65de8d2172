package signin

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/password"
	"vmstudy/web/view"
)

const loginLasts = 12 * time.Hour

// cookie returns the login cookie with the given value. maxAge is in seconds; -1 deletes the
// cookie.
func (s *Server) cookie(value string, maxAge int) *http.Cookie {
	c := s.Public.Cookie("login", "/")
	c.Value, c.MaxAge, c.SameSite = value, maxAge, http.SameSiteStrictMode
	return c
}

// tokenHash returns the SHA-256 of the login token in r's cookie. Only the browser stores the token
// itself.
func (s *Server) tokenHash(r *http.Request) ([]byte, bool) {
	c, err := r.Cookie(s.cookie("", 0).Name)
	if err != nil || c.Value == "" {
		return nil, false
	}
	sum := sha256.Sum256([]byte(c.Value))
	return sum[:], true
}

// login returns the SHA-256 of the token of a login that runs: r has passed SignedIn.
func (s *Server) login(r *http.Request) [sha256.Size]byte {
	hash, _ := s.tokenHash(r)
	return [sha256.Size]byte(hash)
}

// SignedIn lets only experimenters pass. It sends others to the sign-in page, which leads back
// here. It cuts a request off when its login ends.
func (s *Server) SignedIn(next http.Handler) http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		e, err := s.who(r)
		if errors.Is(err, study.ErrDenied) {
			if r.Method == http.MethodPost {
				return page.ErrSignedOut
			}
			return page.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()))
		}
		if err != nil {
			return err
		}
		if s.mustEnrol(r, e) {
			if r.Method == http.MethodPost {
				return errMustEnrol
			}
			return page.Redirect(w, r, SecondFactorPath)
		}
		hash, _ := s.tokenHash(r) // who has found the cookie already
		if err := s.accounts.SeeLogin(r.Context(), hash, s.sighting(r)); err != nil {
			return err
		}
		seen := s.Now()
		ctx, leave := s.logins.follow(r.Context(), string(hash), func(ctx context.Context) error {
			if _, err := s.accounts.Login(ctx, hash, s.Now()); err != nil {
				return err
			}
			if s.Now().Sub(seen) < study.SeenEvery {
				return nil
			}
			seen = s.Now() // what runs uses the login: a download that takes hours is not idle
			return s.accounts.SeeLogin(ctx, hash, s.sighting(r))
		})
		defer leave()
		next.ServeHTTP(endingWriter{w, ctx}, r.WithContext(page.WithWho(ctx, e)))
		return nil
	})
}

// who returns the experimenter who is signed in, or study.ErrDenied.
func (s *Server) who(r *http.Request) (study.Experimenter, error) {
	hash, ok := s.tokenHash(r)
	if !ok {
		return study.Experimenter{}, study.ErrDenied
	}
	return s.accounts.Login(r.Context(), hash, s.Now())
}

// ShowSignIn shows the form to sign in.
func (s *Server) ShowSignIn(w http.ResponseWriter, r *http.Request) error {
	f := view.SignInForm{To: safeReturn(r.URL.Query().Get("to"))}
	return s.Render(w, r, http.StatusOK, view.SignIn(s.LabPage(r, "Sign in"), f))
}

// SignIn opens a login if name and password belong together, and leads to the page that was asked for.
func (s *Server) SignIn(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	f := view.SignInForm{Name: strings.TrimSpace(in.Get("name")), To: safeReturn(in.Get("to"))}
	e, hash, err := s.checkPassword(r, f.Name, in.Get("password"))
	if err == nil && !e.Second {
		err = s.openLogin(w, s.acting(r, e, "sign in"), e.ID, hash)
	}
	if code, say := page.Explain(err); code == http.StatusForbidden || code == http.StatusTooManyRequests {
		f.Say = say
		return s.Render(w, r, code, view.SignIn(s.LabPage(r, "Sign in"), f))
	}
	if err != nil {
		return err
	}
	if e.Second {
		return s.askForCode(w, r, half{who: e, hash: hash, to: f.To})
	}
	s.Log.InfoContext(r.Context(), "signed in", "experimenter", e.Name, "from", s.address(r))
	return page.Redirect(w, r, f.To)
}

// checkPassword returns the account with that name and password, and the hash that the password was compared with: a login is for who knows that
// password, and it may have been changed since. For an unknown name it takes as long and gives the same answer as for a wrong password. The log says
// which of the two it was. It does not contain an unknown name, because people type passwords into the wrong field.
func (s *Server) checkPassword(r *http.Request, name, typed string) (e study.Experimenter, hash string, err error) {
	from := s.address(r)
	refused := func(why string, more ...any) {
		s.Log.WarnContext(r.Context(), "sign-in refused", append([]any{"from", from, "why", why}, more...)...)
	}
	if !s.tries.allow(s.Now(), name, from) {
		refused("too many wrong passwords")
		return study.Experimenter{}, "", study.Refuse(page.ErrLimited, "Too many wrong passwords. Wait a minute, then try again.")
	}
	e, hash, err = s.accounts.Experimenter(r.Context(), name)
	unknown := errors.Is(err, study.ErrNotFound)
	if err != nil && !unknown {
		return study.Experimenter{}, "", err
	}
	if unknown {
		hash = password.Decoy()
	}
	ok, err := s.tries.verify(r.Context(), from, typed, hash)
	if err != nil {
		return study.Experimenter{}, "", err
	}
	switch {
	case ok && e.Disabled:
		ok = false
		refused("disabled", "experimenter", e.Name)
		err = s.recordRefusal(r, e.Name, "disabled")
	case unknown:
		refused("unknown name")
		err = s.recordRefusal(r, "somebody", "unknown name")
	case !ok:
		refused("wrong password", "experimenter", e.Name)
		err = s.recordRefusal(r, e.Name, "wrong password")
	}
	if err != nil {
		return study.Experimenter{}, "", err
	}
	if !ok || unknown {
		return study.Experimenter{}, "", study.Refuse(study.ErrDenied, "This name and password do not belong together.")
	}
	s.tries.forget(name, from)
	return e, hash, nil
}

// acting returns r as a request in which e does something, so that the audit tells of it. A login that nobody has is nobody's act.
func (s *Server) acting(r *http.Request, e study.Experimenter, action string) *http.Request {
	if e.ID == 0 {
		return r
	}
	return r.WithContext(audit.During(r.Context(), audit.Act{Who: e.Name, At: s.Now(), What: func() (string, string, string) {
		return action, "from " + s.address(r), ""
	}}))
}

// recordRefusal appends a refused sign-in to the audit. Names that nobody has are not in it: people type passwords into the wrong field.
func (s *Server) recordRefusal(r *http.Request, who, why string) error {
	_, err := s.accounts.Record(r.Context(), audit.Entry{At: s.Now(), Who: who, Action: "refused: sign in", About: "from " + s.address(r), Why: why})
	return err
}

// errChanged answers who proved to know a password that is not theirs any more, or whose account was disabled meanwhile.
var errChanged = study.Refuse(study.ErrDenied, "The account was changed while you signed in. Sign in again.")

// openLogin opens a login for who has proved to know the password with that hash.
func (s *Server) openLogin(w http.ResponseWriter, r *http.Request, id study.ExperimenterID, hash string) error {
	value, sum := newToken()
	err := s.accounts.OpenLogin(r.Context(), id, hash, sum[:], s.Now().Add(loginLasts))
	if errors.Is(err, study.ErrDenied) {
		err = errChanged
	}
	if err != nil {
		return err
	}
	if err := s.accounts.SeeLogin(r.Context(), sum[:], s.sighting(r)); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(value, int(loginLasts/time.Second)))
	return nil
}

// SignOut ends the login and everything that runs in it.
func (s *Server) SignOut(w http.ResponseWriter, r *http.Request) error {
	if hash, ok := s.tokenHash(r); ok {
		e, _ := s.who(r)
		if err := s.accounts.CloseLogin(s.acting(r, e, "sign out").Context(), hash); err != nil {
			return err
		}
		s.logins.end(string(hash))
		if e.ID != 0 {
			s.Log.InfoContext(r.Context(), "signed out", "experimenter", e.Name, "from", s.address(r))
		}
	}
	http.SetCookie(w, s.cookie("", -1))
	return page.Redirect(w, r, "/")
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
