package studytest

import (
	"fmt"
	"strings"
	"time"

	"vmstudy/document"
	"vmstudy/study"
)

func testAccounts(l *lab) {
	_, _, err := l.Experimenter(l.ctx(), "ada")
	l.wantKind("an unknown account", err, study.ErrNotFound)
	l.wantKind("an account without a name", l.SetPassword(l.ctx(), "", "hash"), study.ErrInvalid)

	l.must(l.SetPassword(l.ctx(), "ada", "first"))
	l.must(l.SetPassword(l.ctx(), "bob", "other"))
	ada, hash, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	if ada.ID == 0 || ada.Name != "ada" || hash != "first" {
		l.Errorf("got %+v with hash %q, want ada with an identity and hash first", ada, hash)
	}

	token, expires := []byte(strings.Repeat("t", 32)), Noon.Add(time.Hour)
	l.must(l.OpenLogin(l.ctx(), ada.ID, "first", token, expires))
	l.wantKind("a login of nobody", l.OpenLogin(l.ctx(), ada.ID+1000, "first", []byte(strings.Repeat("u", 32)), expires), study.ErrDenied)
	who, err := l.Login(l.ctx(), token, expires.Add(-time.Microsecond))
	l.must(err)
	l.wantEqual("who is signed in", who, ada)
	_, err = l.Login(l.ctx(), token, expires)
	l.wantKind("an expired login", err, study.ErrDenied)
	_, err = l.Login(l.ctx(), []byte("unknown"), Noon)
	l.wantKind("an unknown token", err, study.ErrDenied)

	l.must(l.CloseLogin(l.ctx(), token))
	l.must(l.CloseLogin(l.ctx(), token))
	_, err = l.Login(l.ctx(), token, Noon)
	l.wantKind("a closed login", err, study.ErrDenied)
}

