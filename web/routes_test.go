package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/page"
	"vmstudy/web/static"
)

// eachRoute calls f for every route, with its method and its path. The ids in the paths are those
// of the given study, of its first slot, and of the given session.
func eachRoute(l *webtest.Lab, st study.StudyID, visit study.SessionID, f func(method, path string)) {
	l.T.Helper()
	slot := study.SlotID(1)
	slots, err := l.Store.Slots(l.T.Context(), st)
	l.Must(err)
	if len(slots) > 0 {
		slot = slots[0].ID
	}
	numbers := strings.NewReplacer("{study}", fmt.Sprint(st), "{session}", fmt.Sprint(visit), "{slot}", fmt.Sprint(int64(slot)))
	err = chi.Walk(l.Handler.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		f(method, numbers.Replace(route))
		return nil
	})
	l.Must(err)
}

func TestNothingInTheLabIsOpenToStrangers(t *testing.T) {
	l := webtest.NewLab(t)
	l.Login = &http.Cookie{Name: "login", Value: "guessed"}
	seen := 0
	eachRoute(l, 1, 1, func(method, path string) {
		if !strings.HasPrefix(path, "/lab") {
			return
		}
		seen++
		a := l.Do(httptest.NewRequest(method, path, nil))
		if method == "POST" {
			l.Wants(a, 403, "You are not signed in any more, so this was not done.")
			l.One(a.Page, "a", "target=_blank") // opens in another tab, so that what was typed stays on this page
			return
		}
		if a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/signin?to=") {
			t.Errorf("%s %s: status %d to %q, want 303 to /signin", method, path, a.StatusCode, a.Header.Get("Location"))
		}
	})
	if seen < 15 {
		t.Errorf("only %d routes were tried", seen)
	}
}

func TestNoPageOfAnotherSiteCanActHere(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	eachRoute(l, id, 1, func(method, path string) {
		if method != "POST" {
			return
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest(method, path, strings.NewReader("title=stolen&number=1&hash=x"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header, value)
			l.Wants(l.Do(r), 403, "This request came from another site and was not carried out.")
		}
	})
	if st, err := l.Store.Study(t.Context(), id); err != nil || st.Draft.Name() != studytest.Design().Name() {
		t.Errorf("the draft became %q, %v", st.Draft.Name(), err)
	}
}

func TestEveryAnswerKeepsToItself(t *testing.T) {
	l := webtest.NewLab(t)
	for _, path := range []string{"/", "/signin", "/healthz", "/lab", "/lab/studies/new", "/nowhere", static.URL("base.css")} {
		h := l.Get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      page.Policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if got := h.Get("Cache-Control"); !strings.HasPrefix(path, "/static/") && got != "no-store" {
			t.Errorf("%s: may be cached: %q", path, got)
		}
	}
}

func TestPagesNeedNothingFromOutside(t *testing.T) {
	l := webtest.NewLab(t)
	st, visit := l.Visit()
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{{Study: st, Station: "1", StartsAt: l.Now.Add(time.Hour), EndsAt: l.Now.Add(2 * time.Hour)}}, 1))
	eachRoute(l, st, visit, func(method, path string) {
		if method != "GET" || strings.ContainsAny(path, "{*") || strings.HasPrefix(path, "/visit") || strings.HasPrefix(path, "/api/") {
			return // the API has no pages
		}
		if strings.HasSuffix(path, "/screen") || strings.HasSuffix(path, "/thumbnail") || path == "/signin/code" {
			return // not a page, or one that needs the password first
		}
		a := l.Get(path)
		if a.StatusCode != 200 {
			t.Errorf("%s: status %d: %s", path, a.StatusCode, webtest.Text(a.Page))
		}
		for _, e := range webtest.All(a.Page, "", "") {
			if webtest.Attr(e, "style") != "" || (e.Data == "script" && webtest.Attr(e, "src") == "" && webtest.Attr(e, "type") != "application/json") || e.Data == "style" {
				t.Errorf("%s: <%s> holds what the policy forbids", path, e.Data)
			}
			for _, from := range []string{webtest.Attr(e, "src"), linked(e.Data, webtest.Attr(e, "href"))} {
				if from != "" && l.Get(from).StatusCode != 200 {
					t.Errorf("%s: <%s> asks for %q, which is not here", path, e.Data, from)
				}
			}
		}
	})
}

