package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/static"
)

// eachRoute calls f for every route, with its method and its path. The ids in the paths are those
// of the given study and session.
func (l *lab) eachRoute(st study.StudyID, visit study.SessionID, f func(method, path string)) {
	l.t.Helper()
	numbers := strings.NewReplacer("{study}", fmt.Sprint(st), "{session}", fmt.Sprint(visit), "{slot}", "1")
	err := chi.Walk(l.handler.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		f(method, numbers.Replace(route))
		return nil
	})
	l.must(err)
}

func TestNothingInTheLabIsOpenToStrangers(t *testing.T) {
	l := newLab(t)
	l.login = &http.Cookie{Name: "login", Value: "guessed"}
	seen := 0
	l.eachRoute(1, 1, func(method, path string) {
		if !strings.HasPrefix(path, "/lab") {
			return
		}
		seen++
		a := l.do(httptest.NewRequest(method, path, nil))
		if method == "POST" {
			l.wants(a, 403, "You are not signed in any more, so this was not done.")
			l.one(a.page, "a", "target=_blank") // opens in another tab, so that what was typed stays on this page
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
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	l.eachRoute(id, 1, func(method, path string) {
		if method != "POST" {
			return
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest(method, path, strings.NewReader("title=stolen&number=1&hash=x"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header, value)
			l.wants(l.do(r), 403, "This request came from another site and was not carried out.")
		}
	})
	if st, err := l.store.Study(t.Context(), id); err != nil || st.Draft.Name() != studytest.Design().Name() {
		t.Errorf("the draft became %q, %v", st.Draft.Name(), err)
	}
}

func TestEveryAnswerKeepsToItself(t *testing.T) {
	l := newLab(t)
	for _, path := range []string{"/", "/signin", "/healthz", "/lab", "/lab/studies/new", "/nowhere", static.URL("base.css")} {
		h := l.get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      policy,
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
	l := newLab(t)
	st, visit := l.visit()
	l.eachRoute(st, visit, func(method, path string) {
		if method != "GET" || strings.ContainsAny(path, "{*") || strings.HasPrefix(path, "/visit") {
			return
		}
		if strings.HasSuffix(path, "/screen") || strings.HasSuffix(path, "/thumbnail") {
			return // not a page
		}
		a := l.get(path)
		if a.StatusCode != 200 {
			t.Errorf("%s: status %d: %s", path, a.StatusCode, text(a.page))
		}
		for _, e := range all(a.page, "", "") {
			if attr(e, "style") != "" || (e.Data == "script" && attr(e, "src") == "") || e.Data == "style" {
				t.Errorf("%s: <%s> holds what the policy forbids", path, e.Data)
			}
			for _, from := range []string{attr(e, "src"), linked(e.Data, attr(e, "href"))} {
				if from != "" && l.get(from).StatusCode != 200 {
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
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	limits := map[string]int{"/signin": formLimit, studyPath(id) + "/participants": formLimit, designPath(id): designLimit}
	for path, limit := range limits {
		l.wants(l.post(path, url.Values{"title": {strings.Repeat("x", limit)}}), 413, "This is more than can be taken at once.")
	}
	texts := url.Values{}
	for field, values := range designFields(studytest.Design()) {
		texts[field] = values
	}
	texts.Set("revision", document.Hash(studytest.Design()))
	texts.Set("consent", strings.Repeat("ü", 10_000)) // the longest consent, of characters that a form encodes as six bytes
	texts.Set("thanks", strings.Repeat("ü", 10_000))
	l.wantsRedirect(l.post(designPath(id), texts), designPath(id)+"?saved")
}

func TestHealthIsAskedForAndNotAssumed(t *testing.T) {
	l := newLab(t)
	l.server.healthy = func(ctx context.Context) error {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("finding out may take without end")
		}
		return errors.New("secret detail: connection refused")
	}
	a := l.get("/healthz")
	if a.StatusCode != 503 || a.body != "the database does not answer\n" {
		t.Errorf("/healthz with a stopped database: %d %q, want 503 and no detail", a.StatusCode, a.body)
	}
}

func TestOnlySoManyExportsAreSentAtOnce(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), true)
	for range mostDownloads {
		l.server.downloads <- struct{}{}
	}
	path := fmt.Sprintf("/lab/studies/%d/download", id)
	l.wants(l.get(path), 409, "4 downloads are under way already")
	<-l.server.downloads
	if a := l.get(path); a.StatusCode != 200 {
		t.Errorf("with one place free: %d, want 200", a.StatusCode)
	}
	if n := len(l.server.downloads); n != mostDownloads-1 {
		t.Errorf("after the download %d places are taken, want %d", n, mostDownloads-1)
	}
}

func TestHealthAndUnknownAddresses(t *testing.T) {
	l := newLab(t)
	if a := l.get("/healthz"); a.StatusCode != 200 || a.body != "ok\n" {
		t.Errorf("/healthz: %d %q", a.StatusCode, a.body)
	}
	for _, path := range []string{"/nowhere", "/lab/nowhere", "/lab/studies/0", "/lab/studies/x", "/lab/studies/99", "/lab/sessions/99"} {
		l.wants(l.get(path), 404, "There is nothing at this address.")
	}
	l.wants(l.post("/healthz", nil), 405, "This address cannot be used in this way.")
	if a := l.do(httptest.NewRequest("HEAD", "/signin", nil)); a.StatusCode != 200 || a.body != "" && a.ContentLength > 0 {
		t.Errorf("HEAD /signin: %d", a.StatusCode)
	}
}

func TestTheLogHoldsNoPersonalLink(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), true)
	people, err := l.store.AddParticipants(t.Context(), id, false, []string{"secretlink"}, l.now)
	l.must(err)
	l.get(linkPath(people[0].Link))
	if log := l.log.String(); strings.Contains(log, "secretlink") || !strings.Contains(log, "msg=request") {
		t.Errorf("log: %s", log)
	}
}
