package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

func TestAChangedPasswordSignsOtherBrowsersOut(t *testing.T) {
	l := webtest.SignedOut(t)
	signIn := func(from string) *http.Cookie {
		return l.SignInAs("ada", "enchantress of numbers", "", from).Cookies()[0]
	}
	here, there := signIn("192.0.2.1"), signIn("192.0.2.2")
	l.Login = here
	change := func(old, new, again string) webtest.Answer {
		return l.Post("/lab/account/password", url.Values{"old": {old}, "new": {new}, "again": {again}})
	}
	l.Wants(change("wrong", "a new one of mine", "a new one of mine"), 403, "That is not your password.")
	l.Wants(change("enchantress of numbers", "short", "short"), 422, "A password has 12 to 1000 characters.")
	l.Wants(change("enchantress of numbers", "a new one of mine", "another one of mine"), 422, "typed in two ways")
	l.WantsRedirect(change("enchantress of numbers", "a new one of mine", "a new one of mine"), "/lab/account?changed")
	l.Wants(l.Get("/lab/account?changed"), 200, "The password was changed.")
	l.Login = there
	l.WantsRedirect(l.Get("/lab"), "/signin?to=%2Flab")
	l.Wants(l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1"), 403, "")
	l.WantsRedirect(l.SignInAs("ada", "a new one of mine", "", "192.0.2.1"), "/lab")
	if text := l.Log.String(); strings.Contains(text, "a new one of mine") {
		t.Error("the password is in the log")
	}
}

func TestABrowserIsSignedOutFromAnother(t *testing.T) {
	l := webtest.SignedOut(t)
	here := l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	there := l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.2").Cookies()[0]
	l.Login = here
	a := l.Get("/lab/account")
	l.Wants(a, 200, "192.0.2.2")
	button := l.One(a.Page, "button", "name=login") // the other one only
	l.WantsRedirect(l.Post("/lab/account/logins", url.Values{"login": {webtest.Attr(button, "value")}}), "/lab/account")
	l.Wants(l.Get("/lab/account"), 200, "this one")
	l.Login = there
	l.WantsRedirect(l.Get("/lab"), "/signin?to=%2Flab")
	l.Login = here
	l.Wants(l.Post("/lab/account/logins", url.Values{"login": {"4711"}}), 404, "")
	l.Wants(l.Post("/lab/account/logins", nil), 422, "Choose a browser.")
}

func TestALoginThatNobodyUsesEnds(t *testing.T) {
	l := webtest.SignedOut(t)
	l.Login = l.SignInAs("ada", "enchantress of numbers", "", "192.0.2.1").Cookies()[0]
	for range 3 {
		l.Now = l.Now.Add(study.IdleLimit - time.Minute)
		l.Wants(l.Get("/lab"), 200, "")
	}
	l.Now = l.Now.Add(study.IdleLimit)
	l.WantsRedirect(l.Get("/lab"), "/signin?to=%2Flab")
}
