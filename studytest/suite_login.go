package studytest

import (
	"strings"
	"time"

	"vmstudy/study"
)

func testLoginsAreSeen(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada := l.named("ada")
	first, second := []byte(strings.Repeat("1", 32)), []byte(strings.Repeat("2", 32))
	for _, token := range [][]byte{first, second} {
		l.must(l.OpenLogin(l.ctx(), ada, "hash", token, Noon.Add(12*time.Hour)))
	}
	see := func(token []byte, after time.Duration, from string) {
		l.Helper()
		l.must(l.SeeLogin(l.ctx(), token, study.Sighting{At: Noon.Add(after), From: from, Browser: "Firefox"}))
	}
	see(first, 0, "here")
	see(second, time.Minute, "there")
	see(first, 30*time.Second, "here") // too soon to be written
	see(second, 70*time.Second, "elsewhere")
	list := func(after time.Duration) (all []study.Login) {
		l.Helper()
		all, err := l.Logins(l.ctx(), ada, Noon.Add(after))
		l.must(err)
		for i := range all {
			if all[i].ID == 0 {
				l.Error("a login has no number")
			}
			all[i].ID = 0
		}
		return all
	}
	one := study.Login{OpenedAt: Noon, TokenSHA256: first, Sighting: study.Sighting{At: Noon, From: "here", Browser: "Firefox"}}
	two := study.Login{OpenedAt: Noon.Add(time.Minute), TokenSHA256: second, Sighting: study.Sighting{At: Noon.Add(70 * time.Second), From: "elsewhere", Browser: "Firefox"}}
	l.wantEqual("logins", list(2*time.Minute), []study.Login{two, one})

	_, err := l.Login(l.ctx(), first, Noon.Add(study.IdleLimit-time.Microsecond))
	l.must(err)
	_, err = l.Login(l.ctx(), first, Noon.Add(study.IdleLimit))
	l.wantKind("a login that nobody used for an hour", err, study.ErrDenied)
	l.wantEqual("logins after an hour", list(study.IdleLimit), []study.Login{two})

	l.must(l.ChangePassword(l.ctx(), ada, "new", first))
	_, hash, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	l.wantEqual("the password", hash, "new")
	l.wantEqual("logins after the password changed", list(2*time.Minute), []study.Login{one})
	l.wantKind("the password of nobody", l.ChangePassword(l.ctx(), ada+1000, "x", first), study.ErrNotFound)
}
