package signin

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// SecondFactorPath is the page on which somebody enrols or removes a second factor.
const SecondFactorPath = "/lab/account/second-factor"

const codePath = "/signin/code"

var (
	errHalfOver       = study.Refuse(study.ErrDenied, "You have ten minutes for the code after the password, and they are over. Sign in again.")
	errWrongCode      = study.Refuse(study.ErrDenied, "That is not a code of this moment, nor a recovery code that is left. If the app's codes are never right, look whether its clock is.")
	errManyCodes      = study.Refuse(page.ErrLimited, "Too many wrong codes. Take a recovery code, or try again in ten minutes.")
	errManyRecoveries = study.Refuse(page.ErrLimited, "Too many wrong recovery codes in a row. Wait some seconds, then type one again.")
	errMustEnrol      = study.Refuse(study.ErrDenied, "This installation asks everybody for a second factor. Set yours up on your own page first; this was not done.")
)

// halfCookie is the cookie of somebody who has typed their password and not yet the code.
func (s *Server) halfCookie(value string, maxAge int) *http.Cookie {
	c := s.Public.Cookie("half", "/signin")
	c.Value, c.MaxAge, c.SameSite = value, maxAge, http.SameSiteStrictMode
	return c
}

// askForCode remembers that somebody's password was right, and asks them for the code.
func (s *Server) askForCode(w http.ResponseWriter, r *http.Request, h half) error {
	token, hash := newToken()
	s.half.keep(hash, h, s.Now())
	http.SetCookie(w, s.halfCookie(token, int(halfLasts/time.Second)))
	return page.Redirect(w, r, codePath)
}

// halfIn returns who has typed the password in the browser that sent r.
func (s *Server) halfIn(r *http.Request) (half, [sha256.Size]byte, error) {
	c, err := r.Cookie(s.halfCookie("", 0).Name)
	if err != nil {
		return half{}, [sha256.Size]byte{}, errHalfOver
	}
	hash := sha256.Sum256([]byte(c.Value))
	h, ok := s.half.find(hash, s.Now())
	if !ok {
		return half{}, hash, errHalfOver
	}
	now, password, err := s.accounts.Experimenter(r.Context(), h.who.Name)
	if err == nil && (now.Disabled || password != h.hash) {
		err = errHalfOver
	}
	return h, hash, err
}

// ShowCode asks for the code, or leads back to the password if that was not typed.
func (s *Server) ShowCode(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.halfIn(r); err != nil {
		return page.Redirect(w, r, "/signin")
	}
	return s.renderCode(w, r, http.StatusOK, "")
}

func (s *Server) renderCode(w http.ResponseWriter, r *http.Request, code int, say string) error {
	return s.Render(w, r, code, view.SignInCode(s.LabPage(r, "Sign in"), say))
}

// SignInWithCode opens a login for somebody who has typed the password, if the code is right.
func (s *Server) SignInWithCode(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	h, hash, err := s.halfIn(r)
	if err == nil {
		err = s.checkCode(r, h.who, in.Get("code"), "sign in")
	}
	if code, say := page.Explain(err); code == http.StatusForbidden || code == http.StatusTooManyRequests {
		return s.renderCode(w, r, code, say)
	}
	if err != nil {
		return err
	}
	if !s.half.drop(hash) {
		return errHalfOver
	}
	http.SetCookie(w, s.halfCookie("", -1))
	if err := s.openLogin(w, s.acting(r, h.who, "sign in"), h.who.ID, h.hash); err != nil {
		return err
	}
	s.Log.InfoContext(r.Context(), "signed in", "experimenter", h.who.Name, "from", s.address(r), "second_factor", true)
	return page.Redirect(w, r, h.to)
}

// checkCode uses up a code or a recovery code of e. What is wrong with it is a refusal, and in the audit; over the limit, in the log only, so that
// nobody fills the audit. Tries from all addresses count together, since who tries knows the password.
func (s *Server) checkCode(r *http.Request, e study.Experimenter, typed, action string) error {
	kind := kindOf(typed)
	within := s.tries.allowCode(s.Now(), e.Name, kind)
	refused := func(why string, err error) error {
		s.Log.WarnContext(r.Context(), "code refused", "from", s.address(r), "why", why, "experimenter", e.Name)
		if !within {
			return err
		}
		if _, failed := s.accounts.Record(r.Context(), audit.Entry{At: s.Now(), Who: e.Name, Action: "refused: " + action, About: "from " + s.address(r), Why: why}); failed != nil {
			return failed
		}
		return err
	}
	if kind == ofApp && !within {
		return refused("too many wrong codes", errManyCodes)
	}
	if kind == recovery && !s.tries.allowRecovery(s.Now(), e.Name, s.address(r)) {
		return refused("too many wrong recovery codes", errManyRecoveries)
	}
	f, err := s.accounts.SecondFactor(r.Context(), e.ID)
	if errors.Is(err, study.ErrNotFound) { // removed meanwhile: only the password is asked for
		return errHalfOver
	}
	if err != nil {
		return err
	}
	switch err = s.useCode(r, e, f, typed); {
	case errors.Is(err, study.ErrCodeUsed):
		return refused("code used before", study.ErrCodeUsed)
	case errors.Is(err, study.ErrDenied):
		return refused("wrong code", errWrongCode)
	case err == nil:
		s.tries.forgetCodes(e.Name)
	}
	return err
}

// useCode uses up a code of the app of e, or a recovery code. It returns study.ErrDenied for a wrong one, and study.ErrCodeUsed for one of the app
// that was used before.
func (s *Server) useCode(r *http.Request, e study.Experimenter, f study.SecondFactor, typed string) error {
	if kindOf(typed) == recovery {
		return s.useRecoveryCode(r, e, typed)
	}
	step, right, err := stepOf(f.Secret, typed, s.Now())
	if err != nil {
		return err
	}
	if !right {
		return study.ErrDenied
	}
	return s.accounts.UseCode(audit.Silent(r.Context()), e.ID, step)
}

