package signin_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
)

func TestATokenIsMadeShownOnceListedAndRevoked(t *testing.T) {
	const path = "/lab/account/tokens"
	l := signedIn(t)
	wants := func(change func(url.Values)) url.Values {
		form := url.Values{"name": {"tables at night"}, "right": {"see", "analyse"}, "days": {"30"}, "password": {adasPassword}}
		change(form)
		return form
	}
	for name, c := range map[string]struct {
		change func(url.Values)
		status int
		say    string
	}{
		"another password":               {func(f url.Values) { f.Set("password", "mistyped") }, 403, "That is not your password."},
		"no name":                        {func(f url.Values) { f.Set("name", " ") }, 422, "Name the token in 1 to 40 characters"},
		"no rights":                      {func(f url.Values) { f.Del("right") }, 422, "Choose what the token reaches."},
		"a right that no token can have": {func(f url.Values) { f.Set("right", "administer") }, 422, "only reach what the form offers"},
		"for ever":                       {func(f url.Values) { f.Set("days", "367") }, 422, "A token works from 1 to 366 days."},
		"days in words":                  {func(f url.Values) { f.Set("days", "many") }, 422, "A token works from 1 to 366 days."},
		"all studies by a number":        {func(f url.Values) { f.Set("study", "0") }, 422, "Choose one of your studies"},
		"a study that there is not":      {func(f url.Values) { f.Set("study", "4711") }, 422, "Choose one of your studies"},
		"a study in words":               {func(f url.Values) { f.Set("study", "mine") }, 422, "Choose one of your studies"},
	} {
		a := l.Post(path, wants(c.change))
		if a.StatusCode != c.status || !strings.Contains(webtest.Text(a.Page), c.say) {
			t.Errorf("%s: status %d, want %d and %q: %s", name, a.StatusCode, c.status, c.say, webtest.Text(a.Page))
		}
	}
	a := l.Post(path, wants(func(url.Values) {}))
	l.Wants(a, 200, "shown only this once")
	var token string
	for _, code := range webtest.All(a.Page, "code", "id") {
		token = webtest.Text(code)
	}
	asks := func() int {
		r := httptest.NewRequest("GET", "/api/v1/studies", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		return l.Do(r).StatusCode
	}
	if !strings.HasPrefix(token, "vmstudy_") || asks() != 200 {
		t.Fatalf("the token %q lets nobody in", token)
	}
	a = l.Get(path)
	l.Wants(a, 200, "tables at night")
	l.Wants(a, 200, "see, analyse")
	if strings.Contains(a.Body, token) {
		t.Error("the token is shown again")
	}
	all, err := l.Store.Tokens(t.Context(), l.Ada.ID)
	l.Must(err)
	if len(all) != 1 || all[0].UsedAt.IsZero() {
		t.Fatalf("tokens %+v, want one that was used", all)
	}
	l.WantsRedirect(l.Post(path+"/revoke", url.Values{"token": {webtest.Number(all[0].ID)}}), path)
	l.Wants(l.Get(path), 200, "revoked")
	if status := asks(); status != 401 {
		t.Errorf("a token that was revoked: status %d, want 401", status)
	}
	l.Wants(l.Post(path+"/revoke", url.Values{"token": {"4711"}}), 404, "")
}
