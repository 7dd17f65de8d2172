package web

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

	"vmstudy/study"
	"vmstudy/studytest"
)

func TestStrangersAreToldToUseTheirLink(t *testing.T) {
	p := newPerson(t, studytest.Design())
	for name, path := range map[string]string{
		"an unknown link":                linkPath("guessed"),
		"bytes that are no text":         linkPath("%ff%fe"),
		"a zero byte":                    linkPath("%00"),
		"a link of two thousand letters": linkPath(strings.Repeat("x", 2000)),
	} {
		t.Run(name, func(*testing.T) {
			p.wants(p.get(path), 404, "This link leads nowhere")
			p.wants(p.post(path+"/begin", nil), 404, "There is nothing at this address")
			p.wants(p.post(path+"/appointment", url.Values{"slot": {"1"}}), 404, "There is nothing at this address")
			p.wants(p.get(path+"/appointment.ics"), 404, "")
		})
	}
	other := p.beside()
	other.begin()
	p.begin()
	for name, secret := range map[string]string{
		"no cookie":                        "",
		"a cookie of no link":              "guessed",
		"a cookie of who has not begun":    p.another(false).Link,
		"a cookie of another participant":  other.who.Link,
		"a cookie of two thousand letters": strings.Repeat("x", 2000),
	} {
		t.Run(name, func(*testing.T) {
			p.browser = newBrowser()
			p.carry(secret, "/")
			for _, path := range []string{p.visit(), visitPath(4711), visits + "/99999999999999999999"} {
				p.wants(p.get(path), 403, "open the personal link that you were given")
				p.wants(p.post(path+"/consent", nil), 403, "open the personal link that you were given")
			}
			if at := p.session().ConsentedAt; !at.IsZero() {
				t.Errorf("a stranger consented at %v", at)
			}
		})
	}
}

// carry puts a visit's cookie into p's browser, for pages below path.
func (p *person) carry(secret, path string) {
	p.browser.SetCookies(&url.URL{Scheme: "http", Host: "example.com", Path: "/"}, []*http.Cookie{{Name: "visit", Value: secret, Path: path}})
}

func TestTheCookieKeepsToItsVisit(t *testing.T) {
	for name, tt := range map[string]struct {
		secure bool
		name   string
	}{"by http": {false, "visit"}, "by https": {true, "__Secure-visit"}} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, studytest.Design())
			p.server.public = Public{scheme: map[bool]string{true: "https", false: "http"}[tt.secure], host: "example.com"}
			a := p.post(linkPath(p.who.Link)+"/begin", nil)
			want := &http.Cookie{
				Name: tt.name, Value: p.who.Link, Path: p.visit(),
				HttpOnly: true, Secure: tt.secure, SameSite: http.SameSiteLaxMode,
			}
			if got := a.Cookies(); len(got) != 1 || got[0].String() != want.String() {
				t.Errorf("got cookies %q, want %q", got, want)
			}
			p.wants(p.get(p.visit()), 200, studytest.Design().Name())
		})
	}
}

// Two people use one browser, each in a tab. Whatever is done in a tab must be recorded for its own
// participant, whoever began first.
func TestTwoPeopleInOneBrowserAreToldApart(t *testing.T) {
	a := newPerson(t, studytest.Design())
	b := a.beside()
	a.begin()
	open := a.fill(a.get(a.visit()).page)
	b.begin()
	b.get(b.visit())

	a.wantsRedirect(a.submit(open), a.visit())
	if got := b.session().ConsentedAt; !got.IsZero() {
		t.Fatalf("who pressed nothing consented at %v", got)
	}
	if a.session().ConsentedAt.IsZero() {
		t.Fatal("who pressed the button did not consent")
	}
	b.walk(study.StepAbout, nil)
	for who, band := range map[*person]string{a: "25_34", b: "55_64"} {
		f := who.fill(who.get(who.visit()).page)
		f.fields.Set("age_band", band)
		who.wantsRedirect(who.submit(f), who.visit())
	}
	for who, band := range map[*person]string{a: "25_34", b: "55_64"} {
		ratings, err := who.store.Ratings(t.Context(), who.session().ID)
		who.must(err)
		if len(ratings[0]) != 1 || ratings[0][0].Answers[0].Value != band {
			t.Errorf("%s is known to have answered %v, want age band %s", who.who.Code, ratings[0], band)
		}
	}
	for range 3 { // by turns, one step each
		a.walk(study.StepDesktop, nil)
		b.walk(study.StepDesktop, nil)
		for _, who := range []*person{a, b} {
			who.wantsRedirect(who.submit(who.fill(who.get(who.visit()).page)), who.visit())
		}
	}
	a.walk(study.StepEnd, nil)
	if got := b.session(); !got.EndedAt.IsZero() || got.Step().Kind == study.StepEnd {
		t.Errorf("the other's visit is at %v, ended %v", got.Step(), got.EndedAt)
	}
}

