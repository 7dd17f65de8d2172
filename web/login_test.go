package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/study"
	"vmstudy/web/password"
)

// hashed is the hash of ada's password. It is computed only once, because that takes long.
var hashed = sync.OnceValue(func() string { return password.Hash("enchantress of numbers") })

// signInAs sends the sign-in form from the given address.
func (l *lab) signInAs(name, password, to, from string) answer {
	fields := url.Values{"name": {name}, "password": {password}, "to": {to}}
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":1234"
	return l.do(r)
}

// signedOut returns a lab whose browser has no login. ada has a real password.
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

func TestTheLogSaysWhoSignsInFromWhereAndNoSecret(t *testing.T) {
	l := signedOut(t)
	l.signInAs("ada", "enchantress of numbers!", "", "192.0.2.7")
	l.signInAs("enchantress of numbers", "", "", "192.0.2.8")
	l.login = l.signInAs("ada", "enchantress of numbers", "", "192.0.2.9").Cookies()[0]
	l.post("/signout", nil)
	for range 30 {
		l.signInAs("ada", "wrong", "", "192.0.2.10")
	}
	text := l.log.String()
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
	for _, secret := range []string{"enchantress", l.login.Value} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the log:\n%s", secret, text)
		}
	}
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
		l.server.tries.allow(l.now, "ada", "192.0.2.1")
	}
	l.wants(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), 429, "Too many wrong passwords. Wait a minute, then try again.")
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.2"), "/lab")
	l.now = l.now.Add(triesEvery)
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
}

func TestARightPasswordIsNoTry(t *testing.T) {
	l := signedOut(t)
	for range triesAtOnce - 1 {
		l.server.tries.allow(l.now, "ada", "192.0.2.1")
	}
	l.wantsRedirect(l.signInAs("ada", "enchantress of numbers", "", "192.0.2.1"), "/lab")
	for range triesAtOnce {
		if !l.server.tries.allow(l.now, "ada", "192.0.2.1") {
			t.Fatal("signing in has used up a try")
		}
	}
}

func TestOneAddressCannotTryManyNames(t *testing.T) {
	tr, now := newTries(nil), time.Unix(0, 0)
	for i := range addressAtOnce {
		if !tr.allow(now, fmt.Sprint(i), "192.0.2.1") {
			t.Fatalf("try %d of another name each was refused", i+1)
		}
	}
	if tr.allow(now, "one more", "192.0.2.1") {
		t.Errorf("more than %d names were tried at once from one address", addressAtOnce)
	}
	if !tr.allow(now, "one more", "192.0.2.2") {
		t.Error("another address has to pay for it")
	}
	if !tr.allow(now.Add(addressEvery), "one more", "192.0.2.1") {
		t.Errorf("after %v there is no other try", addressEvery)
	}
}