// linked returns href if the browser loads it without a click.
func linked(element, href string) string {
	if element == "link" {
		return href
	}
	return ""
}

func TestLongBodiesAreRefused(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	limits := map[string]int{"/signin": web.FormLimit, webtest.StudyPage(id) + "/participants": web.FormLimit, webtest.DesignPage(id): web.DesignLimit}
	for path, limit := range limits {
		l.Wants(l.Post(path, url.Values{"title": {strings.Repeat("x", limit)}}), 413, "This is more than can be taken at once.")
	}
}

func TestHealthIsAskedForAndNotAssumed(t *testing.T) {
	l := webtest.NewLab(t)
	looks := map[string]error{}
	look := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			if _, limited := ctx.Deadline(); !limited {
				t.Error("finding out may take without end")
			}
			return looks[name]
		}
	}
	l.Serve(func(c *web.Config) {
		c.Checks = []web.Check{
			{Name: "database", Wrong: "the database does not answer", Alive: true, Look: look("database")},
			{Name: "disk", Wrong: "the disk is almost full", Look: look("disk")},
		}
	})
	secret := errors.New("secret detail: connection refused")
	for name, test := range map[string]struct {
		wrong         []string
		health, ready string
	}{
		"all is well":       {nil, "ok\n", "ok\n"},
		"a full disk":       {[]string{"disk"}, "ok\n", "the disk is almost full\n"},
		"no database":       {[]string{"database"}, "the database does not answer\n", "the database does not answer\n"},
		"nothing works now": {[]string{"disk", "database"}, "the database does not answer\n", "the database does not answer\nthe disk is almost full\n"},
	} {
		clear(looks)
		for _, which := range test.wrong {
			looks[which] = secret
		}
		for path, want := range map[string]string{"/healthz": test.health, "/readyz": test.ready} {
			status := 200
			if want != "ok\n" {
				status = 503
			}
			if a := l.Get(path); a.StatusCode != status || a.Body != want {
				t.Errorf("%s, %s: %d %q, want %d %q", name, path, a.StatusCode, a.Body, status, want)
			}
		}
	}
}

func TestHealthAndUnknownAddresses(t *testing.T) {
	l := webtest.NewLab(t)
	if a := l.Get("/healthz"); a.StatusCode != 200 || a.Body != "ok\n" {
		t.Errorf("/healthz: %d %q", a.StatusCode, a.Body)
	}
	for _, path := range []string{"/nowhere", "/lab/nowhere", "/lab/studies/0", "/lab/studies/x", "/lab/studies/99", "/lab/sessions/99"} {
		l.Wants(l.Get(path), 404, "There is nothing at this address.")
	}
	l.Wants(l.Post("/healthz", nil), 405, "This address cannot be used in this way.")
	if a := l.Do(httptest.NewRequest("HEAD", "/signin", nil)); a.StatusCode != 200 || a.Body != "" && a.ContentLength > 0 {
		t.Errorf("HEAD /signin: %d", a.StatusCode)
	}
}

func TestTheLogHoldsNoPersonalLink(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"secretlink"}, l.Now)
	l.Must(err)
	l.Get(page.LinkPath(people[0].Link))
	if log := l.Log.String(); strings.Contains(log, "secretlink") || !strings.Contains(log, "msg=request") {
		t.Errorf("log: %s", log)
	}
}

func TestAParticipantWhoIsLostIsToldTheWayBack(t *testing.T) {
	l := webtest.NewLab(t)
	l.Wants(l.Get("/visits"), 404, "open your personal link again: everything that you have done is saved")
	if a := l.Get("/lab/nowhere"); strings.Contains(a.Body, "personal link") {
		t.Errorf("an experimenter is told of a personal link:\n%s", a.Body)
	}
}

func TestScriptsAreToldInPlainText(t *testing.T) {
	l := webtest.NewLab(t)
	r := httptest.NewRequest("GET", "/lab/studies/1", nil)
	r.Header.Set("Accept", "*/*")
	a := l.Do(r)
	if got := a.Header.Get("Content-Type"); a.StatusCode != 404 || got != "text/plain; charset=utf-8" {
		t.Errorf("status %d of type %q, want 404 in plain text", a.StatusCode, got)
	}
}