// A form that names one visit but has the cookie of another must change neither visit.
func TestAFormWhoseCookieIsAnothersChangesNothing(t *testing.T) {
	a := newPerson(t, studytest.Design())
	b := a.beside()
	a.begin()
	b.begin()
	open := a.fill(a.get(a.visit()).page)
	a.browser = newBrowser()
	a.carry(b.who.Link, "/")
	a.wants(a.submit(open), 403, "open the personal link that you were given")
	for _, who := range []*person{a, b} {
		if got := who.session().ConsentedAt; !got.IsZero() {
			t.Errorf("%s consented at %v", who.who.Code, got)
		}
	}
}

// leaves returns a batch that p's page with a desktop could not send, and its key.
func (p *person) leaves() (batch batchMessage, key string) {
	p.t.Helper()
	page := p.walk(study.StepDesktop, nil).page
	v := p.session()
	at := p.one(page, "", "data-key")
	return batchMessage{
		Attempt: v.Trials[v.Step().Trial].Last().ID, Page: 1, Batch: 1, Zero: number(p.now.UnixMicro()), Given: 1,
		Events: []eventMessage{{Number: 1, Kind: study.PageHidden, At: 1}}, Rows: []rowMessage{},
	}, attr(at, "data-key")
}

// bring sends a batch as a page of any visit does.
func (p *person) bring(to string, b batchMessage, key string) answer {
	p.t.Helper()
	body, err := json.Marshal(b)
	p.must(err)
	r := httptest.NewRequest("POST", to+"/batch", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "*/*")
	if key != "" {
		r.Header.Set(handInHeader, key)
	}
	return p.send(r)
}

func TestABatchIsHandedInForWhoLeftIt(t *testing.T) {
	const gone = "the cookie is gone"
	a := newPerson(t, studytest.Design())
	b := a.beside()
	a.begin()
	left, key := a.leaves()
	b.begin()
	_, othersKey := b.leaves()
	foreign := left
	foreign.Attempt = b.session().Trials[0].Last().ID

	tests := []struct {
		what    string
		browser bool // whether the browser has a's cookie
		to      *person
		batch   batchMessage
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
	cookies := a.browser
	for _, tt := range tests {
		a.browser = newBrowser()
		if tt.browser {
			a.browser = cookies
		}
		got := a.bring(tt.to.visit(), tt.batch, tt.key)
		if got.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.what, got.StatusCode, tt.want, got.body)
		}
		if want := "{\"type\":\"ack\",\"page\":1,\"batch\":1}\n"; tt.want == 200 && got.body != want {
			t.Errorf("%s: the receipt is %q, want %q", tt.what, got.body, want)
		}
	}
	for who, want := range map[*person]int{a: 1, b: 0} {
		receipts, err := who.store.Receipts(t.Context(), who.session().ID)
		who.must(err)
		if len(receipts) != want {
			t.Errorf("%s has %d batches on record, want %d", who.who.Code, len(receipts), want)
		}
	}
}

func TestAKeyOfBatchesOpensNothingElse(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	_, key := p.leaves()
	p.browser = newBrowser()
	for _, path := range []string{"", "/consent", "/answers", "/done"} {
		r := httptest.NewRequest("POST", p.visit()+path, nil)
		if path == "" {
			r.Method = "GET"
		}
		r.Header.Set(handInHeader, key)
		p.wants(p.send(r), 403, "open the personal link")
	}
	p.carry(key, "/")
	p.wants(p.get(p.visit()), 403, "open the personal link")
}

