package visit_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web"
	"vmstudy/web/page"
)

// mailing lets the server send mails, and returns what of the audit goes with changes of addresses.
func mailing(p *webtest.Person) *corresponding {
	heard := &corresponding{Store: p.Store}
	p.Serve(func(c *web.Config) { c.Store, c.Mails = heard, true })
	return heard
}

type corresponding struct {
	web.Store
	entries []audit.Entry
}

func (s *corresponding) SetAddress(ctx context.Context, a study.Address) error {
	act, _ := audit.From(ctx)
	s.entries = append(s.entries, act.Entry())
	return s.Store.SetAddress(ctx, a)
}

func (s *corresponding) RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error {
	act, _ := audit.From(ctx)
	s.entries = append(s.entries, act.Entry())
	return s.Store.RemoveAddress(ctx, p, at)
}

func TestAParticipantSaysWhereToWriteAndTakesItBack(t *testing.T) {
	p, slots := appointments(t)
	heard := mailing(p)
	link := page.LinkPath(p.Who.Link)
	if strings.Contains(webtest.Text(p.Get(link).Page), "Mails about your appointment") {
		t.Error("who has no appointment is asked where to write")
	}
	p.WantsRedirect(book(p, slots[0]), link)
	form := p.One(p.Get(link).Page, "form", "action="+link+"/address?lang=en")
	p.One(form, "input", "name=mail")

	a := p.Post(link+"/address", url.Values{"mail": {"bob at example"}})
	p.Wants(a, 422, "This is no address for mail.")
	p.One(a.Page, "input", "value=bob at example") // nothing that was typed is lost
	p.WantsRedirect(p.Post(link+"/address", url.Values{"mail": {" bob@example.net "}}), link)
	got, err := p.Store.Address(t.Context(), p.Who.ID)
	p.Must(err)
	if got.Mail != "bob@example.net" || got.Language != "en" || got.By != 0 {
		t.Errorf("on record is %+v", got)
	}
	a = p.Get(link)
	p.Wants(a, 200, "An address for mail is entered.")
	if strings.Contains(a.Body, "bob@example.net") {
		t.Error("whoever has the link can read the address")
	}
	p.WantsRedirect(p.Post(link+"/address", url.Values{"do": {"remove"}}), link)
	if _, err := p.Store.Address(t.Context(), p.Who.ID); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("an address that was taken back: %v", err)
	}
	var said []string
	for _, e := range heard.entries {
		said = append(said, strings.Join([]string{e.Who, e.Action, e.About, e.Why}, " | "))
	}
	enters := "participant " + p.Who.Code + " | enter an address for mail | participant " + p.Who.Code + " | "
	want := []string{enters, enters, "participant " + p.Who.Code + " | take back an address for mail | participant " + p.Who.Code + " | "}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the audit says\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheFormForAnAddressKeepsNobodyOut(t *testing.T) {
	p, slots := appointments(t)
	mailing(p)
	link := page.LinkPath(p.Who.Link)
	p.WantsRedirect(book(p, slots[0]), link)
	p.WantsRedirect(p.Post(link+"/address", url.Values{"mail": {"bob@example.net"}}), link)
	site := httptest.NewServer(p.Handler)
	t.Cleanup(site.Close)
	tab, axe := webtest.NewTab(t, time.Minute), webtest.Axe(t)
	p.Must(chromedp.Do(tab, chromedp.Navigate(site.URL+link)))
	_, err := chromedp.Run(tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("#mails").open = true; undefined`))
	p.Must(err)
	webtest.EachLook(t, tab, "address-of-a-participant", func(look webtest.PageLook) {
		for _, broken := range webtest.Violations(t, tab, axe, webtest.EveryRule) {
			t.Errorf("%s: %s", look, broken)
		}
	})
}

func TestAServerThatSendsNoMailsAsksForNoAddress(t *testing.T) {
	p, slots := appointments(t)
	link := page.LinkPath(p.Who.Link)
	p.WantsRedirect(book(p, slots[0]), link)
	if strings.Contains(webtest.Text(p.Get(link).Page), "Mails about") {
		t.Error("a server that sends no mails asks where to write")
	}
	p.Wants(p.Post(link+"/address", url.Values{"mail": {"bob@example.net"}}), 409, "No mails are sent here.")
	// One that was entered before can be taken back all the same.
	p.Must(p.Store.SetAddress(t.Context(), study.Address{Participant: p.Who.ID, Mail: "bob@example.net", Language: "en", At: p.Now}))
	p.Wants(p.Get(link), 200, "Take the address back")
	p.WantsRedirect(p.Post(link+"/address", url.Values{"do": {"remove"}}), link)
}
