package visit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/page"
	"vmstudy/web/visit"
)

func TestStrangersAreToldToUseTheirLink(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	for name, path := range map[string]string{
		"an unknown link":                page.LinkPath("guessed"),
		"bytes that are no text":         page.LinkPath("%ff%fe"),
		"a zero byte":                    page.LinkPath("%00"),
		"a link of two thousand letters": page.LinkPath(strings.Repeat("x", 2000)),
	} {
		t.Run(name, func(*testing.T) {
			p.Wants(p.Get(path), 404, "This link leads nowhere")
			p.Wants(p.Post(path+"/begin", nil), 404, "There is nothing at this address")
			p.Wants(p.Post(path+"/appointment", url.Values{"slot": {"1"}}), 404, "There is nothing at this address")
			p.Wants(p.Get(path+"/appointment.ics"), 404, "")
		})
	}
	other := p.Beside()
	other.Begin()
	p.Begin()
	for name, secret := range map[string]string{
		"no cookie":                        "",
		"a cookie of no link":              "guessed",
		"a cookie of who has not begun":    p.Another(false).Link,
		"a cookie of another participant":  other.Who.Link,
		"a cookie of two thousand letters": strings.Repeat("x", 2000),
	} {
		t.Run(name, func(*testing.T) {
			p.Browser = webtest.NewBrowser()
			carry(p, secret, "/")
			for _, path := range []string{p.Visit(), page.VisitPath(4711), page.Visits + "/99999999999999999999"} {
				p.Wants(p.Get(path), 403, "open the personal link that you were given")
				p.Wants(p.Post(path+"/consent", nil), 403, "open the personal link that you were given")
			}
			if at := p.Session().ConsentedAt; !at.IsZero() {
				t.Errorf("a stranger consented at %v", at)
			}
		})
	}
}

// carry puts a visit's cookie into p's browser, for pages below path.
func carry(p *webtest.Person, secret, path string) {
	p.Browser.SetCookies(&url.URL{Scheme: "http", Host: "example.com", Path: "/"}, []*http.Cookie{{Name: "visit", Value: secret, Path: path}})
}

func TestTheCookieKeepsToItsVisit(t *testing.T) {
	for name, tt := range map[string]struct {
		secure bool
		name   string
	}{"by http": {false, "visit"}, "by https": {true, "__Secure-visit"}} {
		t.Run(name, func(t *testing.T) {
			p := webtest.NewPerson(t, studytest.Design())
			public, err := page.ParsePublic(map[bool]string{true: "https", false: "http"}[tt.secure] + "://example.com")
			p.Must(err)
			p.Serve(func(c *web.Config) { c.Public = public })
			a := p.Post(page.LinkPath(p.Who.Link)+"/begin", nil)
			want := &http.Cookie{
				Name: tt.name, Value: p.Who.Link, Path: p.Visit(),
				HttpOnly: true, Secure: tt.secure, SameSite: http.SameSiteLaxMode,
			}
			if got := a.Cookies(); len(got) != 1 || got[0].String() != want.String() {
				t.Errorf("got cookies %q, want %q", got, want)
			}
			p.Wants(p.Get(p.Visit()), 200, studytest.Design().Name())
		})
	}
}

