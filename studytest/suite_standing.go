package studytest

import (
	"strings"
	"time"

	"vmstudy/study"
)

// named returns the account of that name.
func (l *lab) named(name string) study.ExperimenterID {
	l.Helper()
	e, _, err := l.Experimenter(l.ctx(), name)
	l.must(err)
	return e.ID
}

func testStanding(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada := l.named("ada")
	mine, err := l.CreateStudy(l.ctx(), ada, Design(), Noon)
	l.must(err)
	other, err := l.CreateStudy(l.ctx(), 0, Design(), Noon)
	l.must(err)
	s, err := l.Standing(l.ctx(), ada)
	l.must(err)
	l.wantEqual("who makes a study", s, study.Standing{Administrator: true, Roles: map[study.StudyID]study.Role{mine: study.Owner}})

	first := token("first")
	invited := study.Invitation{TokenSHA256: first, Study: other, Role: study.Monitor, By: ada, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}
	l.must(l.Invite(l.ctx(), invited))
	got, err := l.Invitation(l.ctx(), first, Noon)
	l.must(err)
	l.wantEqual("the invitation", got, invited)
	_, err = l.Invitation(l.ctx(), first, Noon.Add(time.Hour))
	l.wantKind("an invitation that is too old", err, study.ErrNotFound)
	_, err = l.Accept(l.ctx(), first, study.Acceptance{Name: "ada", PasswordHash: "x", At: Noon})
	l.wantKind("a name that is taken", err, study.ErrConflict)
	bob, err := l.Accept(l.ctx(), first, study.Acceptance{Name: "bob", PasswordHash: "his", At: Noon})
	l.must(err)
	_, err = l.Accept(l.ctx(), first, study.Acceptance{Name: "eve", PasswordHash: "x", At: Noon})
	l.wantKind("an invitation that was used", err, study.ErrNotFound)
	s, err = l.Standing(l.ctx(), bob)
	l.must(err)
	l.wantEqual("who was invited", s, study.Standing{Roles: map[study.StudyID]study.Role{other: study.Monitor}})

	// An owner stays owner, and the invitation can still be used; anybody else becomes what it says.
	again := invited
	again.TokenSHA256, again.Study, again.Role = token("again"), mine, study.Analyst
	l.must(l.Invite(l.ctx(), again))
	_, err = l.Accept(l.ctx(), again.TokenSHA256, study.Acceptance{As: ada, At: Noon})
	l.wantKind("an owner who takes an invitation", err, study.ErrConflict)
	_, err = l.Accept(l.ctx(), again.TokenSHA256, study.Acceptance{As: bob, At: Noon})
	l.must(err)
	members, err := l.Members(l.ctx(), mine)
	l.must(err)
	l.wantEqual("members", members, []study.Member{
		{Experimenter: study.Experimenter{ID: ada, Name: "ada"}, Role: study.Owner},
		{Experimenter: study.Experimenter{ID: bob, Name: "bob"}, Role: study.Analyst},
	})
	l.wantKind("a study without an owner", l.SetRole(l.ctx(), mine, ada, study.Monitor), study.ErrConflict)
	l.wantKind("a study without anybody", l.SetRole(l.ctx(), mine, ada, ""), study.ErrConflict)
	l.wantKind("a role in no study", l.SetRole(l.ctx(), mine+1000, ada, study.Owner), study.ErrNotFound)
	l.must(l.SetRole(l.ctx(), mine, bob, study.Owner))
	l.must(l.SetRole(l.ctx(), mine, ada, ""))
	members, err = l.Members(l.ctx(), mine)
	l.must(err)
	l.wantEqual("members after that", members, []study.Member{{Experimenter: study.Experimenter{ID: bob, Name: "bob"}, Role: study.Owner}})
}

