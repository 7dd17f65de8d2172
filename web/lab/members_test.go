package lab_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// linkIn returns the path of the invitation that a page shows once.
func linkIn(l *webtest.Lab, a webtest.Answer) string {
	l.T.Helper()
	l.Wants(a, 200, "shown only this once")
	_, path, found := strings.Cut(webtest.Text(l.One(a.Page, "code", "class=link")), "/invited/")
	if !found {
		l.T.Fatal("the page shows no link")
	}
	return "/invited/" + path
}

func TestWhoIsInvitedTakesARole(t *testing.T) {
	l := webtest.NewLab(t)
	ada := l.Login
	st := l.Study(studytest.Design(), false)
	members := webtest.StudyPage(st) + "/members"
	l.Wants(l.Post(members+"/invite", url.Values{"role": {"king"}}), 422, "Choose a role.")
	link := linkIn(l, l.Post(members+"/invite", url.Values{"role": {"analyst"}}))
	if again := l.Get(members); strings.Contains(again.Body, link) {
		t.Error("the link is shown again")
	}

	l.Login = nil
	l.Wants(l.Get(link), 200, "Your role will be: analyst.")
	l.Wants(l.Post(link, url.Values{"name": {"eve"}, "password": {"short"}}), 422, "A password has 12 to 1000 characters.")
	l.Wants(l.Post(link, url.Values{"name": {"ada"}, "password": {"enchantress of numbers"}}), 409, "Somebody else has this name.")
	a := l.Post(link, url.Values{"name": {"eve"}, "password": {"a sentence of mine"}})
	l.WantsRedirect(a, "/lab")
	eve := a.Cookies()[0]
	l.Login = eve
	l.Wants(l.Get("/lab"), 200, studytest.Design().Name())
	l.Wants(l.Get(webtest.StudyPage(st)+"/results"), 200, "")
	l.Wants(l.Get(webtest.StudyPage(st)+"/participants"), 403, "Your role does not allow that.")
	if tabs := webtest.Text(l.One(l.Get(webtest.StudyPage(st)).Page, "nav", "class=tabs")); strings.Contains(tabs, "Participants") || !strings.Contains(tabs, "Results") {
		t.Errorf("an analyst has the tabs %q", tabs)
	}
	l.Wants(l.Get(link), 404, "This invitation was used")

	// Another role, and none.
	l.Login = ada
	id := eveOf(l)
	l.WantsRedirect(l.Post(members, url.Values{"member": {id}, "role": {"monitor"}}), members)
	l.Login = eve
	l.Wants(l.Get(webtest.StudyPage(st)+"/results"), 403, "")
	l.Login = ada
	l.WantsRedirect(l.Post(members, url.Values{"member": {id}, "role": {"none"}}), members)
	l.Wants(l.Post(members, url.Values{"member": {id}, "role": {"owner"}}), 404, "") // who is no member has to be invited
	l.Login = eve
	l.Wants(l.Get(webtest.StudyPage(st)), 403, "")
}

// Who is blind had got an invitation to more before. It makes them no second account, and a newer one says that it changes nothing.
func TestAnInvitationUnblindsNobody(t *testing.T) {
	l := webtest.NewLab(t)
	ada := l.Login
	st := l.Study(studytest.Design(), false)
	members := webtest.StudyPage(st) + "/members"
	invite := func(role study.Role) string {
		l.Login = ada
		return linkIn(l, l.Post(members+"/invite", url.Values{"role": {string(role)}}))
	}
	toAnalyse, toBeBlind := invite(study.Analyst), invite(study.Blind)
	l.Login = nil
	eve := l.Post(toBeBlind, url.Values{"name": {"eve"}, "password": {"a sentence of mine"}}).Cookies()[0]
	l.Wants(l.Get(toAnalyse), 404, "somebody in the study became blind")
	l.Wants(l.Post(toAnalyse, url.Values{"name": {"eve2"}, "password": {"a sentence of mine"}}), 404, "somebody in the study became blind")

	newer := invite(study.Analyst)
	l.Login = eve
	a := l.Get(newer)
	l.Wants(a, 200, "You are blind in this study, and no invitation changes that.")
	if n := len(webtest.All(a.Page, "button", "name=as")); n != 0 {
		t.Error("the page offers who is blind to take another role")
	}
	l.Wants(l.Post(newer, url.Values{"as": {"me"}}), 409, "No invitation changes your role in this study.")
	l.Login = nil
	l.Wants(l.Post(newer, url.Values{"name": {"bob"}, "password": {"a sentence of mine"}}), 303, "") // whom it was meant for
}

func eveOf(l *webtest.Lab) string {
	l.T.Helper()
	all, err := l.Store.Accounts(l.T.Context())
	l.Must(err)
	for _, a := range all {
		if a.Name == "eve" {
			return webtest.Number(a.ID)
		}
	}
	l.T.Fatal("eve has no account")
	return ""
}

