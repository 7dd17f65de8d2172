package studytest

import (
	"fmt"
	"time"

	"vmstudy/study"
)

func testOpenness(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	id, err := l.CreateStudy(l.ctx(), ada.ID, OneTrial(), Noon)
	l.must(err)
	set := func(state study.StudyState) error {
		return l.SetState(l.ctx(), id, study.Openness{State: state, By: ada.ID, At: Noon.Add(time.Hour)})
	}
	l.wantKind("closing a draft", set(study.StudyClosed), study.ErrConflict)
	l.wantKind("closing no study", l.SetState(l.ctx(), 4711, study.Openness{State: study.StudyClosed}), study.ErrNotFound)
	_, err = l.Publish(l.ctx(), id, ada.ID, Noon)
	l.must(err)
	people, err := l.AddParticipants(l.ctx(), id, false, []string{"came before", "comes after"}, Noon)
	l.must(err)
	begun, err := l.StartSession(l.ctx(), people[0].ID, Noon)
	l.must(err)

	l.wantKind("archiving an open study", set(study.StudyArchived), study.ErrConflict)
	l.must(set(study.StudyClosed))
	l.must(set(study.StudyClosed)) // a second click
	closed, err := l.Study(l.ctx(), id)
	l.must(err)
	l.wantEqual("the state", closed.Openness, study.Openness{State: study.StudyClosed, By: ada.ID, Name: "ada", At: Noon.Add(time.Hour)})
	_, err = l.StartSession(l.ctx(), people[1].ID, Noon)
	l.wantKind("beginning in a closed study", err, study.ErrConflict)
	again, err := l.StartSession(l.ctx(), people[0].ID, Noon)
	l.must(err)
	l.wantEqual("the visit that had begun", again, begun)
	l.must(l.RecordConsent(l.ctx(), begun, false, Noon)) // it goes on

	l.must(set(study.StudyArchived))
	l.wantKind("reopening from the archive", set(study.StudyOpen), study.ErrConflict)
	_, err = l.StartSession(l.ctx(), people[1].ID, Noon)
	l.wantKind("beginning in an archived study", err, study.ErrConflict)
	l.must(set(study.StudyClosed))
	l.must(set(study.StudyOpen))
	all, err := l.Studies(l.ctx())
	l.must(err)
	if len(all) != 1 || all[0].Openness.State != study.StudyOpen || all[0].Openness.Name != "ada" {
		l.Errorf("the list has %+v, want one open study, reopened by ada", all)
	}
	_, err = l.StartSession(l.ctx(), people[1].ID, Noon)
	l.must(err)
}

func testDeleteStudy(l *lab) {
	l.wantKind("deleting no study", l.DeleteStudy(l.ctx(), 4711), study.ErrNotFound)
	other, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	id, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	l.must(l.SetState(l.ctx(), id, study.Openness{State: study.StudyArchived, At: Noon}))
	for _, s := range []study.StudyID{id, other} {
		_, err = l.AddParticipants(l.ctx(), s, false, []string{fmt.Sprint("link ", s)}, Noon)
		l.must(err)
		l.must(l.OfferSlots(l.ctx(), []study.Slot{{Study: s, Station: "1", StartsAt: Noon.Add(time.Duration(s) * time.Hour), EndsAt: Noon.Add(time.Duration(s)*time.Hour + time.Minute)}}, 2))
	}
	told, err := l.Participants(l.ctx(), id)
	l.must(err)
	l.must(l.SetAddress(l.ctx(), study.Address{Participant: told[0].ID, Mail: "bob@example.org", Language: study.English, At: Noon}))
	l.must(l.QueueMail(l.ctx(), study.Mail{Participant: told[0].ID, Kind: study.MailConfirms, Fact: 1, QueuedAt: Noon, DueAt: Noon, State: study.MailWaits, At: Noon}))
	l.must(l.DeleteStudy(l.ctx(), id))
	post, err := l.Correspondences(l.ctx(), 0)
	l.must(err)
	l.wantEqual("people of a deleted study who get mails", len(post), 0)
	_, err = l.Study(l.ctx(), id)
	l.wantKind("a deleted study", err, study.ErrNotFound)
	people, err := l.Participants(l.ctx(), other)
	l.must(err)
	slots, err := l.Slots(l.ctx(), other)
	l.must(err)
	if len(people) != 1 || len(slots) != 1 {
		l.Errorf("the other study has %d participants and %d slots left, want one each", len(people), len(slots))
	}

	left, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	l.must(l.Withdraw(l.ctx(), l.people(left, false, 1)[0].ID, study.Withdrawal{At: Noon}))
	l.wantKind("deleting a study from which somebody has withdrawn", l.DeleteStudy(l.ctx(), left), study.ErrConflict)

	paid, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	l.must(l.RecordCompensations(l.ctx(), paid, []study.Compensation{{Participant: l.people(paid, false, 1)[0].ID, Amount: "10 EUR", At: Noon}}))
	l.wantKind("deleting a study in which somebody was paid", l.DeleteStudy(l.ctx(), paid), study.ErrConflict)

	_, err = l.Publish(l.ctx(), other, 0, Noon)
	l.must(err)
	l.wantKind("deleting what is published", l.DeleteStudy(l.ctx(), other), study.ErrConflict)
	measured, err := l.CreateStudy(l.ctx(), 0, OneTrial(), Noon)
	l.must(err)
	_, err = l.OpenCalibration(l.ctx(), study.Calibration{Study: measured, Of: "the draft", By: "ada", Way: study.UserspaceWay, Program: "v1", StartedAt: Noon})
	l.must(err)
	l.wantKind("deleting what was calibrated", l.DeleteStudy(l.ctx(), measured), study.ErrConflict)
}