// testNobodyUnblindsThemselves makes bob blind in a study in each way, after links to it were handed out.
func testNobodyUnblindsThemselves(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	l.must(l.SetPassword(l.ctx(), "bob", "hash"))
	ada, bob := l.named("ada"), l.named("bob")
	in, err := l.CreateStudy(l.ctx(), ada, Design(), Noon)
	l.must(err)
	other, err := l.CreateStudy(l.ctx(), ada, Design(), Noon)
	l.must(err)
	invite := func(name string, to study.StudyID, role study.Role) []byte {
		l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: token(name), Study: to, Role: role, By: ada, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
		return token(name)
	}
	for how, becomesBlind := range map[string]func(){
		"by an owner": func() { l.must(l.SetRole(l.ctx(), in, bob, study.Blind)) },
		"by an invitation": func() {
			_, err := l.Accept(l.ctx(), invite("blind", in, study.Blind), study.Acceptance{As: bob, At: Noon})
			l.must(err)
		},
	} {
		l.must(l.SetRole(l.ctx(), in, bob, ""))
		older, blind, elsewhere := invite("older "+how, in, study.Analyst), invite("to be blind "+how, in, study.Blind), invite("elsewhere "+how, other, study.Monitor)
		becomesBlind()
		_, err = l.Invitation(l.ctx(), older, Noon)
		l.wantKind("an older invitation after somebody became blind "+how, err, study.ErrNotFound)
		_, err = l.Accept(l.ctx(), older, study.Acceptance{Name: "bob again " + how, PasswordHash: "x", At: Noon})
		l.wantKind("a second account by an older invitation, after somebody became blind "+how, err, study.ErrNotFound)
		for _, still := range [][]byte{blind, elsewhere} {
			_, err = l.Accept(l.ctx(), still, study.Acceptance{Name: string(still), PasswordHash: "x", At: Noon})
			l.must(err)
		}
		_, err = l.Accept(l.ctx(), invite("newer "+how, in, study.Analyst), study.Acceptance{As: bob, At: Noon})
		l.wantKind("who is blind "+how+" and takes a newer invitation", err, study.ErrConflict)
		s, err := l.Standing(l.ctx(), bob)
		l.must(err)
		l.wantEqual("who is blind "+how, s.Roles[in], study.Blind)
	}
}

func testAccountsChange(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada := l.named("ada")
	l.wantKind("nobody who administers", l.ChangeAccount(l.ctx(), ada, false, false, Noon), study.ErrConflict)
	l.wantKind("only somebody disabled who administers", l.ChangeAccount(l.ctx(), ada, true, true, Noon), study.ErrConflict)
	l.wantKind("an account that is not there", l.ChangeAccount(l.ctx(), ada+1000, true, false, Noon), study.ErrNotFound)
	l.must(l.SetPassword(l.ctx(), "bob", "hash"))
	bob, login := l.named("bob"), []byte(strings.Repeat("b", 32))
	l.must(l.OpenLogin(l.ctx(), bob, "hash", login, Noon.Add(time.Hour)))
	l.must(l.ChangeAccount(l.ctx(), bob, false, true, Noon))
	l.must(l.ChangeAccount(l.ctx(), bob, false, true, Noon.Add(time.Minute)))
	_, err := l.Login(l.ctx(), login, Noon)
	l.wantKind("a login of a disabled account", err, study.ErrDenied)
	all, err := l.Accounts(l.ctx())
	l.must(err)
	l.wantEqual("accounts", all, []study.Account{
		{Experimenter: study.Experimenter{ID: ada, Name: "ada"}, Administrator: true},
		{Experimenter: study.Experimenter{ID: bob, Name: "bob", Disabled: true}, DisabledAt: Noon},
	})
	l.must(l.ChangeAccount(l.ctx(), bob, false, false, Noon))

	// A link that renews a password ends the logins.
	l.must(l.OpenLogin(l.ctx(), bob, "hash", login, Noon.Add(time.Hour)))
	token := []byte(strings.Repeat("r", 32))
	l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: token, For: bob, By: ada, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
	who, err := l.Accept(l.ctx(), token, study.Acceptance{PasswordHash: "renewed", At: Noon})
	l.must(err)
	_, hash, err := l.Experimenter(l.ctx(), "bob")
	l.must(err)
	if who != bob || hash != "renewed" {
		l.Errorf("experimenter %d has the hash %q, want bob (%d) with the new one", who, hash, bob)
	}
	_, err = l.Login(l.ctx(), login, Noon)
	l.wantKind("a login from before the password was renewed", err, study.ErrDenied)
}

// token returns the hash of a token.
func token(name string) []byte {
	return []byte((name + strings.Repeat("-", 32))[:32])
}