func TestTheBareAddressFindsTheOnlyVisit(t *testing.T) {
	tests := map[string]struct {
		does func(a, b *person)
		code int
		says string // the words on the page, or the participant whose visit it leads to
	}{
		"a browser that knows nobody":        {func(*person, *person) {}, 403, "open the personal link"},
		"one visit":                          {func(a, _ *person) { a.opens() }, 303, "a"},
		"two visits":                         {func(a, b *person) { a.opens(); b.opens() }, 409, "Several visits have been begun in this browser."},
		"two visits, of which one has ended": {func(a, b *person) { a.opens(); b.opens(); a.walk(study.StepEnd, nil) }, 303, "b"},
		"a visit begun before an update":     {func(a, _ *person) { a.began() }, 303, "a"},
		"one begun before, and a later one":  {func(a, b *person) { a.began(); b.opens() }, 409, "Several visits"},
		"a link that is gone":                {func(a, _ *person) { a.carry("guessed", "/visit") }, 403, "open the personal link"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := newPerson(t, studytest.OneTrial())
			b := a.beside()
			tt.does(a, b)
			got := a.get(visits)
			if tt.code != http.StatusSeeOther {
				a.wants(got, tt.code, tt.says)
				return
			}
			to := map[string]*person{"a": a, "b": b}[tt.says]
			a.wantsRedirect(got, to.visit())
			a.wants(a.get(to.visit()), 200, "")
		})
	}
}

// opens begins a visit and opens its first page.
func (p *person) opens() {
	p.t.Helper()
	p.begin()
	p.wants(p.get(p.visit()), 200, "")
}

// began begins a visit as with an earlier version, which had one cookie for all visits.
func (p *person) began() {
	p.t.Helper()
	_, err := p.store.StartSession(p.t.Context(), p.who.ID, p.now)
	p.must(err)
	p.carry(p.who.Link, "/visit")
}

// A page that was opened before an update sends its batches to paths that name no session. It
// deletes a batch after any 4xx answer, so it must not get one.
func TestAPageFromBeforeAnUpdateLosesNothing(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.began()
	p.wants(p.bring(visits, batchMessage{}, ""), 503, "This page is from before an update")
	p.wants(p.post(visits+"/consent", nil), 503, "Go back, copy what you have written")
	if at := p.session().ConsentedAt; !at.IsZero() {
		t.Errorf("consented at %v", at)
	}
	p.wantsRedirect(p.get(visits), p.visit())
	p.wantsRedirect(p.submit(p.fill(p.get(p.visit()).page)), p.visit())
	left, _ := p.leaves()
	p.wants(p.bring(p.visit(), left, ""), 200, "ack") // a batch that was kept without a key
}

func TestABrowserThatManyUseKeepsFewCookies(t *testing.T) {
	p := newPerson(t, studytest.OneTrial())
	var all []*person
	for range 3 * mostKnown {
		next := p.beside()
		next.opens()
		all = append(all, next)
	}
	inUse := 0
	for _, who := range all {
		sent := p.browser.Cookies(&url.URL{Scheme: "http", Host: "example.com", Path: who.visit()})
		if len(sent) > 2 {
			t.Errorf("%d cookies are sent to one visit: %v", len(sent), sent)
		}
		inUse += len(sent) - 1
	}
	if inUse != mostKnown {
		t.Errorf("the browser keeps cookies of %d visits, want %d", inUse, mostKnown)
	}
	last := all[len(all)-1]
	last.walk(study.StepEnd, nil)
	shown := last.get(last.visit())
	last.wants(shown, 200, "Thank you")
	var got []string
	for _, c := range shown.Cookies() {
		got = append(got, fmt.Sprint(c.Name, " ", time.Duration(c.MaxAge)*time.Second))
	}
	if diff := cmp.Diff([]string{"visit 1h0m0s"}, got); diff != "" {
		t.Errorf("cookies after the end (-want +got):\n%s", diff)
	}
}
