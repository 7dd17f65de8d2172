package studytest

import (
	"fmt"
	"sync"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func testRecruitment(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	s, other := l.published(OneTrial()).Study, l.published(OneTrial()).Study
	r, err := l.Recruitment(l.ctx(), s)
	l.must(err)
	l.wantEqual("the recruitment of which nobody has said anything", r, study.Recruitment{})
	want := study.Recruitment{Parameters: []string{"PID", "TASK"}, Completion: "https://example.org/{PID}", By: ada.ID, At: Noon}
	l.must(l.SetRecruitment(l.ctx(), s, want))
	r, err = l.Recruitment(l.ctx(), s)
	l.must(err)
	l.wantEqual("the recruitment", r, want)
	l.wantKind("a recruitment that cannot be", l.SetRecruitment(l.ctx(), s, study.Recruitment{Completion: "nowhere", At: Noon}), study.ErrInvalid)
	l.wantKind("the recruitment of an unknown study", l.SetRecruitment(l.ctx(), 4711, study.Recruitment{At: Noon}), study.ErrNotFound)

	people := l.people(s, false, 2)
	ids := []study.ExternalID{{Name: "PID", Value: "x"}, {Name: "TASK", Value: "same for all"}}
	l.must(l.RecordExternalIDs(l.ctx(), people[0].ID, ids))
	l.must(l.RecordExternalIDs(l.ctx(), people[0].ID, []study.ExternalID{{Name: "PID", Value: "y"}})) // the first counts
	of := func(p study.Participant) []study.ExternalID {
		all, err := l.ExternalIDs(l.ctx(), p.ID)
		l.must(err)
		return all
	}
	l.wantEqual("who somebody is elsewhere", of(people[0]), []study.ExternalID{{Participant: people[0].ID, Name: "PID", Value: "x"}, {Participant: people[0].ID, Name: "TASK", Value: "same for all"}})
	l.wantKind("somebody who is known already", l.RecordExternalIDs(l.ctx(), people[1].ID, ids), study.ErrConflict)
	l.wantEqual("who that one is elsewhere", of(people[1]), []study.ExternalID{})
	l.must(l.RecordExternalIDs(l.ctx(), l.people(other, false, 1)[0].ID, ids)) // in another study

	export := func() []analysis.ExternalID { return all(l, l.source.ExternalIDs(l.ctx(), analysis.Filter{Study: s})) }
	if rows := export(); len(rows) != 0 {
		l.Errorf("exported are %v, though the study does not say so", rows)
	}
	want.Export = true
	l.must(l.SetRecruitment(l.ctx(), s, want))
	l.wantEqual("what is exported", export(), []analysis.ExternalID{{Participant: "P001", Name: "PID", Value: "x"}, {Participant: "P001", Name: "TASK", Value: "same for all"}})

	l.must(l.Withdraw(l.ctx(), people[0].ID, study.Withdrawal{Erase: true, At: Noon}))
	stone, err := l.Erase(l.ctx(), people[0].ID, Noon)
	l.must(err)
	l.wantEqual("what went", stone.Removed, []study.Removed{{Kind: "external_id", Rows: 2}})
	l.wantEqual("who they are elsewhere after that", of(people[0]), []study.ExternalID{})
	l.wantKind("who somebody is whose data were erased", l.RecordExternalIDs(l.ctx(), people[0].ID, ids), study.ErrConflict)
	l.wantEqual("who they are elsewhere after somebody has opened their link once more", of(people[0]), []study.ExternalID{})
	l.must(l.Withdraw(l.ctx(), people[1].ID, study.Withdrawal{At: Noon}))
	late := l.RecordExternalIDs(l.ctx(), people[1].ID, []study.ExternalID{{Name: "PID", Value: "late"}})
	l.wantEqual("what somebody reads who has withdrawn", study.Sentence(late), study.Sentence(study.ErrWithdrawn))
	l.wantEqual("who somebody is elsewhere who has withdrawn", of(people[1]), []study.ExternalID{})
}

// testOpenLinkAndScreening lets somebody come by an open link whom the screening turns away.
func testOpenLinkAndScreening(l *lab) {
	s := l.published(screened()).Study
	l.must(l.IssueOpenLink(l.ctx(), "open", study.OpenLink{Study: s, Most: 1, IssuedAt: Noon}))
	came := func(what string, want int) {
		l.Helper()
		open, err := l.OpenLink(l.ctx(), s)
		l.must(err)
		l.wantEqual(what, open.Came, want)
	}
	for _, age := range []string{"16", "20"} {
		p, err := l.Join(l.ctx(), study.Joining{Open: "open", Personal: "age " + age, At: Noon})
		l.must(err)
		came("how many came before the screening", 1)
		_, err = l.Join(l.ctx(), study.Joining{Open: "open", Personal: "beside", At: Noon})
		l.wantKind("join beside somebody who may be the last", err, study.ErrConflict)
		id, err := l.StartSession(l.ctx(), p.ID, Noon)
		l.must(err)
		l.must(l.RecordConsent(l.ctx(), id, false, Noon))
		l.must(l.RecordRating(l.ctx(), id, 0, study.Rating{Instrument: "fit", At: Noon, Answers: []study.Answer{{Item: "age", Value: age}}}))
		l.must(l.RecordVisit(l.ctx(), id, study.Step{Kind: study.StepScreening}, Noon))
		if age == "16" {
			came("how many came when the only one was turned away", 0)
		}
	}
	came("how many came when the second takes part", 1)
}

func testOpenLinks(l *lab) {
	s := l.published(OneTrial()).Study
	_, err := l.OpenLink(l.ctx(), s)
	l.wantKind("the open link of a study that has none", err, study.ErrNotFound)
	_, err = l.OpenLinkBySecret(l.ctx(), "open")
	l.wantKind("an open link that there is not", err, study.ErrNotFound)
	l.wantKind("an open link for nobody", l.IssueOpenLink(l.ctx(), "open", study.OpenLink{Study: s, IssuedAt: Noon}), study.ErrInvalid)
	l.must(l.SetRecruitment(l.ctx(), s, study.Recruitment{Parameters: []string{"PID"}, At: Noon}))
	l.must(l.IssueOpenLink(l.ctx(), "open", study.OpenLink{Study: s, Most: 3, IssuedAt: Noon, ExpiresAt: Noon.Add(time.Hour)}))

	join := func(open string, n int, at time.Time) (study.Participant, error) {
		return l.Join(l.ctx(), study.Joining{Open: open, Personal: fmt.Sprintf("personal-%d", n), IDs: []study.ExternalID{{Name: "PID", Value: fmt.Sprint(n)}}, At: at})
	}
	first, err := join("open", 1, Noon)
	l.must(err)
	found, err := l.ParticipantByLink(l.ctx(), "personal-1")
	l.must(err)
	l.wantEqual("who has joined", found, first)
	_, err = l.Join(l.ctx(), study.Joining{Open: "open", Personal: "again", IDs: []study.ExternalID{{Name: "PID", Value: "1"}}, At: Noon})
	l.wantKind("join a second time", err, study.ErrConflict)
	_, err = l.ParticipantByLink(l.ctx(), "again")
	l.wantKind("the link of who could not join", err, study.ErrNotFound)
	_, err = join("open", 2, Noon.Add(time.Hour))
	l.wantKind("join too late", err, study.ErrConflict)
	_, err = join("closed", 2, Noon)
	l.wantKind("join by a link that there is not", err, study.ErrNotFound)

	// Many come at once, and no more than may.
	var crowd sync.WaitGroup
	joined := make([]error, 8)
	for i := range joined {
		crowd.Go(func() { _, joined[i] = join("open", 10+i, Noon) })
	}
	crowd.Wait()
	n := 0
	for _, err := range joined {
		if err == nil {
			n++
		} else {
			l.wantKind("join a full study", err, study.ErrConflict)
		}
	}
	open, err := l.OpenLink(l.ctx(), s)
	l.must(err)
	if n != 2 || open.Came != 3 {
		l.Errorf("%d of 8 joined, and %d came in all, want 2 and 3", n, open.Came)
	}

	l.must(l.IssueOpenLink(l.ctx(), "second", study.OpenLink{Study: s, Most: 5, IssuedAt: Noon}))
	old, err := l.OpenLinkBySecret(l.ctx(), "open")
	l.must(err)
	l.wantEqual("when the first was revoked", old.RevokedAt, Noon)
	_, err = join("second", 20, Noon)
	l.must(err)
	l.must(l.RevokeOpenLink(l.ctx(), s, Noon))
	_, err = join("second", 21, Noon)
	l.wantKind("join by a revoked link", err, study.ErrConflict)
	l.must(l.IssueOpenLink(l.ctx(), "third", study.OpenLink{Study: s, Most: 5, IssuedAt: Noon}))
	l.must(l.SetState(l.ctx(), s, study.Openness{State: study.StudyClosed, At: Noon}))
	_, err = join("third", 22, Noon)
	l.wantKind("join a closed study", err, study.ErrConflict)
}
