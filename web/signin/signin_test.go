package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web"
	"vmstudy/web/page"
	"vmstudy/web/password"
	"vmstudy/web/signin"
)

func TestAPasswordOpensTheLabUntilSignOut(t *testing.T) {
	l := webtest.SignedOut(t)
	l.WantsRedirect(l.Get("/lab/day?date=2026-03-14"), "/signin?to="+url.QueryEscape("/lab/day?date=2026-03-14"))
	l.Wants(l.Get("/signin?to=/lab/day"), 200, "Sign in")

	a := l.SignInAs("ada", "enchantress of numbers", "/lab/day?date=2026-03-14", "192.0.2.1")
	l.WantsRedirect(a, "/lab/day?date=2026-03-14")
	l.Login = a.Cookies()[0]
	if c := l.Login; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.MaxAge != 12*60*60 || c.Secure {
		t.Errorf("cookie %v, want HttpOnly, SameSite=Strict, 12 h, not Secure", c)
	}
	l.Wants(l.Get("/lab/day"), 200, "ada")

	l.WantsRedirect(l.Post("/signout", nil), "/")
	l.WantsRedirect(l.Get("/lab/day"), "/signin?to=%2Flab%2Fday")
}

func TestTheLogSaysWhoSignsInFromWhereAndNoSecret(t *testing.T) {
	l := webtest.SignedOut(t)
	l.SignInAs("ada", "enchantress of numbers!", "", "192.0.2.7")
	l.SignInAs("enchantress of numbers", "", "", "192.0.2.8")
	l.Login = l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.9").Cookies()[0]
	l.Post("/signout", nil)
	for range 30 {
		l.SignInAs("ada", "wrong", "", "192.0.2.10")
	}
	text := l.Log.String()
	for _, line := range []string{
		`msg="sign-in refused" from=192.0.2.7 why="wrong password" experimenter=ada`,
		`msg="sign-in refused" from=192.0.2.8 why="unknown name"`,
		`msg="signed in" experimenter=ada from=192.0.2.9`,
		`msg="signed out" experimenter=ada from=`,
		`msg="sign-in refused" from=192.0.2.10 why="too many wrong passwords"`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("the log has no line with %s:\n%s", line, text)
		}
	}
	for _, secret := range []string{"enchantress", l.Login.Value} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the log:\n%s", secret, text)
		}
	}
}

func TestALoginEndsAfterTwelveHours(t *testing.T) {
	l := webtest.SignedOut(t)
	l.Login = l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	const step = 10 * time.Minute // it is used all the time
	for range signin.LoginLasts/step - 1 {
		l.Now = l.Now.Add(step)
		l.Wants(l.Get("/lab"), 200, "Studies")
	}
	l.Now = l.Now.Add(step)
	l.WantsRedirect(l.Get("/lab"), "/signin?to=%2Flab")
}

func TestASecureServerHasASecureCookie(t *testing.T) {
	l := webtest.SignedOut(t)
	public, err := page.ParsePublic("https://example.com")
	l.Must(err)
	l.Serve(func(c *web.Config) { c.Public = public })
	c := l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	if c.Name != "__Host-login" || !c.Secure || c.Path != "/" {
		t.Errorf("cookie %v, want __Host-login, Secure, Path=/", c)
	}
}

func TestAWrongNameIsToldTheSameAsAWrongPassword(t *testing.T) {
	l := webtest.SignedOut(t)
	wrong := l.SignInAs("ada", "wrong", "/lab/day", "192.0.2.1")
	unknown := l.SignInAs("eve", "wrong", "/lab/day", "192.0.2.1")
	for _, a := range []webtest.Answer{wrong, unknown} {
		l.Wants(a, 403, "This name and password do not belong together.")
		if got := webtest.Attr(l.One(a.Page, "input", "name=to"), "value"); got != "/lab/day" {
			t.Errorf("the page to return to became %q", got)
		}
		if len(a.Cookies()) != 0 {
			t.Errorf("a cookie was set: %v", a.Cookies())
		}
	}
	if got := webtest.Attr(l.One(wrong.Page, "input", "name=name"), "value"); got != "ada" {
		t.Errorf("the name typed became %q", got)
	}
}

