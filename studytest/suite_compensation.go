package studytest

import (
	"strings"

	"vmstudy/study"
)

func testCompensations(l *lab) {
	v := l.published(OneTrial())
	people := l.people(v.Study, false, 2)
	other := l.people(l.published(OneTrial()).Study, false, 1)[0]
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	by := l.named("ada")
	gave := func(p study.Participant, amount string) study.Compensation {
		return study.Compensation{Participant: p.ID, Amount: amount, By: by, At: Noon}
	}
	l.must(l.RecordCompensations(l.ctx(), v.Study, []study.Compensation{gave(people[0], "10 EUR"), gave(people[1], "10 EUR")}))
	l.must(l.RecordCompensations(l.ctx(), v.Study, []study.Compensation{gave(people[1], "")}))
	l.wantKind("pay somebody of another study", l.RecordCompensations(l.ctx(), v.Study, []study.Compensation{gave(people[0], "1 EUR"), gave(other, "1 EUR")}), study.ErrNotFound)
	l.wantKind("pay too many words", l.RecordCompensations(l.ctx(), v.Study, []study.Compensation{gave(people[0], strings.Repeat("1", study.AmountLimit+1))}), study.ErrInvalid)
	got, err := l.Compensations(l.ctx(), v.Study)
	l.must(err)
	first, second := gave(people[0], "10 EUR"), gave(people[1], "")
	first.Name, second.Name = "ada", "ada"
	l.wantEqual("the last word on what each got", got, map[study.ParticipantID]study.Compensation{people[0].ID: first, people[1].ID: second})

	all, err := l.CompensationsOf(l.ctx(), people[1].ID)
	l.must(err)
	before := gave(people[1], "10 EUR")
	before.Name = "ada"
	l.wantEqual("all that was said of what somebody got", all, []study.Compensation{before, second})

	l.must(l.Withdraw(l.ctx(), people[0].ID, study.Withdrawal{Erase: true, At: Noon}))
	both := []study.Compensation{gave(people[1], "5 EUR"), gave(people[0], "5 EUR")}
	l.wantKind("pay somebody who asked to erase what they gave", l.RecordCompensations(l.ctx(), v.Study, both), study.ErrConflict)
	_, err = l.Erase(l.ctx(), people[0].ID, Noon)
	l.must(err)
	got, err = l.Compensations(l.ctx(), v.Study)
	l.must(err)
	l.wantEqual("of how many something is on record after an erasure", len(got), 1)
	l.wantKind("pay somebody whose data are erased", l.RecordCompensations(l.ctx(), v.Study, both), study.ErrConflict)
	again, err := l.Compensations(l.ctx(), v.Study)
	l.must(err)
	l.wantEqual("what is on record after that", again, got)
}
