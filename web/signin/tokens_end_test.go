package signin_test

import (
	"crypto/sha256"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

const tokensPath = "/lab/account/tokens"

// makeToken makes a token on ada's page, and returns it.
func makeToken(l *webtest.Lab, name string, more url.Values) string {
	l.T.Helper()
	form := url.Values{"name": {name}, "right": {"see", "read"}, "days": {"30"}, "password": {adasPassword}}
	for field, values := range more {
		form[field] = values
	}
	a := l.Post(tokensPath, form)
	l.Wants(a, 200, "shown only this once")
	for _, code := range webtest.All(a.Page, "code", "id") {
		return webtest.Text(code)
	}
	l.T.Fatal("no token is shown")
	return ""
}

// asks returns the status of what a program gets that asks for a path by a token.
func asks(l *webtest.Lab, token, path string) int {
	l.T.Helper()
	login := l.Login
	l.Login = nil
	defer func() { l.Login = login }()
	r := httptest.NewRequest("GET", "/api/v1"+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return l.Do(r).StatusCode
}

func TestATokenIsMadeWithACodeByWhoeverHasASecondFactor(t *testing.T) {
	l := signedIn(t)
	has, recovery := enrol(l)
	l.Now = l.Now.Add(30 * time.Second)
	form := func(typed string) url.Values {
		return url.Values{"name": {"tables"}, "right": {"see"}, "days": {"30"}, "password": {adasPassword}, "code": {typed}}
	}
	l.One(l.Get(tokensPath).Page, "input", "autocomplete=one-time-code")
	for typed, say := range map[string]string{"": "That is not a code of this moment", "000000": "That is not a code of this moment"} {
		a := l.Post(tokensPath, form(typed))
		l.Wants(a, 403, say)
	}
	if all, err := l.Store.Tokens(t.Context(), l.Ada.ID); err != nil || len(all) > 0 {
		t.Fatalf("tokens %v, error %v: want none without a code", all, err)
	}
	l.Wants(l.Post(tokensPath, form(has.shows())), 200, "shown only this once")
	l.Wants(l.Post(tokensPath, form(has.shows())), 403, "This code was used already.")
	l.Wants(l.Post(tokensPath, form(recovery[0])), 200, "shown only this once")
}

func TestATokenIsRefusedWhenItsOwnerIsDisabledOrLosesTheRole(t *testing.T) {
	for name, c := range map[string]struct {
		change func(l *webtest.Lab, in study.StudyID, ada study.ExperimenterID) error
		status int
	}{
		"their account is disabled": {func(l *webtest.Lab, _ study.StudyID, ada study.ExperimenterID) error {
			return l.Store.ChangeAccount(l.T.Context(), ada, false, true, l.Now)
		}, 401},
		"they lose the role": {func(l *webtest.Lab, in study.StudyID, ada study.ExperimenterID) error {
			return l.Store.SetRole(l.T.Context(), in, ada, "")
		}, 403},
		"their role is another one without that right": {func(l *webtest.Lab, in study.StudyID, ada study.ExperimenterID) error {
			return l.Store.SetRole(l.T.Context(), in, ada, study.Monitor)
		}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			l := signedIn(t)
			st, _ := l.Visit()
			token := makeToken(l, "tables", nil)
			l.Must(l.Store.SetPassword(t.Context(), "eve", "unused")) // who administers and owns when ada does not
			eve, _, err := l.Store.Experimenter(t.Context(), "eve")
			l.Must(err)
			l.Must(l.Store.SetRole(t.Context(), st, eve.ID, study.Owner))
			l.Must(l.Store.ChangeAccount(t.Context(), l.Ada.ID, false, false, l.Now))
			path := "/studies/" + webtest.Number(st) + "/sessions"
			if status := asks(l, token, path); status != 200 {
				t.Fatalf("before: status %d, want 200", status)
			}
			l.Must(c.change(l, st, l.Ada.ID))
			if status := asks(l, token, path); status != c.status {
				t.Errorf("after: status %d, want %d", status, c.status)
			}
		})
	}
}

func TestAChangedPasswordLeavesTokensAndOffersToEndThem(t *testing.T) {
	l := signedIn(t)
	first, second := makeToken(l, "tables", nil), makeToken(l, "links", nil)
	l.WantsRedirect(l.Post("/lab/account/password", url.Values{"old": {adasPassword}, "new": {"a new one of mine"}, "again": {"a new one of mine"}}), "/lab/account?changed")
	a := l.Get("/lab/account?changed")
	l.Wants(a, 200, "2 tokens of your programs still work.")
	button := l.One(a.Page, "button", "name=token")
	if asks(l, first, "/studies") != 200 {
		t.Error("a changed password has ended a token")
	}
	l.WantsRedirect(l.Post(tokensPath+"/revoke", url.Values{"token": {webtest.Attr(button, "value")}}), tokensPath)
	for _, token := range []string{first, second} {
		if status := asks(l, token, "/studies"); status != 401 {
			t.Errorf("after the end of all tokens: status %d, want 401", status)
		}
	}
	if a := l.Get("/lab/account?changed"); strings.Contains(webtest.Text(a.Page), "of your programs") {
		t.Error("the page offers to end tokens that do not work")
	}
	var said []string
	for _, e := range l.Store.Audits() {
		said = append(said, e.Action+" "+e.Why)
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, "account tokens revoke") {
		t.Errorf("the audit says nothing of it:\n%s", all)
	}
}

func TestAPasswordThatAnAdministratorResetsEndsTokens(t *testing.T) {
	l := signedIn(t)
	token := makeToken(l, "tables", nil)
	l.Must(l.Store.SetPassword(t.Context(), "eve", "unused"))
	eve, _, err := l.Store.Experimenter(t.Context(), "eve")
	l.Must(err)
	invitation := study.Invitation{TokenSHA256: sum("reset"), For: l.Ada.ID, By: eve.ID, MadeAt: l.Now, ExpiresAt: l.Now.Add(time.Hour)}
	l.Must(l.Store.Invite(t.Context(), invitation))
	if status := asks(l, token, "/studies"); status != 200 {
		t.Errorf("before the new password is set: status %d, want 200", status)
	}
	l.Login = nil
	l.Wants(l.Get("/invited/reset"), 200, "tokens of your programs end")
	l.WantsRedirect(l.Post("/invited/reset", url.Values{"password": {"a new one of mine"}}), "/signin")
	if status := asks(l, token, "/studies"); status != 401 {
		t.Errorf("after: status %d, want 401", status)
	}
}

func sum(secret string) []byte {
	hash := sha256.Sum256([]byte(secret))
	return hash[:]
}
