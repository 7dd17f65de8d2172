package studytest

import (
	"fmt"
	"strings"
	"time"

	"vmstudy/study"
)

func testTokens(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	ada, eve := l.named("ada"), l.named("eve")
	in, err := l.CreateStudy(l.ctx(), ada, Design(), Noon)
	l.must(err)
	first := study.Token{
		Owner: ada, Name: "tables at night", SHA256: []byte(strings.Repeat("1", 32)), Rights: []study.Right{study.See, study.Analyse},
		MadeAt: Noon, ExpiresAt: Noon.Add(48 * time.Hour),
	}
	second := first
	second.Name, second.SHA256, second.Study, second.Changes = "links", []byte(strings.Repeat("2", 32)), in, true
	first.ID, err = l.AddToken(l.ctx(), first)
	l.must(err)
	second.ID, err = l.AddToken(l.ctx(), second)
	l.must(err)
	list := func(of study.ExperimenterID) []study.Token {
		l.Helper()
		all, err := l.Tokens(l.ctx(), of)
		l.must(err)
		return all
	}
	l.wantEqual("tokens", list(ada), []study.Token{second, first})
	l.wantEqual("tokens of somebody else", len(list(eve)), 0)
	nameless := first
	nameless.Name, nameless.SHA256 = "", []byte(strings.Repeat("3", 32))
	_, err = l.AddToken(l.ctx(), nameless)
	l.wantKind("a token without a name", err, study.ErrInvalid)

	got, who, err := l.Token(l.ctx(), first.SHA256, Noon)
	l.must(err)
	l.wantEqual("the token", got, first)
	l.wantEqual("its owner", who.Name, "ada")
	denied := func(what string, hash []byte, at time.Time) {
		l.Helper()
		t, owner, err := l.Token(l.ctx(), hash, at)
		l.wantKind(what, err, study.ErrDenied)
		if known := string(hash) != string(nameless.SHA256); known != (t.ID != 0) || known != (owner.Name == "ada") {
			l.Errorf("%s: token %d of %q with the refusal, want both only of one that was made", what, t.ID, owner.Name)
		}
	}
	denied("a token that nobody made", nameless.SHA256, Noon)
	denied("a token that has expired", first.SHA256, first.ExpiresAt)

	l.must(l.UseToken(l.ctx(), first.ID, Noon.Add(time.Minute)))
	l.must(l.UseToken(l.ctx(), first.ID, Noon.Add(90*time.Second))) // too soon to be written
	first.UsedAt = Noon.Add(time.Minute)
	l.wantKind("to revoke a token of somebody else", l.RevokeToken(l.ctx(), eve, second.ID, Noon), study.ErrNotFound)
	l.must(l.RevokeToken(l.ctx(), ada, second.ID, Noon.Add(time.Hour)))
	l.must(l.RevokeToken(l.ctx(), ada, second.ID, Noon.Add(2*time.Hour)))
	second.RevokedAt = Noon.Add(time.Hour)
	l.wantEqual("tokens after use and end", list(ada), []study.Token{second, first})
	denied("a token that was revoked", second.SHA256, Noon.Add(time.Hour))

	l.must(l.ChangeAccount(l.ctx(), ada, true, true, Noon))
	denied("the token of an account that is disabled", first.SHA256, Noon)
	l.must(l.ChangeAccount(l.ctx(), ada, true, false, Noon))
	testTokensEnd(l, ada, eve, first)
	for i := range study.MostTokens {
		first.SHA256 = []byte(fmt.Sprintf("%032d", i+100))
		if _, err = l.AddToken(l.ctx(), first); err != nil {
			l.wantEqual("how many more tokens there may be", i, study.MostTokens)
		}
	}
	if err == nil {
		first.SHA256 = []byte(strings.Repeat("9", 32))
		_, err = l.AddToken(l.ctx(), first)
	}
	l.wantKind("one token more than there may be", err, study.ErrConflict)
}

// testTokensEnd ends all tokens of somebody at once: by their own word, by a password that somebody else has set anew, and by that of an operator.
func testTokensEnd(l *lab, ada, eve study.ExperimenterID, like study.Token) {
	works := func(secret string, of study.ExperimenterID) []byte {
		like.Owner, like.SHA256 = of, []byte(strings.Repeat(secret, 32))
		_, err := l.AddToken(l.ctx(), like)
		l.must(err)
		return like.SHA256
	}
	lets := func(what string, hash []byte, want bool) {
		l.Helper()
		_, _, err := l.Token(l.ctx(), hash, Noon)
		l.wantEqual(what+" works", err == nil, want)
	}
	hers, others := works("a", ada), works("b", eve)
	l.must(l.RevokeTokens(l.ctx(), ada, Noon))
	lets("a token after the end of all", hers, false)
	lets("a token of somebody else", others, true)

	l.must(l.ChangePassword(l.ctx(), eve, "another hash", nil))
	lets("a token after a change of the password by its owner", others, true)
	link := study.Invitation{TokenSHA256: []byte(strings.Repeat("c", 32)), For: eve, By: ada, MadeAt: Noon, ExpiresAt: Noon.Add(time.Hour)}
	l.must(l.Invite(l.ctx(), link))
	lets("a token after a link for a new password", others, true)
	_, err := l.Accept(l.ctx(), link.TokenSHA256, study.Acceptance{PasswordHash: "a third hash", At: Noon})
	l.must(err)
	lets("a token after a new password by that link", others, false)

	others = works("d", eve)
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	lets("a token after a new password by the operator", others, false)
}