// Two people use one browser, each in a tab. Whatever is done in a tab must be recorded for its own
// participant, whoever began first.
func TestTwoPeopleInOneBrowserAreToldApart(t *testing.T) {
	a := webtest.NewPerson(t, studytest.Design())
	b := a.Beside()
	a.Begin()
	open := a.Fill(a.Get(a.Visit()).Page)
	b.Begin()
	b.Get(b.Visit())

	a.WantsRedirect(a.Submit(open), a.Visit())
	if got := b.Session().ConsentedAt; !got.IsZero() {
		t.Fatalf("who pressed nothing consented at %v", got)
	}
	if a.Session().ConsentedAt.IsZero() {
		t.Fatal("who pressed the button did not consent")
	}
	b.Walk(study.StepAbout, nil)
	for who, band := range map[*webtest.Person]string{a: "25_34", b: "55_64"} {
		f := who.Fill(who.Get(who.Visit()).Page)
		f.Fields.Set("age_band", band)
		who.WantsRedirect(who.Submit(f), who.Visit())
	}
	for who, band := range map[*webtest.Person]string{a: "25_34", b: "55_64"} {
		ratings, err := who.Store.Ratings(t.Context(), who.Session().ID)
		who.Must(err)
		if len(ratings[0]) != 1 || ratings[0][0].Answers[0].Value != band {
			t.Errorf("%s is known to have answered %v, want age band %s", who.Who.Code, ratings[0], band)
		}
	}
	for range 3 { // by turns, one step each
		a.Walk(study.StepDesktop, nil)
		b.Walk(study.StepDesktop, nil)
		for _, who := range []*webtest.Person{a, b} {
			who.WantsRedirect(who.Submit(who.Fill(who.Get(who.Visit()).Page)), who.Visit())
		}
	}
	a.Walk(study.StepEnd, nil)
	if got := b.Session(); !got.EndedAt.IsZero() || got.Step().Kind == study.StepEnd {
		t.Errorf("the other's visit is at %v, ended %v", got.Step(), got.EndedAt)
	}
}

// A form that names one visit but has the cookie of another must change neither visit.
func TestAFormWhoseCookieIsAnothersChangesNothing(t *testing.T) {
	a := webtest.NewPerson(t, studytest.Design())
	b := a.Beside()
	a.Begin()
	b.Begin()
	open := a.Fill(a.Get(a.Visit()).Page)
	a.Browser = webtest.NewBrowser()
	carry(a, b.Who.Link, "/")
	a.Wants(a.Submit(open), 403, "open the personal link that you were given")
	for _, who := range []*webtest.Person{a, b} {
		if got := who.Session().ConsentedAt; !got.IsZero() {
			t.Errorf("%s consented at %v", who.Who.Code, got)
		}
	}
}

// leaves returns a batch that p's page with a desktop could not send, and its key.
func leaves(p *webtest.Person) (batch visit.BatchMessage, key string) {
	p.T.Helper()
	page := p.Walk(study.StepDesktop, nil).Page
	v := p.Session()
	at := p.One(page, "", "data-key")
	return visit.BatchMessage{
		Attempt: v.Trials[v.Step().Trial].Last().ID, Page: 1, Batch: 1, Zero: visit.Number(p.Now.UnixMicro()), Given: 1,
		Events: []visit.EventMessage{{Number: 1, Kind: study.PageHidden, At: 1}}, Rows: []visit.RowMessage{},
	}, webtest.Attr(at, "data-key")
}

// bring sends a batch as a page of any visit does.
func bring(p *webtest.Person, to string, b visit.BatchMessage, key string) webtest.Answer {
	p.T.Helper()
	body, err := json.Marshal(b)
	p.Must(err)
	r := httptest.NewRequest("POST", to+"/batch", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "*/*")
	if key != "" {
		r.Header.Set(visit.HandInHeader, key)
	}
	return p.Send(r)
}

