package webtest

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"vmstudy/web/password"
)

// Hashed is the hash of ada's password. It is computed only once, because that takes long.
var Hashed = sync.OnceValue(func() string { return password.Hash("enchantress of numbers") })

// SignInAs sends the sign-in form from the given address.
func (l *Lab) SignInAs(name, password, to, from string) Answer {
	fields := url.Values{"name": {name}, "password": {password}, "to": {to}}
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":1234"
	return l.Do(r)
}

// SignedOut returns a lab whose browser has no login. ada has a real password.
func SignedOut(t *testing.T) *Lab {
	l := NewLab(t)
	l.Login = nil
	l.Must(l.Store.SetPassword(t.Context(), "ada", Hashed()))
	return l
}