func (s *Server) useRecoveryCode(r *http.Request, e study.Experimenter, typed string) error {
	if err := s.accounts.UseRecoveryCode(audit.Silent(r.Context()), e.ID, hashRecoveryCode(typed), s.Now()); err != nil {
		return err
	}
	_, err := s.accounts.Record(r.Context(), audit.Entry{At: s.Now(), Who: e.Name, Action: "use a recovery code", About: "from " + s.address(r)})
	return err
}

// ShowSecondFactor shows whether somebody has a second factor, and lets them enrol or remove one.
func (s *Server) ShowSecondFactor(w http.ResponseWriter, r *http.Request) error {
	return s.renderSecondFactor(w, r, http.StatusOK, "")
}

func (s *Server) renderSecondFactor(w http.ResponseWriter, r *http.Request, code int, say string) error {
	who := page.Who(r.Context())
	v := view.SecondFactor{Say: say, Required: s.required}
	f, err := s.accounts.SecondFactor(r.Context(), who.ID)
	switch {
	case err == nil:
		v.Since, v.Left = s.Moment(f.EnrolledAt), f.Codes
	case !errors.Is(err, study.ErrNotFound):
		return err
	default:
		secret := s.secretFor(s.login(r))
		at := s.Public.Origin(r)
		_, host, _ := strings.Cut(at, "://")
		v.Secret = spaced(plainBase32.EncodeToString(secret))
		if v.QR, err = page.QR(appAddress(secret, who.Name, host)); err != nil {
			return err
		}
	}
	p := s.LabPage(r, "Second factor")
	p.Styles = []string{"links.css"}
	return s.Render(w, r, code, view.SecondFactorPage(p, v))
}

// secretFor returns the secret that somebody is setting up in a login: the same for ten minutes, so that a page loaded again goes with the app.
// Another login has another one: who has looked at its page knows nothing of this.
func (s *Server) secretFor(login [sha256.Size]byte) []byte {
	h, ok := s.enrolling.find(login, s.Now())
	if !ok {
		h = half{secret: newSecret()}
		s.enrolling.keep(login, h, s.Now())
	}
	return h.secret
}

// spaced parts a text into groups of four, which people can type.
func spaced(text string) string {
	var b strings.Builder
	for i, r := range text {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// EnrolSecondFactor gives somebody a second factor if they know their password and their app shows the right code. It shows the recovery codes,
// this once.
func (s *Server) EnrolSecondFactor(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	who := page.Who(r.Context())
	h, ok := s.enrolling.find(s.login(r), s.Now())
	if !ok {
		return s.renderSecondFactor(w, r, http.StatusConflict, "The time to set the app up is over. Take the new secret below.")
	}
	step, err := s.firstCode(r, who, h.secret, in.Get("code"), in.Get("password"))
	var codes []string
	if err == nil {
		var hashes [][]byte
		codes, hashes = newRecoveryCodes()
		err = s.accounts.EnrolSecondFactor(r.Context(), who.ID, study.SecondFactor{Secret: h.secret, EnrolledAt: s.Now(), LastStep: step}, hashes)
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSecondFactor(w, r, code, page.Sentence(say))
	}
	if err != nil {
		return err
	}
	s.enrolling.drop(s.login(r))
	s.Log.InfoContext(r.Context(), "second factor enrolled", "experimenter", who.Name, "from", s.address(r))
	p := s.LabPage(r, "Recovery codes")
	p.Styles = []string{"links.css"}
	return s.Render(w, r, http.StatusOK, view.RecoveryCodesPage(p, codes))
}

// firstCode returns the half minute of the code that an app shows for a new secret, if the password is right.
func (s *Server) firstCode(r *http.Request, who study.Experimenter, secret []byte, code, typed string) (int64, error) {
	if err := s.confirmPassword(r, who, typed); err != nil {
		return 0, err
	}
	step, right, err := stepOf(secret, code, s.Now())
	if err == nil && !right {
		err = study.Refuse(study.ErrInvalid, "That is not the code that the app shows for this secret. Look whether the clock of its phone is right, and try the next one.")
	}
	return step, err
}

// RemoveSecondFactor removes the second factor of somebody who knows their password and a code.
func (s *Server) RemoveSecondFactor(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	who := page.Who(r.Context())
	err = s.confirmPassword(r, who, in.Get("password"))
	if err == nil {
		err = s.checkCode(r, who, in.Get("code"), "remove a second factor")
	}
	if err == nil {
		err = s.accounts.RemoveSecondFactor(r.Context(), who.ID)
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSecondFactor(w, r, code, page.Sentence(say))
	}
	if err != nil {
		return err
	}
	s.Log.InfoContext(r.Context(), "second factor removed", "experimenter", who.Name, "from", s.address(r))
	return page.Redirect(w, r, "/lab/account")
}

// confirmPassword returns why a password is not that of somebody who is signed in, or nil.
func (s *Server) confirmPassword(r *http.Request, who study.Experimenter, typed string) error {
	_, _, err := s.checkPassword(r, who.Name, typed)
	if errors.Is(err, study.ErrDenied) {
		err = study.Refuse(study.ErrDenied, "that is not your password")
	}
	return err
}

// mustEnrol reports whether somebody has to set up a second factor before they go on: everything waits for it but their own page.
func (s *Server) mustEnrol(r *http.Request, e study.Experimenter) bool {
	return s.required && !e.Second && r.URL.Path != "/lab/account" && !strings.HasPrefix(r.URL.Path, "/lab/account/")
}
