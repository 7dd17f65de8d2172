package visit_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// opened returns a person whose study has an open link, "open", for some people, and knows the parameters PID and TASK.
func opened(t *testing.T, most int) *webtest.Person {
	t.Helper()
	p := webtest.NewPerson(t, studytest.OneTrial())
	p.Must(p.Store.SetRecruitment(t.Context(), p.Study, study.Recruitment{
		Parameters: []string{"PID", "TASK"}, Completion: "https://example.org/done?who={PID}", At: p.Now,
	}))
	p.Must(p.Store.IssueOpenLink(t.Context(), "open", study.OpenLink{Study: p.Study, Most: most, IssuedAt: p.Now, ExpiresAt: p.Now.Add(time.Hour)}))
	return p
}

func TestSomebodyFromElsewhereTakesPartAndGoesBack(t *testing.T) {
	p := opened(t, 2)
	before := len(people(p))
	shown := p.Get("/join/open?PID=a%26b&TASK=7&other=x")
	p.Wants(shown, 200, "Taking part takes about")
	if n := len(people(p)); n != before {
		t.Fatalf("opening the link made %d participants", n-before)
	}
	form := url.Values{}
	for _, e := range webtest.All(p.One(shown.Page, "form", "action=/join/open"), "input", "type=hidden") {
		form.Set(webtest.Attr(e, "name"), webtest.Attr(e, "value"))
	}
	joined := p.Post("/join/open", form)
	link, is := strings.CutPrefix(joined.Header.Get("Location"), "/p/")
	if joined.StatusCode != 303 || !is || len(link) < 26 {
		t.Fatalf("status %d to %q, want 303 to a personal link", joined.StatusCode, joined.Header.Get("Location"))
	}
	who, err := p.Store.ParticipantByLink(t.Context(), link)
	p.Must(err)
	ids, err := p.Store.ExternalIDs(t.Context(), who.ID)
	p.Must(err)
	if fmt.Sprint(ids) != fmt.Sprintf("[{%d PID a&b} {%d TASK 7}]", who.ID, who.ID) {
		t.Errorf("on record is %v", ids)
	}

	wantsReturn(p, p.Get("/join/open?PID=a%26b"), page.LinkPath(link)) // the browser knows who they are, and so does the address
	known := p.Beside()
	known.Browser = webtest.NewBrowser()
	known.Wants(known.Post("/join/open", url.Values{"PID": {"a&b"}}), 409, "Somebody takes part under this name already.")

	p.Who.Link = link
	p.Begin()
	p.Walk(study.StepEnd, nil)
	end := p.Get(p.Visit())
	if got := webtest.Attr(p.One(end.Page, "a", "rel=noreferrer"), "href"); got != "https://example.org/done?who=a%26b" {
		t.Errorf("at the end the page leads to %q", got)
	}
}

// wantsReturn compares where a page behind an open link offers to go on; empty: nowhere. It never goes there by itself.
func wantsReturn(p *webtest.Person, a webtest.Answer, want string) {
	p.T.Helper()
	p.Wants(a, 200, "")
	got := ""
	for _, link := range webtest.All(a.Page, "a", "") {
		if webtest.Text(link) == "I have begun here already: go on" {
			got = webtest.Attr(link, "href")
		}
	}
	if got != want {
		p.T.Errorf("the page offers to go on at %q, want %q", got, want)
	}
}

func TestWhoComesNextToABrowserIsNotTakenForWhoJoinedThere(t *testing.T) {
	p := opened(t, 3)
	join := func(fields url.Values) string {
		t.Helper()
		a := p.Post("/join/open", fields)
		p.Wants(a, 303, "")
		for _, c := range a.Cookies() {
			if c.Name == "joined" && (c.MaxAge != 0 || !c.Expires.IsZero()) {
				t.Errorf("the cookie outlives the browser: %v", c)
			}
		}
		to, _, _ := strings.Cut(a.Header.Get("Location"), "?")
		return to
	}
	mayJoin := func(query string) {
		t.Helper()
		p.One(p.Get("/join/open"+query).Page, "form", "action=/join/open")
	}
	first := join(url.Values{"PID": {"1"}})
	wantsReturn(p, p.Get("/join/open?PID=1"), first)
	wantsReturn(p, p.Get("/join/open?PID=2"), "")
	wantsReturn(p, p.Get("/join/open"), "")
	mayJoin("?PID=2")
	second := join(url.Values{"PID": {"2"}})
	if second == first {
		t.Error("the second person got the link of the first")
	}
	wantsReturn(p, p.Get("/join/open?PID=1"), "")
	wantsReturn(p, p.Get("/join/open?PID=2"), second)

	// Without a name nobody can tell, so the person says it. Who has withdrawn does not go on, and keeps nobody out.
	p.Must(p.Store.SetRecruitment(t.Context(), p.Study, study.Recruitment{At: p.Now}))
	wantsReturn(p, p.Get("/join/open"), second)
	mayJoin("")
	gone, err := p.Store.ParticipantByLink(t.Context(), strings.TrimPrefix(second, "/p/"))
	p.Must(err)
	p.Must(p.Store.Withdraw(t.Context(), gone.ID, study.Withdrawal{At: p.Now}))
	wantsReturn(p, p.Get("/join/open"), "")
	mayJoin("")
	third := join(nil)
	full := p.Get("/join/open")
	wantsReturn(p, full, third)
	p.Wants(full, 200, "As many people as were looked for")
}

