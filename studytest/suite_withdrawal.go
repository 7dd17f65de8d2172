package studytest

import (
	"slices"
	"time"

	"vmstudy/study"
)

// gave lets the participant of a session of OneTrial give one of everything.
func (l *lab) gave(x study.Session) study.Attempt {
	l.Helper()
	a := l.turned(l.opened(x.Trials[0]), study.Running)
	b := BatchOf(a.ID, 1, []study.Interaction{{Number: 1, Kind: study.Key, At: Noon}})
	b.Events = []study.Event{{Number: 2, Kind: study.PageOpened, At: Noon, Detail: "a browser"}}
	b.Count, b.Given = 2, 2
	_, err := l.TakeSeat(l.ctx(), x.ID, Noon)
	l.must(err)
	l.must(l.SaveBatch(l.ctx(), b))
	l.must(l.RecordEvent(l.ctx(), study.Event{Session: x.ID, Attempt: a.ID, Kind: study.NoteSent, At: Noon, Detail: "well done"}))
	l.must(l.RecordTraffic(l.ctx(), a.ID, []study.LinkSecond{{At: Noon, Span: time.Second}}))
	l.must(l.BeginRecording(l.ctx(), a.ID, Noon))
	a = l.turned(a, study.Finished)
	answers := []study.Answer{{Item: "one", Value: "5"}, {Item: "two", Value: "mine"}}
	l.must(l.RecordRating(l.ctx(), x.ID, x.Trials[0].ID, study.Rating{Instrument: "tlx", At: Noon, Answers: answers}))
	l.must(l.RecordRating(l.ctx(), x.ID, 0, study.Rating{Instrument: "sus", At: Noon, Answers: answers}))
	return a
}

func testWithdrawals(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	came := l.people(l.published(OneTrial()).Study, false, 1)[0]
	slots := l.offered(study.Slot{Study: came.Study, Station: "one", StartsAt: Noon.Add(time.Hour), EndsAt: Noon.Add(2 * time.Hour)})
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: came.ID, At: Noon})
	l.must(err)
	x := l.started(came)
	beside := l.started(l.people(x.Study, false, 1)[0])
	a := l.gave(x)
	l.gave(beside)
	p := x.Participant.ID

	_, err = l.Erase(l.ctx(), p, Noon)
	l.wantKind("erase what nobody asked to erase", err, study.ErrConflict)
	_, err = l.Tombstone(l.ctx(), p)
	l.wantKind("the tombstone of somebody who has none", err, study.ErrNotFound)
	l.wantKind("withdraw nobody", l.Withdraw(l.ctx(), 4711, study.Withdrawal{At: Noon}), study.ErrNotFound)

	// They stop, and keep what they gave.
	l.must(l.Withdraw(l.ctx(), p, study.Withdrawal{By: ada.ID, Why: "said so by phone", At: Noon}))
	kept := l.found(x.ID)
	l.wantEqual("what was said of somebody who withdrew", kept.Assignment.Ruling, study.Ruling{State: study.PlaceWithdrawn, Why: "said so by phone", By: ada.ID, Name: "ada", At: Noon})
	l.wantEqual("the attempts of somebody who withdrew", len(kept.Trials[0].Attempts), 1)
	slots, err = l.Slots(l.ctx(), x.Study)
	l.must(err)
	l.wantEqual("who has the appointment of somebody who withdrew", slots[0].Participant, study.ParticipantID(0))
	_, err = l.BookSlot(l.ctx(), study.Booking{Slot: slots[0].ID, Participant: p, At: Noon})
	l.wantKind("book after a withdrawal", err, study.ErrConflict)
	_, err = l.StartSession(l.ctx(), p, Noon)
	l.wantKind("begin after a withdrawal", err, study.ErrConflict)

	// Later they have it erased.
	before := l.roster(x.Version)
	l.must(l.Withdraw(l.ctx(), p, study.Withdrawal{Erase: true, At: Noon.Add(time.Hour)}))
	asked, err := l.Unerased(l.ctx())
	l.must(err)
	if len(asked) != 1 || asked[0].Participant != p || !asked[0].ErasedAt.IsZero() {
		l.Errorf("what is still to be erased is %+v, want all of one person", asked)
	}
	stone, err := l.Erase(l.ctx(), p, Noon.Add(2*time.Hour))
	l.must(err)
	stone.Removed = slices.DeleteFunc(stone.Removed, func(r study.Removed) bool {
		return r.Kind == "transition" || r.Kind == "input_summary" || r.Kind == "traffic_summary"
	}) // memory keeps none
	l.wantEqual("the tombstone", stone, study.Tombstone{
		Participant: p, Code: x.Participant.Code, AskedAt: Noon.Add(time.Hour), ErasedAt: Noon.Add(2 * time.Hour), Session: x.ID, Attempts: []study.AttemptID{a.ID},
		Removed: []study.Removed{
			{Kind: "answer", Rows: 4},
			{Kind: "rating", Rows: 2},
			{Kind: "interaction", Rows: 1},
			{Kind: "event", Rows: 2},
			{Kind: "batch", Rows: 1},
			{Kind: "network_second", Rows: 1},
			{Kind: "recording", Rows: 1},
			{Kind: "attempt", Rows: 1},
			{Kind: "trial", Rows: 1},
			{Kind: "session", Rows: 1},
			{Kind: "booking", Rows: 2},
		},
	})
	diary, err := l.Diary(l.ctx(), p)
	l.must(err)
	l.wantEqual("what is left of their appointments", len(diary.Facts), 0)
	_, err = l.Session(l.ctx(), x.ID)
	l.wantKind("the session of somebody who was erased", err, study.ErrNotFound)
	l.wantKind("an answer that comes too late", l.RecordRating(l.ctx(), x.ID, 0, study.Rating{Instrument: "late", At: Noon}), study.ErrNotFound)
	l.wantKind("a batch that comes too late", l.SaveBatch(l.ctx(), BatchOf(a.ID, 2, []study.Interaction{{Number: 3, Kind: study.Key, At: Noon}})), study.ErrNotFound)
	l.wantKind("a recording that comes too late", l.BeginRecording(l.ctx(), a.ID, Noon), study.ErrNotFound)
	_, err = l.StartSession(l.ctx(), p, Noon)
	l.wantKind("begin after what they gave was erased", err, study.ErrConflict)

	after := l.roster(x.Version)
	l.wantEqual("how many people ever took a place", len(after.Taken), len(before.Taken))
	l.wantEqual("how the places are filled", after.Tallies(Noon), before.Tallies(Noon))
	l.wantEqual("what somebody else gave", len(l.found(beside.ID).Trials[0].Attempts), 1)
	who, err := l.ParticipantByLink(l.ctx(), came.Link)
	l.must(err)
	want := came
	want.Ruled, want.ErasedAt = study.PlaceWithdrawn, Noon.Add(2*time.Hour)
	l.wantEqual("the person whose link it was", who, want)

	// The files go last.
	l.must(l.FilesErased(l.ctx(), p, Noon.Add(3*time.Hour)))
	again, err := l.Erase(l.ctx(), p, Noon.Add(4*time.Hour))
	l.must(err)
	l.wantEqual("when the rows went, after a second call", again.ErasedAt, Noon.Add(2*time.Hour))
	l.wantEqual("when the files went", again.FilesGoneAt, Noon.Add(3*time.Hour))
	left, err := l.Unerased(l.ctx())
	l.must(err)
	l.wantEqual("what is still to be erased", left, []study.Tombstone{})
}