func testPasswordEndsLogins(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "first"))
	l.must(l.SetPassword(l.ctx(), "bob", "first"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	bob, _, err := l.Experimenter(l.ctx(), "bob")
	l.must(err)
	hers, his := []byte(strings.Repeat("a", 32)), []byte(strings.Repeat("b", 32))
	l.must(l.OpenLogin(l.ctx(), ada.ID, "first", hers, Noon.Add(time.Hour)))
	l.must(l.OpenLogin(l.ctx(), bob.ID, "first", his, Noon.Add(time.Hour)))

	l.must(l.SetPassword(l.ctx(), "ada", "second"))
	again, hash, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	if again != ada || hash != "second" {
		l.Errorf("after the change got %+v with hash %q, want %+v with hash second", again, hash, ada)
	}
	_, err = l.Login(l.ctx(), hers, Noon)
	l.wantKind("her login after her change", err, study.ErrDenied)
	if _, err = l.Login(l.ctx(), his, Noon); err != nil {
		l.Errorf("his login after her change: %v, want it to stand", err)
	}

	// Who proved to know the password before it changed comes too late, and so does who was let in before they were disabled.
	late := []byte(strings.Repeat("c", 32))
	l.wantKind("a login with her old password", l.OpenLogin(l.ctx(), ada.ID, "first", late, Noon.Add(time.Hour)), study.ErrDenied)
	l.must(l.ChangeAccount(l.ctx(), bob.ID, true, true, Noon))
	l.wantKind("a login of somebody disabled", l.OpenLogin(l.ctx(), bob.ID, "first", late, Noon.Add(time.Hour)), study.ErrDenied)
	_, err = l.Login(l.ctx(), late, Noon)
	l.wantKind("a login that was refused", err, study.ErrDenied)
	l.must(l.OpenLogin(l.ctx(), ada.ID, "second", late, Noon.Add(time.Hour)))
}

func testDrafts(l *lab) {
	_, err := l.Study(l.ctx(), 4711)
	l.wantKind("an unknown study", err, study.ErrNotFound)
	l.wantKind("saving an unknown study", Redraft(l.ctx(), l, 4711, Design()), study.ErrNotFound)
	_, err = l.CreateStudy(l.ctx(), 0, study.Design{}, Noon)
	l.wantKind("a draft without a title", err, study.ErrInvalid)
	_, err = l.CreateStudy(l.ctx(), 4711, Design(), Noon)
	l.wantKind("a draft by nobody", err, study.ErrNotFound)

	half := study.Design{Title: study.Plain("not valid yet")}
	older, err := l.CreateStudy(l.ctx(), 0, half, Noon)
	l.must(err)
	newer, err := l.CreateStudy(l.ctx(), 0, Design(), Noon.Add(time.Hour))
	l.must(err)
	all, err := l.Studies(l.ctx())
	l.must(err)
	l.wantEqual("studies, the newest first", all, []study.Study{
		{ID: newer, CreatedAt: Noon.Add(time.Hour), Draft: Design(), Revision: document.Hash(Design())},
		{ID: older, CreatedAt: Noon, Draft: half, Revision: document.Hash(half)},
	})

	l.must(Redraft(l.ctx(), l, older, OneTrial()))
	l.wantKind("saving without a title", Redraft(l.ctx(), l, older, study.Design{}), study.ErrInvalid)
	saved, err := l.Study(l.ctx(), older)
	l.must(err)
	l.wantEqual("the saved draft", saved.Draft, OneTrial())
}

// testStale lets two people open the same draft. The second one to save or publish is refused
// unless they have seen the change of the first.
func testStale(l *lab) {
	id, err := l.CreateStudy(l.ctx(), 0, Design(), Noon)
	l.must(err)
	seen := document.Hash(Design())
	first, second := Design(), Design()
	first.Title, second.Title = study.Plain("Hers"), study.Plain("His")
	holds := func(what string, want study.Design) {
		l.Helper()
		now, err := l.Study(l.ctx(), id)
		l.must(err)
		l.wantEqual(what, now.Draft, want)
	}

	l.wantKind("an unknown study", l.ReplaceDraft(l.ctx(), 4711, seen, first), study.ErrNotFound)
	l.must(l.ReplaceDraft(l.ctx(), id, seen, first))
	l.must(l.ReplaceDraft(l.ctx(), id, seen, first)) // the same draft again, as by a second click
	l.wantKind("a save over what was not seen", l.ReplaceDraft(l.ctx(), id, seen, second), study.ErrConflict)
	holds("the draft after a refused save", first)

	_, err = l.PublishDraft(l.ctx(), id, seen, first, 0, Noon)
	l.wantKind("publishing what was not seen", err, study.ErrConflict)
	now, err := l.Study(l.ctx(), id)
	l.must(err)
	if now.Published != nil {
		l.Errorf("version %d was published by somebody who had not seen it", now.Published.Number)
	}
	frozen := first
	frozen.Guests = []study.Guest{{Appliance: first.Appliance, Content: "c0ffee", Traces: []study.TraceFile{{Name: "rehearsal-type.trace", SHA256: "7ace"}}}}
	v, err := l.PublishDraft(l.ctx(), id, document.Hash(first), frozen, 0, Noon)
	l.must(err)
	l.wantEqual("the published design", v.Design, frozen)
	l.wantEqual("its text", v.Text, document.Write(frozen))
	holds("the draft of a version, which has no machines", first)
	now, err = l.Study(l.ctx(), id)
	l.must(err)
	l.wantEqual("whether the draft has changed", now.Changed(), false)
	_, err = l.PublishDraft(l.ctx(), id, document.Hash(first), frozen, 0, Noon)
	l.wantKind("publishing the same machine again", err, study.ErrConflict)
	frozen.Guests[0].Content = "another"
	again, err := l.PublishDraft(l.ctx(), id, document.Hash(first), frozen, 0, Noon)
	l.must(err)
	l.wantEqual("the version on another machine", again.Number, 2)

	l.must(l.ReplaceDraft(l.ctx(), id, document.Hash(first), second))
	holds("the draft after a save by one who had seen it", second)
	testSaversAtOnce(l, id, second)
}

// testSaversAtOnce lets ten people replace the same revision at the same time. Exactly one may
// succeed.
func testSaversAtOnce(l *lab, id study.StudyID, d study.Design) {
	seen := document.Hash(d)
	saved := make(chan error)
	for i := range 10 {
		mine := d
		mine.Title = study.Plain(fmt.Sprint("Saver ", i))
		go func() { saved <- l.ReplaceDraft(l.ctx(), id, seen, mine) }()
	}
	won := 0
	for range 10 {
		err := <-saved
		if err == nil {
			won++
		} else {
			l.wantKind("a save that came later", err, study.ErrConflict)
		}
	}
	l.wantEqual("who saved", won, 1)
}

func testPublish(l *lab) {
	_, err := l.Publish(l.ctx(), 4711, 0, Noon)
	l.wantKind("publishing an unknown study", err, study.ErrNotFound)
	id, err := l.CreateStudy(l.ctx(), 0, study.Design{Title: study.Plain("not valid")}, Noon)
	l.must(err)
	_, err = l.Publish(l.ctx(), id, 0, Noon)
	l.wantKind("publishing an invalid draft", err, study.ErrInvalid)

	l.must(Redraft(l.ctx(), l, id, Design()))
	first, err := l.Publish(l.ctx(), id, 0, Noon)
	l.must(err)
	l.wantEqual("the first version", first, study.Version{
		ID: first.ID, Study: id, Number: 1, Hash: document.Hash(Design()), PublishedAt: Noon,
		Text: document.Write(Design()), Revision: document.Hash(Design()), Design: Design(),
	})
	_, err = l.Publish(l.ctx(), id, 0, Noon)
	l.wantKind("publishing the same again", err, study.ErrConflict)

	changed := Design()
	changed.Title = study.Plain("Another title")
	l.must(Redraft(l.ctx(), l, id, changed))
	draft, err := l.Study(l.ctx(), id)
	l.must(err)
	l.wantEqual("the published version beside a changed draft", *draft.Published, first)
	second, err := l.Publish(l.ctx(), id, 0, Noon.Add(time.Hour))
	l.must(err)
	if second.Number != 2 || second.Hash != document.Hash(changed) || second.ID == first.ID {
		l.Errorf("got version %d of hash %s, want 2 of %s", second.Number, second.Hash, document.Hash(changed))
	}
	all, err := l.Studies(l.ctx())
	l.must(err)
	l.wantEqual("the newest version in the list", *all[0].Published, second)
	versions, err := l.Versions(l.ctx(), id)
	l.must(err)
	l.wantEqual("all versions", versions, []study.Version{second, first})
}

func testCodes(l *lab) {
	_, err := l.AddParticipants(l.ctx(), 4711, false, []string{"x"}, Noon)
	l.wantKind("people for an unknown study", err, study.ErrNotFound)
	one, other := l.published(OneTrial()), l.published(OneTrial())
	pilot := l.people(one.Study, true, 1)
	some := l.people(one.Study, false, 2)
	more := l.people(one.Study, false, 1)
	elsewhere := l.people(other.Study, false, 1)
	for code, p := range map[string]study.Participant{"T001": pilot[0], "P001": some[0], "P002": some[1], "P003": more[0]} {
		l.wantEqual("the participant "+code, p, study.Participant{
			ID: p.ID, Study: one.Study, Code: code, Link: p.Link, Links: []study.Link{{Hash: study.HashLink(p.Link), IssuedAt: Noon}}, Pilot: code == "T001", AddedAt: Noon,
		})
	}
	if elsewhere[0].Code != "P001" {
		l.Errorf("the first of another study is %s, want P001", elsewhere[0].Code)
	}
	all, err := l.Participants(l.ctx(), one.Study)
	l.must(err)
	want := []study.Participant{some[0], some[1], more[0], pilot[0]}
	for i := range want {
		want[i].Link = "" // nobody knows it any more
	}
	l.wantEqual("participants by code", all, want)
}

func testLinks(l *lab) {
	s := l.published(OneTrial()).Study
	p := l.people(s, false, 2)[1]
	got, err := l.ParticipantByLink(l.ctx(), p.Link)
	l.must(err)
	l.wantEqual("who the link belongs to", got, p)
	_, err = l.ParticipantByLink(l.ctx(), "unknown")
	l.wantKind("an unknown link", err, study.ErrNotFound)

	_, err = l.AddParticipants(l.ctx(), s, false, []string{"fresh", p.Link}, Noon)
	l.wantKind("a link that is taken", err, study.ErrConflict)
	_, err = l.ParticipantByLink(l.ctx(), "fresh")
	l.wantKind("the other link of a refused call", err, study.ErrNotFound)

	x := l.started(p)
	l.must(l.RecordVisit(l.ctx(), x.ID, study.Step{Kind: study.StepEnd}, Noon))
	p.Session, p.Finished = x.ID, true
	got, err = l.ParticipantByLink(l.ctx(), p.Link)
	l.must(err)
	l.wantEqual("the person after the end", got, p)
}