func people(p *webtest.Person) []study.Participant {
	p.T.Helper()
	all, err := p.Store.Participants(p.T.Context(), p.Study)
	p.Must(err)
	return all
}

func TestAnOpenLinkRefusesInWords(t *testing.T) {
	for name, tt := range map[string]struct {
		do     func(p *webtest.Person)
		query  string
		status int // of the button's answer
		say    string
	}{
		"without the parameter":     {func(*webtest.Person) {}, "", 409, "it lacks PID"},
		"with one that is too long": {func(*webtest.Person) {}, "PID=" + strings.Repeat("x", 201), 422, "a PID that cannot be right"},
		"too late":                  {func(p *webtest.Person) { p.Now = p.Now.Add(time.Hour) }, "PID=1", 409, "Nobody new can take part by this link"},
		"revoked":                   {func(p *webtest.Person) { p.Must(p.Store.RevokeOpenLink(t.Context(), p.Study, p.Now)) }, "PID=1", 409, "Nobody new can take part by this link"},
		"full":                      {func(p *webtest.Person) { p.Wants(p.Post("/join/open", url.Values{"PID": {"2"}}), 303, "") }, "PID=1", 409, "As many people as were looked for"},
		"closed": {func(p *webtest.Person) {
			p.Must(p.Store.SetState(t.Context(), p.Study, study.Openness{State: study.StudyClosed, At: p.Now}))
		}, "PID=1", 409, "This study is closed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := opened(t, 1)
			tt.do(p)
			p.Browser = webtest.NewBrowser()
			before := len(people(p))
			fields, _ := url.ParseQuery(tt.query)
			if a := p.Get("/join/open?" + tt.query); !strings.Contains(webtest.Text(a.Page), tt.say) || len(webtest.All(a.Page, "form", "action=/join/open")) > 0 {
				t.Errorf("the page says %s, want %q and no button", webtest.Text(a.Page), tt.say)
			}
			p.Wants(p.Post("/join/open", fields), tt.status, tt.say)
			if n := len(people(p)); n != before {
				t.Errorf("%d more participants", n-before)
			}
		})
	}
	p := opened(t, 1)
	p.Wants(p.Get("/join/shut"), 404, "")
	p.Wants(p.Post("/join/"+strings.Repeat("x", 300), nil), 404, "")
}

func TestOneAddressCannotJoinWithoutEnd(t *testing.T) {
	p := opened(t, 1000)
	for i := range 50 {
		p.Browser = webtest.NewBrowser()
		want, say := 303, ""
		if i >= 40 {
			want, say = 429, "Too many people have begun from this place just now."
		}
		p.Wants(p.Post("/join/open", url.Values{"PID": {fmt.Sprint(i)}}), want, say)
	}
	p.Now = p.Now.Add(30 * time.Second)
	p.Wants(p.Post("/join/open", url.Values{"PID": {"later"}}), 303, "")
}

func TestAPersonalLinkKeepsWhoSomebodyIsElsewhere(t *testing.T) {
	p := opened(t, 1)
	shown := p.Get(page.LinkPath(p.Who.Link) + "?PID=me&TASK=")
	form := p.One(shown.Page, "form", "action="+page.LinkPath(p.Who.Link)+"/begin")
	if got := webtest.Attr(p.One(form, "input", "name=PID"), "value"); got != "me" {
		t.Errorf("the form sends PID=%s on", got)
	}
	if ids, err := p.Store.ExternalIDs(t.Context(), p.Who.ID); err != nil || len(ids) != 0 {
		t.Errorf("before the button %v is on record (%v)", ids, err)
	}
	p.Wants(p.Post(page.LinkPath(p.Who.Link)+"/begin", url.Values{"PID": {"me"}}), 303, "")
	if ids, err := p.Store.ExternalIDs(t.Context(), p.Who.ID); err != nil || len(ids) != 1 || ids[0].Value != "me" {
		t.Errorf("on record is %v (%v)", ids, err)
	}
	other := p.Beside()
	other.Wants(other.Post(page.LinkPath(other.Who.Link)+"/begin", url.Values{"PID": {"me"}}), 409, "Somebody takes part under this name already.")
}
