package studytest

import (
	"strings"
	"time"

	"vmstudy/study"
)

func testSecondFactor(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	l.must(l.SetPassword(l.ctx(), "eve", "hash"))
	ada, eve := l.named("ada"), l.named("eve")
	token := []byte(strings.Repeat("1", 32))
	l.must(l.OpenLogin(l.ctx(), ada, "hash", token, Noon.Add(12*time.Hour)))
	has := func(want bool) {
		l.Helper()
		e, _, err := l.Experimenter(l.ctx(), "ada")
		l.must(err)
		in, err := l.Login(l.ctx(), token, Noon)
		l.must(err)
		all, err := l.Accounts(l.ctx())
		l.must(err)
		if e.Second != want || in.Second != want || all[0].Second != want {
			l.Errorf("ada has a second factor: by name %v, by login %v, in the list %v; want %v", e.Second, in.Second, all[0].Second, want)
		}
	}
	_, err := l.SecondFactor(l.ctx(), ada)
	l.wantKind("a second factor that there is not", err, study.ErrNotFound)
	l.wantKind("a code of nobody", l.UseCode(l.ctx(), ada, 5), study.ErrDenied)
	has(false)

	codes := [][]byte{[]byte(strings.Repeat("a", 32)), []byte(strings.Repeat("b", 32))}
	f := study.SecondFactor{Secret: []byte(strings.Repeat("s", 20)), EnrolledAt: Noon, LastStep: 7}
	l.must(l.EnrolSecondFactor(l.ctx(), ada, f, codes))
	l.wantKind("a second one", l.EnrolSecondFactor(l.ctx(), ada, f, nil), study.ErrConflict)
	has(true)
	f.Codes = 2
	got, err := l.SecondFactor(l.ctx(), ada)
	l.must(err)
	l.wantEqual("the second factor", got, f)

	l.wantKind("the code with which it was enrolled", l.UseCode(l.ctx(), ada, 7), study.ErrDenied)
	l.must(l.UseCode(l.ctx(), ada, 9))
	l.wantKind("a code again", l.UseCode(l.ctx(), ada, 9), study.ErrDenied)
	l.wantKind("an older code", l.UseCode(l.ctx(), ada, 8), study.ErrDenied)
	l.must(l.UseRecoveryCode(l.ctx(), ada, codes[0], Noon))
	l.wantKind("a recovery code again", l.UseRecoveryCode(l.ctx(), ada, codes[0], Noon), study.ErrDenied)
	l.wantKind("somebody else's recovery code", l.UseRecoveryCode(l.ctx(), eve, codes[1], Noon), study.ErrDenied)
	f.Codes, f.LastStep = 1, 9
	got, err = l.SecondFactor(l.ctx(), ada)
	l.must(err)
	l.wantEqual("the second factor after its use", got, f)

	l.must(l.RemoveSecondFactor(l.ctx(), ada))
	l.must(l.RemoveSecondFactor(l.ctx(), ada))
	has(false)
	l.wantKind("a recovery code of what was removed", l.UseRecoveryCode(l.ctx(), ada, codes[1], Noon), study.ErrDenied)
	l.must(l.EnrolSecondFactor(l.ctx(), ada, f, codes))
	l.must(l.SetPassword(l.ctx(), "ada", "another")) // the way back in for whoever runs the server
	l.must(l.OpenLogin(l.ctx(), ada, "another", token, Noon.Add(12*time.Hour)))
	has(false)
}