// In TestAStrangerLocksNobodyOutBehindAProxy a stranger tries wrong passwords through the same
// proxy that the owner of the account uses.
func TestAStrangerLocksNobodyOutBehindAProxy(t *testing.T) {
	l := signedOut(t)
	l.server.proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	through := func(password, forwarded string) answer {
		fields := url.Values{"name": {"ada"}, "password": {password}}
		r := httptest.NewRequest("POST", "/signin", strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", forwarded)
		r.RemoteAddr = "10.0.0.7:1234"
		return l.do(r)
	}
	for range triesAtOnce {
		l.wants(through("wrong", "203.0.113.9"), 403, "do not belong together")
	}
	l.wants(through("wrong", "203.0.113.9"), 429, "Too many wrong passwords")
	l.wants(through("wrong", "198.51.100.1, 203.0.113.9"), 429, "Too many wrong passwords") // the stranger can write anything in front of the address that the proxy appends
	l.wantsRedirect(through("enchantress of numbers", "198.51.100.1"), "/lab")
}

func TestAnAddressIsBelievedOfProxiesOnly(t *testing.T) {
	s := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for name, test := range map[string]struct{ peer, forwarded, want string }{
		"nobody in between":                      {"192.0.2.1:99", "", "192.0.2.1"},
		"a stranger who claims to be another":    {"192.0.2.1:99", "198.51.100.1", "192.0.2.1"},
		"our proxy":                              {"10.0.0.7:99", "198.51.100.1", "198.51.100.1"},
		"our proxy, and lies before":             {"10.0.0.7:99", "127.0.0.1, 203.0.113.3 , 198.51.100.1", "198.51.100.1"},
		"two of our proxies":                     {"10.0.0.7:99", "198.51.100.1, 10.1.1.1", "198.51.100.1"},
		"nothing but proxies":                    {"10.0.0.7:99", "10.2.2.2, 10.1.1.1", "10.2.2.2"},
		"a proxy that says nothing":              {"10.0.0.7:99", "", "10.0.0.7"},
		"a proxy that says nonsense":             {"10.0.0.7:99", "198.51.100.1, unknown", "10.0.0.7"},
		"a proxy that adds the port":             {"10.0.0.7:99", "198.51.100.1:4711", "198.51.100.1"},
		"a proxy on this computer":               {"[::1]:99", "198.51.100.1", "198.51.100.1"},
		"IPv6 counts by the network":             {"[2001:db8:1:2:3:4:5:6]:99", "", "2001:db8:1:2::/64"},
		"IPv6 behind a proxy does so":            {"10.0.0.7:99", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		"IPv4 in the clothes of IPv6":            {"[::ffff:192.0.2.1]:99", "", "192.0.2.1"},
		"our proxy in the clothes of IPv6":       {"[::ffff:10.0.0.7]:99", "::ffff:198.51.100.1", "198.51.100.1"},
		"what is no address stays what it is":    {"@", "198.51.100.1", "@"},
		"a link-local address is not its zone's": {"[fe80::1%eth0]:99", "", "fe80::/64"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.peer
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := s.address(r); got != test.want {
				t.Errorf("address %q, want %q", got, test.want)
			}
		})
	}
}

// slowCheck checks a password until the test lets it end.
type slowCheck struct{ began, end chan struct{} }

func (c slowCheck) check(context.Context, string, string) (bool, error) {
	c.began <- struct{}{}
	<-c.end
	return true, nil
}

func TestPasswordsAreCheckedOneAtATimeInABoundedQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := slowCheck{make(chan struct{}), make(chan struct{})}
		tr := newTries(slow.check)
		var waiting sync.WaitGroup
		for i := range mostWaiting {
			waiting.Go(func() {
				if ok, err := tr.verify(t.Context(), fmt.Sprint("address ", i/mostFromAddress), "x", "y"); !ok || err != nil {
					t.Errorf("verify = %v, %v, want true", ok, err)
				}
			})
		}
		<-slow.began
		synctest.Wait()
		select {
		case <-slow.began:
			t.Error("two passwords are checked at the same time")
		default:
		}
		if _, err := tr.verify(t.Context(), "another", "x", "y"); !errors.Is(err, errLimited) || study.Sentence(err) == "" {
			t.Errorf("with a full queue: %v, want errLimited with a sentence", err)
		}
		slow.end <- struct{}{}
		for range mostWaiting - 1 {
			<-slow.began
			slow.end <- struct{}{}
		}
		waiting.Wait()
		if len(tr.waiting) != 0 || tr.queue != 0 {
			t.Errorf("at the end %v wait, want nobody", tr.waiting)
		}
	})
}

func TestOneAddressCannotFillTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := slowCheck{make(chan struct{}), make(chan struct{})}
		tr := newTries(slow.check)
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range mostFromAddress {
			waiting.Go(func() { _, _ = tr.verify(ctx, "192.0.2.1", "x", "y") })
		}
		<-slow.began
		synctest.Wait()
		if _, err := tr.verify(ctx, "192.0.2.1", "x", "y"); !errors.Is(err, errLimited) {
			t.Errorf("one more from the same address: %v, want errLimited", err)
		}
		waiting.Go(func() {
			if ok, err := tr.verify(t.Context(), "192.0.2.2", "x", "y"); !ok || err != nil {
				t.Errorf("from another address: %v, %v, want true", ok, err)
			}
		})
		synctest.Wait()
		cancel() // a client that waits gives up
		slow.end <- struct{}{}
		<-slow.began
		slow.end <- struct{}{}
		waiting.Wait()
	})
}

func TestWhoLeavesDoesNotWait(t *testing.T) {
	tr := newTries(nil)
	tr.lane <- struct{}{}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the browser has gone")
	cancel(gone)
	if _, err := tr.verify(ctx, "192.0.2.1", "x", "y"); !errors.Is(err, gone) {
		t.Errorf("verify = %v, want it to wait until %v", err, gone)
	}
}

func TestTriesRememberABoundedNumberOfNames(t *testing.T) {
	tr, now := newTries(nil), time.Unix(0, 0)
	tr.most = 10
	for range triesAtOnce {
		tr.allow(now, "kept", "a")
	}
	for i := range 100 {
		now = now.Add(time.Second)
		tr.allow(now, fmt.Sprint(i), "b")
		if len(tr.by) > tr.most {
			t.Fatalf("%d names are remembered, want at most %d", len(tr.by), tr.most)
		}
	}
	long := strings.Repeat("long", 1000)
	if key := keyOf(long, "a"); len(key.name) != maxKeyName {
		t.Errorf("a name of %d bytes is remembered with %d", len(long), len(key.name))
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
