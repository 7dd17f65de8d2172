package signin_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web"
	"vmstudy/web/signin"
)

const adasPassword = "enchantress of numbers"

// An app has the secret of ada's second factor.
type app struct {
	l      *webtest.Lab
	secret []byte
}

// shows returns the code of this moment.
func (a app) shows() string {
	a.l.T.Helper()
	code, err := signin.CodeAt(a.secret, a.l.Now.Unix()/30)
	a.l.Must(err)
	return code
}

// newApp types the secret of ada's page into an app. ada must be signed in and have no second factor.
func newApp(l *webtest.Lab) app {
	l.T.Helper()
	a := l.Get(signin.SecondFactorPath)
	l.Wants(a, 200, "Let it read this picture")
	text := strings.ReplaceAll(webtest.Text(l.One(a.Page, "code", "")), " ", "")
	secret, err := base32.StdEncoding.DecodeString(text)
	l.Must(err)
	return app{l, secret}
}

// enrol gives ada, who is signed in, a second factor. It returns the recovery codes.
func enrol(l *webtest.Lab) (app, []string) {
	l.T.Helper()
	has := newApp(l)
	a := l.Post(signin.SecondFactorPath, url.Values{"password": {adasPassword}, "code": {has.shows()}})
	l.Wants(a, 200, "shown only this once")
	var codes []string
	for _, e := range webtest.All(a.Page, "code", "") {
		codes = append(codes, webtest.Text(e))
	}
	return has, codes
}

func signedIn(t *testing.T) *webtest.Lab {
	t.Helper()
	l := webtest.SignedOut(t)
	l.Login = l.SignInAs("ada", adasPassword, "", "192.0.2.1").Cookies()[0]
	return l
}

// halfway types ada's password, after which the page asks for a code.
func halfway(l *webtest.Lab) {
	l.T.Helper()
	l.Login = nil
	a := l.SignInAs("ada", adasPassword, "/lab/day", "192.0.2.1")
	l.WantsRedirect(a, "/signin/code")
	if cookies := a.Cookies(); len(cookies) != 1 || cookies[0].Name != "half" || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
		l.T.Fatalf("cookies after the password: %v, want one that signs nobody in", cookies)
	}
	l.Login = a.Cookies()[0] // the only cookie that is sent
	l.Wants(l.Get("/signin/code"), 200, "Code of your app")
}

func code(l *webtest.Lab, typed string) webtest.Answer {
	return l.Post("/signin/code", url.Values{"code": {typed}})
}

// loginOf returns the login that an answer opens.
func loginOf(l *webtest.Lab, a webtest.Answer) *http.Cookie {
	l.T.Helper()
	for _, c := range a.Cookies() {
		if c.Name == "login" {
			return c
		}
	}
	l.T.Fatalf("no login in the cookies %v", a.Cookies())
	return nil
}