func TestWrongPasswordsAreLimitedByNameAndAddress(t *testing.T) {
	l := webtest.SignedOut(t)
	for range signin.TriesAtOnce {
		l.Wants(l.SignInAs("ada", "wrong", "", "192.0.2.1"), 403, "do not belong together")
	}
	l.Wants(l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1"), 429, "Too many wrong passwords. Wait a minute, then try again.")
	l.WantsRedirect(l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.2"), "/lab")
	l.Now = l.Now.Add(signin.TriesEvery)
	l.WantsRedirect(l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
}

func TestARightPasswordIsNoTry(t *testing.T) {
	l := webtest.SignedOut(t)
	for range signin.TriesAtOnce - 1 {
		l.Wants(l.SignInAs("ada", "wrong", "", "192.0.2.1"), 403, "do not belong together")
	}
	l.WantsRedirect(l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
	for range signin.TriesAtOnce {
		l.Wants(l.SignInAs("ada", "wrong", "", "192.0.2.1"), 403, "do not belong together")
	}
}

// In TestAStrangerLocksNobodyOutBehindAProxy a stranger tries wrong passwords through the same
// proxy that the owner of the account uses.
func TestAStrangerLocksNobodyOutBehindAProxy(t *testing.T) {
	l := webtest.SignedOut(t)
	l.Serve(func(c *web.Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	through := func(password, forwarded string) webtest.Answer {
		fields := url.Values{"name": {"ada"}, "password": {password}}
		r := httptest.NewRequest("POST", "/signin", strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", forwarded)
		r.RemoteAddr = "10.0.0.7:1234"
		return l.Do(r)
	}
	for range signin.TriesAtOnce {
		l.Wants(through("wrong", "203.0.113.9"), 403, "do not belong together")
	}
	l.Wants(through("wrong", "203.0.113.9"), 429, "Too many wrong passwords")
	l.Wants(through("wrong", "198.51.100.1, 203.0.113.9"), 429, "Too many wrong passwords") // the stranger can write anything in front of the address that the proxy appends
	l.WantsRedirect(through("enchantress of numbers", "198.51.100.1"), "/lab")
}

// While a password waits for its turn to be compared, its owner changes it because somebody else knows it.
func TestAPasswordThatChangesWhileItIsCheckedOpensNothing(t *testing.T) {
	for name, meanwhile := range map[string]func(*webtest.Lab, study.ExperimenterID) error{
		"the password is changed": func(l *webtest.Lab, ada study.ExperimenterID) error {
			return l.Store.ChangePassword(t.Context(), ada, "another", nil)
		},
		"the account is disabled": func(l *webtest.Lab, ada study.ExperimenterID) error {
			return l.Store.ChangeAccount(t.Context(), ada, true, true, l.Now)
		},
	} {
		for _, second := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, second factor %v", name, second), func(t *testing.T) {
				l := signedIn(t)
				var has app
				if second {
					has, _ = enrol(l)
				}
				l.Login, l.Now = nil, l.Now.Add(time.Minute)
				l.Must(l.Store.SetPassword(t.Context(), "eve", "unused")) // somebody else has to administer
				l.Serve(func(c *web.Config) {
					c.Verify = func(_ context.Context, typed, hash string) (bool, error) {
						l.Must(meanwhile(l, l.Ada.ID))
						return password.Verify(typed, hash)
					}
				})
				a := l.SignInAs("ada", adasPassword, "", "192.0.2.1")
				if !second {
					l.Wants(a, 403, "The account was changed while you signed in.")
				} else {
					l.Login = a.Cookies()[0]
					a = code(l, has.shows())
					l.Wants(a, 403, "You have ten minutes for the code")
				}
				if len(a.Cookies()) != 0 {
					t.Errorf("cookies %v, want none", a.Cookies())
				}
				if all, err := l.Store.Logins(t.Context(), l.Ada.ID, l.Now); err != nil || slices.ContainsFunc(all, func(x study.Login) bool { return x.OpenedAt.Equal(l.Now) }) {
					t.Errorf("logins of ada: %v, %v; want none that was opened now", all, err)
				}
			})
		}
	}
}
