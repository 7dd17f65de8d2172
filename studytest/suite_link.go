package studytest

import (
	"time"

	"vmstudy/study"
)

func testRenewedLinks(l *lab) {
	s, other := l.published(OneTrial()).Study, l.published(OneTrial()).Study
	people := l.people(s, false, 3)
	stranger := l.people(other, false, 1)[0]
	later := Noon.Add(time.Hour)
	opens := func(link string) string { // why not, as a sentence
		p, err := l.ParticipantByLink(l.ctx(), link)
		l.must(err)
		return study.Sentence(p.MayOpen(link))
	}
	replaced, revoked := study.Sentence(study.ErrLinkReplaced), study.Sentence(study.ErrLinkRevoked)
	for i, p := range people {
		l.must(l.RenewLinks(l.ctx(), s, []study.NewLink{{Participant: p.ID, Secret: "renewed " + p.Link}}, later, Noon))
		l.wantEqual("the old link", opens(p.Link), replaced)
		l.wantEqual("the new link", opens("renewed "+p.Link), "")
		now, err := l.ParticipantByLink(l.ctx(), p.Link)
		l.must(err)
		l.wantEqual("the number of links", len(now.Links), 2)
		l.wantEqual("when the newest expires", now.Newest().ExpiresAt, later)
		if !now.MayGoOnWith(p.Link) || !now.MayGoOnWith("renewed "+p.Link) || now.MayGoOnWith("another") {
			l.Errorf("person %d: a visit goes on with either link, and with no other", i)
		}
	}
	link := func(p study.Participant) string { return "renewed " + p.Link }

	l.must(l.ExpireLinks(l.ctx(), s, []study.ParticipantID{people[1].ID}, time.Time{}))
	now, err := l.ParticipantByLink(l.ctx(), link(people[1]))
	l.must(err)
	l.wantEqual("when a link expires whose date was taken away", now.Newest().ExpiresAt, time.Time{})

	l.must(l.RevokeLinks(l.ctx(), s, []study.ParticipantID{people[0].ID, people[1].ID}, later))
	l.wantEqual("a revoked link", opens(link(people[0])), revoked)
	l.wantEqual("the old link of whom the newest was revoked", opens(people[1].Link), revoked)
	l.wantEqual("a link beside", opens(link(people[2])), "")
	if now, _ = l.ParticipantByLink(l.ctx(), people[0].Link); now.MayGoOnWith(people[0].Link) {
		l.Errorf("a visit goes on with a revoked link")
	}
	l.must(l.RenewLinks(l.ctx(), s, []study.NewLink{{Participant: people[0].ID, Secret: "third"}}, time.Time{}, later))
	l.wantEqual("a new link after a revoked one", opens("third"), "")
	l.wantEqual("the revoked link after that", opens(link(people[0])), revoked)

	// Nobody's links change if one of them cannot.
	taken := []study.NewLink{{Participant: people[2].ID, Secret: "fourth"}, {Participant: people[1].ID, Secret: "third"}}
	l.wantKind("a secret that is taken", l.RenewLinks(l.ctx(), s, taken, time.Time{}, later), study.ErrConflict)
	foreign := []study.NewLink{{Participant: people[2].ID, Secret: "fourth"}, {Participant: stranger.ID, Secret: "fifth"}}
	l.wantKind("somebody of another study", l.RenewLinks(l.ctx(), s, foreign, time.Time{}, later), study.ErrNotFound)
	l.wantKind("an empty secret", l.RenewLinks(l.ctx(), s, []study.NewLink{{Participant: people[2].ID}}, time.Time{}, later), study.ErrInvalid)
	l.wantKind("revoke links of another study", l.RevokeLinks(l.ctx(), s, []study.ParticipantID{people[2].ID, stranger.ID}, later), study.ErrNotFound)
	l.wantKind("let links of another study expire", l.ExpireLinks(l.ctx(), s, []study.ParticipantID{stranger.ID}, later), study.ErrNotFound)
	l.wantEqual("the link of who was beside these", opens(link(people[2])), "")
	_, err = l.ParticipantByLink(l.ctx(), "fourth")
	l.wantKind("a link of a refused call", err, study.ErrNotFound)
}

func testLinksOfWhoHasWithdrawn(l *lab) {
	s := l.published(OneTrial()).Study
	p := l.people(s, false, 1)[0]
	replaced, revoked := study.Sentence(study.ErrLinkReplaced), study.Sentence(study.ErrLinkRevoked)
	wantOpens := func(what, link, want string) {
		l.Helper()
		now, err := l.ParticipantByLink(l.ctx(), link)
		l.must(err)
		l.wantEqual(what, study.Sentence(now.MayOpen(link)), want)
	}
	renew := func(secret string) {
		l.Helper()
		l.must(l.RenewLinks(l.ctx(), s, []study.NewLink{{Participant: p.ID, Secret: secret}}, time.Time{}, Noon))
	}
	renew("second")
	l.must(l.Withdraw(l.ctx(), p.ID, study.Withdrawal{At: Noon}))
	wantOpens("a link that was replaced before they withdrew", p.Link, replaced)
	wantOpens("the newest link, which leads to what became of what they gave", "second", "")
	renew("third")
	wantOpens("a link that was replaced afterwards", "second", replaced)
	wantOpens("the new link", "third", "")
	l.must(l.RevokeLinks(l.ctx(), s, []study.ParticipantID{p.ID}, Noon))
	for _, link := range []string{p.Link, "second", "third"} {
		wantOpens("a revoked link", link, revoked)
	}
}