// testInvitationsEndWithTheRight lets bob, who owns a study, invite people, and takes the right to do that from him in each way.
func testInvitationsEndWithTheRight(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	l.must(l.SetPassword(l.ctx(), "bob", "hash"))
	ada, bob := l.named("ada"), l.named("bob")
	l.must(l.ChangeAccount(l.ctx(), bob, false, false, Noon))
	in, err := l.CreateStudy(l.ctx(), ada, Design(), Noon)
	l.must(err)
	admit := func(administrator, disabled bool) {
		l.must(l.ChangeAccount(l.ctx(), bob, administrator, disabled, Noon))
	}
	be := func(role study.Role) { l.must(l.SetRole(l.ctx(), in, bob, role)) }
	for name, tt := range map[string]struct {
		loses, again func()
		void         bool // even when he may invite again
	}{
		"disabled":              {func() { admit(false, true) }, func() { admit(false, false) }, true},
		"removed":               {func() { be("") }, func() { be(study.Owner) }, true},
		"no owner any more":     {func() { be(study.Monitor) }, func() { be(study.Owner) }, true},
		"nothing has been lost": {func() { be(study.Owner) }, func() {}, false},
	} {
		be(study.Owner)
		made, account := token(name), token("account: "+name)
		l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: made, Study: in, Role: study.Owner, By: bob, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
		l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: account, By: bob, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
		tt.loses()
		if tt.void {
			_, err := l.Invitation(l.ctx(), made, Noon)
			l.wantKind("the invitation of somebody who is "+name, err, study.ErrNotFound)
			_, err = l.Accept(l.ctx(), made, study.Acceptance{Name: "back " + name, PasswordHash: "x", At: Noon})
			l.wantKind("taking the invitation of somebody who is "+name, err, study.ErrNotFound)
		}
		tt.again()
		_, err := l.Accept(l.ctx(), made, study.Acceptance{Name: "late " + name, PasswordHash: "x", At: Noon})
		if tt.void {
			l.wantKind("taking the invitation after its maker is back, who was "+name, err, study.ErrNotFound)
		} else {
			l.must(err)
		}
		_, err = l.Accept(l.ctx(), account, study.Acceptance{Name: "account " + name, PasswordHash: "x", At: Noon})
		l.wantKind("an account from somebody who does not administer", err, study.ErrNotFound)
	}
	admit(true, false)
	made := token("administrator")
	l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: made, By: bob, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
	admit(false, false)
	_, err = l.Accept(l.ctx(), made, study.Acceptance{Name: "eve", PasswordHash: "x", At: Noon})
	l.wantKind("an account from somebody who does not administer any more", err, study.ErrNotFound)
	l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: token("nobody"), Study: in, Role: study.Owner, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
	_, err = l.Invitation(l.ctx(), token("nobody"), Noon)
	l.wantKind("an invitation from nobody", err, study.ErrNotFound)
}

func testRenewals(l *lab) {
	for _, name := range []string{"ada", "bob", "eve"} {
		l.must(l.SetPassword(l.ctx(), name, "hash"))
	}
	ada, bob, eve := l.named("ada"), l.named("bob"), l.named("eve")
	renew := func(name string, whose study.ExperimenterID) {
		l.Helper()
		l.must(l.Invite(l.ctx(), study.Invitation{TokenSHA256: token(name), For: whose, By: ada, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))
	}
	void := func(name string) {
		l.Helper()
		_, err := l.Accept(l.ctx(), token(name), study.Acceptance{PasswordHash: "stolen", At: Noon})
		l.wantKind("the link "+name, err, study.ErrNotFound)
	}
	renew("eve's", eve)
	renew("first", bob)
	renew("second", bob)
	void("first")
	_, err := l.Accept(l.ctx(), token("second"), study.Acceptance{PasswordHash: "mine", At: Noon})
	l.must(err)
	void("second")
	renew("third", bob)
	l.must(l.ChangePassword(l.ctx(), bob, "changed", token("login")))
	void("third")
	renew("fourth", bob)
	l.must(l.SetPassword(l.ctx(), "bob", "set"))
	void("fourth")
	_, hash, err := l.Experimenter(l.ctx(), "bob")
	l.must(err)
	l.wantEqual("the password in the end", hash, "set")
	who, err := l.Accept(l.ctx(), token("eve's"), study.Acceptance{PasswordHash: "hers", At: Noon})
	l.must(err)
	l.wantEqual("whose link was beside these", who, eve)
}

func testStudyOfASession(l *lab) {
	_, err := l.StudyOf(l.ctx(), 4711)
	l.wantKind("the study of no session", err, study.ErrNotFound)
}
