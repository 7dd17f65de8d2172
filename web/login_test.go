package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// hashed is the hash of ada's password; hashing takes long, so it is done once.
var hashed = sync.OnceValue(func() string { return HashPassword("enchantress of numbers") })

// signInAs posts the form from the given address.
func (l *lab) signInAs(name, password, to, from string) answer {
	fields := url.Values{"name": {name}, "password": {password}, "to": {to}}
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":1234"
	return l.do(r)
}

// signedOut returns a lab whose browser has no login yet; ada has a real password.
func signedOut(t *testing.T) *lab {
	l := newLab(t)
	l.login = nil
	l.must(l.store.SetPassword(t.Context(), "ada", hashed()))
	return l
}

func TestAPasswordOpensTheLabUntilSignOut(t *testing.T) {
	l := signedOut(t)
	l.wantsRedirect(l.get("/lab/day?date=2026-03-14"), "/signin?to="+url.QueryEscape("/lab/day?date=2026-03-14"))
	l.wants(l.get("/signin?to=/lab/day"), 200, "Sign in")

	a := l.signInAs("ada", "enchantress of numbers", "/lab/day?date=2026-03-14", "192.0.2.1")
	l.wantsRedirect(a, "/lab/day?date=2026-03-14")
	l.login = a.Cookies()[0]
	if c := l.login; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.MaxAge != 12*60*60 || c.Secure {
		t.Errorf("cookie %v, want HttpOnly, SameSite=Strict, 12 h, not Secure", c)
	}
	l.wants(l.get("/lab/day"), 200, "ada")

	l.wantsRedirect(l.post("/signout", nil), "/")
	l.wantsRedirect(l.get("/lab/day"), "/signin?to=%2Flab%2Fday")
}

func TestALoginEndsAfterTwelveHours(t *testing.T) {
	l := signedOut(t)
	l.login = l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	l.now = l.now.Add(loginLasts - time.Second)
	l.wants(l.get("/lab"), 200, "Studies")
	l.now = l.now.Add(time.Second)
	l.wantsRedirect(l.get("/lab"), "/signin?to=%2Flab")
}

func TestASecureServerHasASecureCookie(t *testing.T) {
	l := signedOut(t)
	l.server.public = Public{scheme: "https", host: "example.com"}
	c := l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	if c.Name != "__Host-login" || !c.Secure || c.Path != "/" {
		t.Errorf("cookie %v, want __Host-login, Secure, Path=/", c)
	}
}

func TestAWrongNameIsToldTheSameAsAWrongPassword(t *testing.T) {
	l := signedOut(t)
	wrong := l.signInAs("ada", "wrong", "/lab/day", "192.0.2.1")
	unknown := l.signInAs("eve", "wrong", "/lab/day", "192.0.2.1")
	for _, a := range []answer{wrong, unknown} {
		l.wants(a, 403, "This name and password do not belong together.")
		if got := attr(l.one(a.page, "input", "name=to"), "value"); got != "/lab/day" {
			t.Errorf("the page to return to became %q", got)
		}
		if len(a.Cookies()) != 0 {
			t.Errorf("a cookie was set: %v", a.Cookies())
		}
	}
	if got := attr(l.one(wrong.page, "input", "name=name"), "value"); got != "ada" {
		t.Errorf("the name typed became %q", got)
	}
}

func TestWrongPasswordsAreLimitedByNameAndAddress(t *testing.T) {
	l := signedOut(t)
	for range triesAtOnce {
		l.server.tries.allow(l.now, "ada 192.0.2.1")
	}
	l.wants(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), 429, "Too many wrong passwords. Wait a minute, then try again.")
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.2"), "/lab")
	l.now = l.now.Add(triesEvery)
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
}

func TestARightPasswordIsNoTry(t *testing.T) {
	l := signedOut(t)
	for range triesAtOnce - 1 {
		l.server.tries.allow(l.now, "ada 192.0.2.1")
	}
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
	for range triesAtOnce {
		if !l.server.tries.allow(l.now, "ada 192.0.2.1") {
			t.Fatal("signing in has used up a try")
		}
	}
}

func TestPasswordsWaitWhileTooManyAreHashed(t *testing.T) {
	tr := newTries()
	for range maxHashing {
		tr.hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the browser has gone")
	cancel(gone)
	if _, err := tr.verify(ctx, "x", "no hash at all"); !errors.Is(err, gone) {
		t.Errorf("verify = %v, want it to wait until %v", err, gone)
	}
	<-tr.hashing
	if ok, err := tr.verify(t.Context(), "enchantress of numbers", hashed()); !ok || err != nil {
		t.Errorf("verify = %v, %v, want true once there is room", ok, err)
	}
}

func TestTriesRememberABoundedNumberOfNames(t *testing.T) {
	tr, now := newTries(), time.Unix(0, 0)
	tr.most = 10
	for range triesAtOnce {
		tr.allow(now, "kept")
	}
	for i := range 100 {
		now = now.Add(time.Second)
		tr.allow(now, fmt.Sprint(i))
		if len(tr.by) > tr.most {
			t.Fatalf("%d names are remembered, want at most %d", len(tr.by), tr.most)
		}
	}
}

func TestOnlyPagesOfTheLabAreReturnedTo(t *testing.T) {
	for to, want := range map[string]string{
		"/lab/studies/3?saved":      "/lab/studies/3?saved",
		"/lab":                      "/lab",
		"":                          "/lab",
		"/":                         "/lab",
		"/laboratory":               "/lab",
		"//evil.example/lab":        "/lab",
		"https://evil.example/lab/": "/lab",
		"/\\evil.example":           "/lab",
		"lab/../..":                 "/lab",
		"/lab/%zz":                  "/lab",
	} {
		if got := safeReturn(to); got != want {
			t.Errorf("safeReturn(%q) = %q, want %q", to, got, want)
		}
	}
}

func TestPasswordsAreVerified(t *testing.T) {
	for password, want := range map[string]bool{"enchantress of numbers": true, "Enchantress of numbers": false, "": false} {
		if got, err := verify(password, hashed()); got != want || err != nil {
			t.Errorf("verify(%q) = %v, %v, want %v", password, got, err, want)
		}
	}
	if HashPassword("enchantress of numbers") == hashed() {
		t.Error("two hashes of one password are the same: the salt is not fresh")
	}
}

// TestVerifyAgreesWithTheReference checks a hash that Python's argon2-cffi 21.1 documents,
// and so one of the reference implementation.
func TestVerifyAgreesWithTheReference(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
	if ok, err := verify("correct horse battery staple", hash); !ok || err != nil {
		t.Errorf("verify = %v, %v, want true", ok, err)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(hashed())
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=255$AAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, hash string) {
		p, err := parsePHC(hash)
		if err != nil {
			return
		}
		again, err := parsePHC(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is read as %v, which is read as %v, %v", hash, p, again, err)
		}
	})
}