func TestACodeIsAskedForAfterThePassword(t *testing.T) {
	l := signedIn(t)
	has := newApp(l)
	set := func(password, code string) webtest.Answer {
		return l.Post(signin.SecondFactorPath, url.Values{"password": {password}, "code": {code}})
	}
	l.Wants(set("wrong", has.shows()), 403, "That is not your password.")
	l.Wants(set(adasPassword, "000000"), 422, "That is not the code that the app shows")
	if again := newApp(l); string(again.secret) != string(has.secret) {
		t.Error("a page loaded again has another secret")
	}
	enrolled := has.shows()
	l.Wants(set(adasPassword, enrolled), 200, "shown only this once")
	l.Wants(set(adasPassword, enrolled), 409, "The time to set the app up is over.")
	a := l.Get(signin.SecondFactorPath)
	l.Wants(a, 200, "Recovery codes that are left: 10.")
	if strings.Contains(strings.ReplaceAll(a.Body, " ", ""), base32.StdEncoding.EncodeToString(has.secret)) {
		t.Error("the secret is shown again")
	}

	halfway(l)
	l.WantsRedirect(l.Get("/lab"), "/signin?to=%2Flab") // the password alone opens nothing
	l.Wants(code(l, enrolled), 403, "This code was used already.")
	l.Now = l.Now.Add(30 * time.Second)
	now := has.shows()
	in := code(l, now)
	l.WantsRedirect(in, "/lab/day")
	l.Wants(code(l, now), 403, "You have ten minutes for the code") // that sign-in is over
	halfway(l)
	l.Wants(code(l, now), 403, "This code was used already.")
	l.Login = loginOf(l, in)
	l.Wants(l.Get("/lab"), 200, "Studies")

	for _, secret := range []string{now, enrolled, adasPassword} {
		if strings.Contains(l.Log.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	var all []string
	for _, e := range l.Store.Audits() {
		all = append(all, e.Action+", "+e.Why)
		if s := fmt.Sprint(e); strings.Contains(s, now) || strings.Contains(s, enrolled) {
			t.Errorf("a code is in the audit: %v", e)
		}
	}
	if want := "refused: sign in, code used before"; !strings.Contains(strings.Join(all, "\n"), want) {
		t.Errorf("the audit says nothing of %q:\n%s", want, strings.Join(all, "\n"))
	}
}

// Who has looked at the page in one browser, or keeps it open there, must not know the secret that is set up in another.
func TestASecretThatIsSetUpBelongsToOneLoginForTenMinutes(t *testing.T) {
	l := signedIn(t)
	here, has := l.Login, newApp(l)
	l.Login = l.SignInAs("ada", adasPassword, "", "192.0.2.2").Cookies()[0]
	other := newApp(l)
	if string(other.secret) == string(has.secret) {
		t.Fatal("two logins set up the same secret")
	}
	l.Wants(l.Post(signin.SecondFactorPath, url.Values{"password": {adasPassword}, "code": {has.shows()}}), 422, "That is not the code that the app shows")

	l.Login = here
	l.Now = l.Now.Add(9 * time.Minute)
	if again := newApp(l); string(again.secret) != string(has.secret) {
		t.Error("within ten minutes, a page loaded again has another secret")
	}
	l.Now = l.Now.Add(time.Minute)
	if late := newApp(l); string(late.secret) == string(has.secret) {
		t.Error("looking at the page has prolonged the ten minutes")
	}
}

func TestTheTimeForTheCodeIsLimitedAndEndsWithThePassword(t *testing.T) {
	l := signedIn(t)
	has, _ := enrol(l)
	l.Now = l.Now.Add(time.Minute)
	halfway(l)
	l.Now = l.Now.Add(10 * time.Minute)
	l.Wants(code(l, has.shows()), 403, "You have ten minutes for the code")
	l.WantsRedirect(l.Get("/signin/code"), "/signin")

	halfway(l)
	ada, _, err := l.Store.Experimenter(t.Context(), "ada")
	l.Must(err)
	l.Must(l.Store.ChangePassword(t.Context(), ada.ID, "another", nil))
	l.Wants(code(l, has.shows()), 403, "You have ten minutes for the code")
}

func TestWrongCodesAreLimitedFromAllAddressesTogether(t *testing.T) {
	l := signedIn(t)
	has, codes := enrol(l)
	l.Now = l.Now.Add(time.Minute)
	halfway(l)
	for range signin.CodesAtOnce {
		l.Wants(code(l, "000 000"), 403, "That is not a code of this moment")
	}
	l.Wants(code(l, has.shows()), 429, "Too many wrong codes.")
	halfway(l) // the password again does not give new tries
	l.Wants(code(l, has.shows()), 429, "Too many wrong codes.")
	l.Now = l.Now.Add(signin.CodesEvery - time.Second)
	halfway(l)
	l.Wants(code(l, has.shows()), 429, "Too many wrong codes.")
	l.Now = l.Now.Add(time.Second)
	l.Wants(code(l, "000000"), 403, "That is not a code of this moment")
	l.WantsRedirect(code(l, codes[0]), "/lab/day") // while codes of the app are over their limit
	l.Now = l.Now.Add(time.Minute)
	halfway(l)
	l.WantsRedirect(code(l, has.shows()), "/lab/day") // the right one has given new tries
}

// Who knows the password must neither lock its owner out nor fill the audit.
func TestWrongCodesOverTheLimitAreNotInTheAudit(t *testing.T) {
	l := signedIn(t)
	_, codes := enrol(l)
	halfway(l)
	audited := func() (n int) {
		for _, e := range l.Store.Audits() {
			if e.Action == "refused: sign in" {
				n++
			}
		}
		return n
	}
	for name, wrong := range map[string]struct {
		code   string
		status int // over the limit
	}{
		"of the app": {"000000", 429},
		"recovery":   {"aaaa-bbbb-cccc-dddd-eeee-ffff", 403},
	} {
		before := audited()
		for range signin.CodesAtOnce {
			l.Wants(code(l, wrong.code), 403, "That is not a code of this moment")
		}
		for range 2 * signin.CodesAtOnce {
			l.Wants(code(l, wrong.code), wrong.status, "")
		}
		if n := audited() - before; n != signin.CodesAtOnce {
			t.Errorf("%s: %d entries of wrong codes in the audit, want %d", name, n, signin.CodesAtOnce)
		}
	}
	if n := strings.Count(l.Log.String(), `msg="code refused"`); n != 6*signin.CodesAtOnce {
		t.Errorf("the log has %d wrong codes, want all %d", n, 6*signin.CodesAtOnce)
	}
	l.WantsRedirect(code(l, codes[0]), "/lab/day")
}

func TestRecoveryCodesAreNotTriedByTheThousand(t *testing.T) {
	l := signedIn(t)
	_, codes := enrol(l)
	halfway(l)
	for range signin.RecoveryOnce {
		l.Wants(code(l, "aaaa-bbbb-cccc-dddd-eeee-ffff"), 403, "")
	}
	l.Wants(code(l, codes[0]), 429, "Too many wrong recovery codes in a row.")
	l.Now = l.Now.Add(signin.RecoveryEvery)
	l.WantsRedirect(code(l, codes[0]), "/lab/day")
}

func TestARecoveryCodeSignsInOnce(t *testing.T) {
	l := signedIn(t)
	_, codes := enrol(l)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes: %v", len(codes), codes)
	}
	halfway(l)
	in := code(l, strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
	l.WantsRedirect(in, "/lab/day")
	halfway(l)
	l.Wants(code(l, codes[3]), 403, "nor a recovery code that is left")
	l.Login = loginOf(l, in)
	l.Wants(l.Get(signin.SecondFactorPath), 200, "Recovery codes that are left: 9.")
	found := false
	for _, e := range l.Store.Audits() {
		found = found || e.Action == "use a recovery code" && e.Who == "ada"
	}
	if !found {
		t.Error("the audit does not say that a recovery code was used")
	}
	if strings.Contains(l.Log.String(), codes[3]) {
		t.Error("a recovery code is in the log")
	}
}

func TestASecondFactorIsRemovedWithPasswordAndCodeOnly(t *testing.T) {
	l := signedIn(t)
	has, codes := enrol(l)
	l.Now = l.Now.Add(time.Minute)
	remove := func(password, code string) webtest.Answer {
		return l.Post(signin.SecondFactorPath+"/remove", url.Values{"password": {password}, "code": {code}})
	}
	l.Wants(remove("wrong", has.shows()), 403, "That is not your password.")
	l.Wants(remove(adasPassword, "000000"), 403, "That is not a code of this moment")
	l.WantsRedirect(remove(adasPassword, codes[0]), "/lab/account")
	l.WantsRedirect(l.SignInAs("ada", adasPassword, "", "192.0.2.1"), "/lab")
	if again := newApp(l); string(again.secret) == string(has.secret) {
		t.Error("a new second factor has the old secret")
	}
}

func TestAnInstallationCanAskEverybodyForASecondFactor(t *testing.T) {
	l := signedIn(t)
	st := l.Study(webtest.Compared(), true)
	l.Serve(func(c *web.Config) { c.SecondFactor = true })
	for _, path := range []string{"/lab", webtest.StudyPage(st) + "/results", "/lab/sessions/1/screen"} {
		l.WantsRedirect(l.Get(path), signin.SecondFactorPath)
	}
	l.Wants(l.Post(webtest.StudyPage(st)+"/state", url.Values{"state": {"closed"}}), 403, "This installation asks everybody for a second factor.")
	if s, err := l.Store.Study(t.Context(), st); err != nil || s.Openness.State != study.StudyOpen {
		t.Errorf("the study is %q, %v", s.Openness.State, err)
	}
	l.Wants(l.Get("/lab/account"), 200, "Set it up")
	l.Wants(l.Get(signin.SecondFactorPath), 200, "Set yours up to go on.")
	enrol(l)
	l.Wants(l.Get("/lab"), 200, "Studies")
}