func TestABatchIsHandedInForWhoLeftIt(t *testing.T) {
	const gone = "the cookie is gone"
	a := webtest.NewPerson(t, studytest.Design())
	b := a.Beside()
	a.Begin()
	left, key := leaves(a)
	b.Begin()
	_, othersKey := leaves(b)
	foreign := left
	foreign.Attempt = b.Session().Trials[0].Last().ID

	tests := []struct {
		what    string
		browser bool // whether the browser has a's cookie
		to      *webtest.Person
		batch   visit.BatchMessage
		key     string
		want    int
	}{
		{"under another's name", true, b, left, key, 403},
		{"under another's name with their key", true, b, left, othersKey, 422},
		{"with another's key", true, a, left, othersKey, 403},
		{"with a key that was guessed", true, a, left, "0123456789abcdef", 403},
		{"with rows of another's attempt", true, a, foreign, key, 422},
		{"with neither key nor cookie", false, a, left, "", 403},
		{"with the key alone: " + gone, false, a, left, key, 200},
		{"again, with the cookie alone, as a version without keys left it", true, a, left, "", 200},
	}
	cookies := a.Browser
	for _, tt := range tests {
		a.Browser = webtest.NewBrowser()
		if tt.browser {
			a.Browser = cookies
		}
		got := bring(a, tt.to.Visit(), tt.batch, tt.key)
		if got.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.what, got.StatusCode, tt.want, got.Body)
		}
		if want := "{\"type\":\"ack\",\"page\":1,\"batch\":1}\n"; tt.want == 200 && got.Body != want {
			t.Errorf("%s: the receipt is %q, want %q", tt.what, got.Body, want)
		}
	}
	for who, want := range map[*webtest.Person]int{a: 1, b: 0} {
		receipts, err := who.Store.Receipts(t.Context(), who.Session().ID)
		who.Must(err)
		if len(receipts) != want {
			t.Errorf("%s has %d batches on record, want %d", who.Who.Code, len(receipts), want)
		}
	}
}

func TestAVisitGoesOnWithTheLinkThatItBeganWith(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	left, key := leaves(p)
	p.Must(p.Store.RenewLinks(t.Context(), p.Study, []study.NewLink{{Participant: p.Who.ID, Secret: "second"}}, time.Time{}, p.Now))
	p.Wants(p.Get(page.LinkPath(p.Who.Link)), 403, "A newer personal link was made for you")
	p.Wants(p.Get(p.Visit()), 200, "")
	if _, again := leaves(p); again != key {
		t.Error("another link changes the key of batches, so those in the browser would stay there")
	}
	p.Must(p.Store.RevokeLinks(t.Context(), p.Study, []study.ParticipantID{p.Who.ID}, p.Now))
	p.Wants(p.Get(p.Visit()), 403, "Please use your personal link")
	if got := bring(p, p.Visit(), left, key); got.StatusCode != 200 {
		t.Errorf("a batch from before the link was revoked: status %d, want 200: %s", got.StatusCode, got.Body)
	}
	p.Must(p.Store.RenewLinks(t.Context(), p.Study, []study.NewLink{{Participant: p.Who.ID, Secret: "third"}}, time.Time{}, p.Now))
	p.WantsRedirect(p.Post("/p/third/begin", nil), p.Visit())
	p.Wants(p.Get(p.Visit()), 200, "")
}

// An earlier version made the keys of batches of the link itself.
func TestABatchWithAKeyOfAnEarlierVersionIsTaken(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	left, _ := leaves(p)
	key := visit.BatchKey([]byte(p.Who.Link), p.Session().ID)
	if got := bring(p, p.Visit(), left, key); got.StatusCode != 200 {
		t.Errorf("status %d, want 200: %s", got.StatusCode, got.Body)
	}
	p.Browser = webtest.NewBrowser()
	if got := bring(p, p.Visit(), left, key); got.StatusCode != 403 {
		t.Errorf("without the cookie: status %d, want 403: %s", got.StatusCode, got.Body)
	}
}

func TestAKeyOfBatchesOpensNothingElse(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	_, key := leaves(p)
	p.Browser = webtest.NewBrowser()
	for _, path := range []string{"", "/consent", "/answers", "/done"} {
		r := httptest.NewRequest("POST", p.Visit()+path, nil)
		if path == "" {
			r.Method = "GET"
		}
		r.Header.Set(visit.HandInHeader, key)
		p.Wants(p.Send(r), 403, "open the personal link")
	}
	carry(p, key, "/")
	p.Wants(p.Get(p.Visit()), 403, "open the personal link")
}