func TestAStudyKeepsAnOwner(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(studytest.Design(), false)
	a := l.Post(webtest.StudyPage(st)+"/members", url.Values{"member": {webtest.Number(l.Ada.ID)}, "role": {"none"}})
	l.Wants(a, 409, "A study needs an owner.")
}

func TestAccountsAreDisabledAndTheirPasswordsRenewed(t *testing.T) {
	l := webtest.NewLab(t)
	ada := l.Login
	link := linkIn(l, l.Post("/lab/accounts", nil))
	l.Login = nil
	eve := l.Post(link, url.Values{"name": {"eve"}, "password": {"a sentence of mine"}}).Cookies()[0]
	l.Login = ada
	id := eveOf(l)
	act := func(action string) webtest.Answer {
		return l.Post("/lab/accounts/"+id, url.Values{"action": {action}})
	}
	open := func(as *http.Cookie, path string, status int) {
		t.Helper()
		l.Login = as
		if a := l.Get(path); a.StatusCode != status {
			t.Errorf("%s: status %d, want %d", path, a.StatusCode, status)
		}
		l.Login = ada
	}
	open(eve, "/lab/audit", 403)
	l.WantsRedirect(act("promote"), "/lab/accounts")
	open(eve, "/lab/audit", 200)
	l.WantsRedirect(act("demote"), "/lab/accounts")
	open(eve, "/lab/audit", 403)
	l.WantsRedirect(act("disable"), "/lab/accounts")
	open(eve, "/lab", 303) // to the page to sign in
	l.Wants(l.SignInAs("eve", "a sentence of mine", "", "192.0.2.1"), 403, "This name and password do not belong together.")
	l.WantsRedirect(act("enable"), "/lab/accounts")
	renewed := linkIn(l, act("reset"))
	l.Login = nil
	l.Wants(l.Get(renewed), 200, "Choose a new password.")
	l.WantsRedirect(l.Post(renewed, url.Values{"password": {"another sentence"}}), "/signin")
	l.Wants(l.SignInAs("eve", "a sentence of mine", "", "192.0.2.1"), 403, "")
	l.WantsRedirect(l.SignInAs("eve", "another sentence", "", "192.0.2.1"), "/lab")
	l.Login = ada
	l.Wants(l.Post("/lab/accounts/"+webtest.Number(l.Ada.ID), url.Values{"action": {"disable"}}), 409, "Somebody must administer the installation.")
	l.Wants(act("sell"), 422, "Choose what is to be done")
	l.Wants(l.Post("/lab/accounts/4711", url.Values{"action": {"disable"}}), 404, "")
}

func TestAnAdministratorRemovesASecondFactor(t *testing.T) {
	l := webtest.NewLab(t)
	l.Must(l.Store.SetPassword(t.Context(), "eve", "unused"))
	eve, _, err := l.Store.Experimenter(t.Context(), "eve")
	l.Must(err)
	const button = "value=forget"
	if n := len(webtest.All(l.Get("/lab/accounts").Page, "button", button)); n != 0 {
		t.Fatalf("%d buttons remove second factors that there are not", n)
	}
	l.Must(l.Store.EnrolSecondFactor(t.Context(), eve.ID, study.SecondFactor{Secret: make([]byte, 20), EnrolledAt: l.Now}, nil))
	l.One(l.Get("/lab/accounts").Page, "button", button)
	l.WantsRedirect(l.Post("/lab/accounts/"+webtest.Number(eve.ID), url.Values{"action": {"forget"}}), "/lab/accounts")
	if eve, _, err = l.Store.Experimenter(t.Context(), "eve"); err != nil || eve.Second {
		t.Errorf("eve still has a second factor: %v, %v", eve, err)
	}
}

// A login that its owner left open must not be enough to take their account over: the page Account asks for the password.
func TestAnAdministratorCannotRenewTheirOwnPasswordOrSecondFactorHere(t *testing.T) {
	l := webtest.NewLab(t)
	l.Must(l.Store.EnrolSecondFactor(t.Context(), l.Ada.ID, study.SecondFactor{Secret: make([]byte, 20), EnrolledAt: l.Now}, nil))
	own := "/lab/accounts/" + webtest.Number(l.Ada.ID)
	for _, action := range []string{"reset", "forget"} {
		if n := len(webtest.All(l.Get("/lab/accounts").Page, "button", "value="+action)); n != 0 {
			t.Errorf("%d buttons offer %s for the only account, one's own", n, action)
		}
		a := l.Post(own, url.Values{"action": {action}})
		l.Wants(a, 403, "Change your own password and second factor on the page Account")
		if len(webtest.All(a.Page, "code", "class=link")) != 0 {
			t.Errorf("%s shows a link", action)
		}
	}
	if ada, _, err := l.Store.Experimenter(t.Context(), "ada"); err != nil || !ada.Second {
		t.Errorf("ada has lost her second factor: %v, %v", ada, err)
	}
}