func TestTheBareAddressFindsTheOnlyVisit(t *testing.T) {
	tests := map[string]struct {
		does func(a, b *webtest.Person)
		code int
		says string // the words on the page, or the participant whose visit it leads to
	}{
		"a browser that knows nobody":        {func(*webtest.Person, *webtest.Person) {}, 403, "open the personal link"},
		"one visit":                          {func(a, _ *webtest.Person) { opens(a) }, 303, "a"},
		"two visits":                         {func(a, b *webtest.Person) { opens(a); opens(b) }, 409, "Several visits have been begun in this browser."},
		"two Visits, of which one has ended": {func(a, b *webtest.Person) { opens(a); opens(b); a.Walk(study.StepEnd, nil) }, 303, "b"},
		"a visit begun before an update":     {func(a, _ *webtest.Person) { began(a) }, 303, "a"},
		"one begun before, and a later one":  {func(a, b *webtest.Person) { began(a); opens(b) }, 409, "Several visits"},
		"a link that is gone":                {func(a, _ *webtest.Person) { carry(a, "guessed", "/visit") }, 403, "open the personal link"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := webtest.NewPerson(t, studytest.OneTrial())
			b := a.Beside()
			tt.does(a, b)
			got := a.Get(page.Visits)
			if tt.code != http.StatusSeeOther {
				a.Wants(got, tt.code, tt.says)
				return
			}
			to := map[string]*webtest.Person{"a": a, "b": b}[tt.says]
			a.WantsRedirect(got, to.Visit())
			a.Wants(a.Get(to.Visit()), 200, "")
		})
	}
}

// opens begins a visit and opens its first page.
func opens(p *webtest.Person) {
	p.T.Helper()
	p.Begin()
	p.Wants(p.Get(p.Visit()), 200, "")
}

// began begins a visit as with an earlier version, which had one cookie for all visits.
func began(p *webtest.Person) {
	p.T.Helper()
	_, err := p.Store.StartSession(p.T.Context(), p.Who.ID, p.Now)
	p.Must(err)
	carry(p, p.Who.Link, "/visit")
}

// A page that was opened before an update sends its batches to paths that name no session. It
// deletes a batch after any 4xx answer, so it must not get one.
func TestAPageFromBeforeAnUpdateLosesNothing(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	began(p)
	p.Wants(bring(p, page.Visits, visit.BatchMessage{}, ""), 503, "This page is from before an update")
	p.Wants(p.Post(page.Visits+"/consent", nil), 503, "Go back, copy what you have written")
	if at := p.Session().ConsentedAt; !at.IsZero() {
		t.Errorf("consented at %v", at)
	}
	p.WantsRedirect(p.Get(page.Visits), p.Visit())
	p.WantsRedirect(p.Submit(p.Fill(p.Get(p.Visit()).Page)), p.Visit())
	left, _ := leaves(p)
	p.Wants(bring(p, p.Visit(), left, ""), 200, "ack") // a batch that was kept without a key
}

func TestABrowserThatManyUseKeepsFewCookies(t *testing.T) {
	p := webtest.NewPerson(t, studytest.OneTrial())
	var all []*webtest.Person
	for range 3 * visit.MostKnown {
		next := p.Beside()
		opens(next)
		all = append(all, next)
	}
	inUse := 0
	for _, who := range all {
		sent := p.Browser.Cookies(&url.URL{Scheme: "http", Host: "example.com", Path: who.Visit()})
		if len(sent) > 2 {
			t.Errorf("%d cookies are sent to one visit: %v", len(sent), sent)
		}
		inUse += len(sent) - 1
	}
	if inUse != visit.MostKnown {
		t.Errorf("the browser keeps cookies of %d Visits, want %d", inUse, visit.MostKnown)
	}
	last := all[len(all)-1]
	last.Walk(study.StepEnd, nil)
	shown := last.Get(last.Visit())
	last.Wants(shown, 200, "Thank you")
	var got []string
	for _, c := range shown.Cookies() {
		got = append(got, fmt.Sprint(c.Name, " ", time.Duration(c.MaxAge)*time.Second))
	}
	if diff := cmp.Diff([]string{"visit 1h0m0s"}, got); diff != "" {
		t.Errorf("cookies after the end (-want +got):\n%s", diff)
	}
}
