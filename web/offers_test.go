package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// An offer is what a page lets its reader do: open an address, or send a form to it.
type offer struct{ method, address string }

// offers returns what a page at an address offers in the laboratory: by links, forms and buttons, and by attributes from which scripts
// load.
func offers(page *html.Node, at string) (all []offer) {
	add := func(method, address string) {
		if address, _, _ = strings.Cut(address, "#"); strings.HasPrefix(address, "/lab") {
			all = append(all, offer{method, address})
		}
	}
	for _, e := range webtest.All(page, "", "") {
		method := http.MethodGet
		for _, a := range e.Attr {
			switch {
			case a.Key == "href" || a.Key == "src":
				add(http.MethodGet, a.Val)
			case a.Key == "data-preview":
				add(http.MethodPost, a.Val)
			case a.Key == "data-replay": // below it lies what the script loads
				add(http.MethodGet, a.Val+"/replay.json")
				add(http.MethodGet, a.Val+"/replay.data")
			case strings.HasPrefix(a.Key, "data-"):
				add(http.MethodGet, a.Val)
			case a.Key == "formaction":
				add(http.MethodPost, a.Val)
			case a.Key == "method" && strings.EqualFold(a.Val, "post"):
				method = http.MethodPost
			}
		}
		if e.Data == "form" && (method == http.MethodPost || webtest.Attr(e, "action") != "") {
			action := webtest.Attr(e, "action")
			if action == "" {
				action = at
			}
			add(method, action)
		}
	}
	return all
}

// writtenRights returns who is let pass by each route, as testdata/rights.txt has it, which TestEveryRoleAgainstEveryRoute compares with what happens.
func writtenRights(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/rights.txt")
	if err != nil {
		t.Fatal(err)
	}
	who := map[string][]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 2 && words[0] != "#" {
			who[words[0]+" "+strings.TrimSuffix(words[1], "/")] = words[2:]
		}
	}
	return who
}

// refusedOffers returns the offers of a page that the written rights refuse to somebody. A stranger owns a study of their own.
func refusedOffers(routes chi.Routes, rights map[string][]string, who string, in study.StudyID, all []offer) (bad []offer) {
	for _, o := range all {
		path, _, _ := strings.Cut(o.address, "?")
		found := chi.NewRouteContext()
		if !routes.Match(found, o.method, path) {
			bad = append(bad, o) // leads nowhere
			continue
		}
		as := who
		if of := found.URLParam("study"); who == "stranger" && of != "" && of != webtest.Number(in) {
			as = "owner"
		}
		if row := o.method + " " + strings.TrimSuffix(found.RoutePattern(), "/"); !slices.Contains(rights[row], as) {
			bad = append(bad, o)
		}
	}
	return bad
}

// roomsOf are laboratories in which every page has something to show, each with the values that stand in the paths of its routes.
func roomsOf(t *testing.T, who string) (all []room) {
	l, id, draft, visit := furnished(t)
	asking(l, id, who)
	sheet := "none"
	if a := l.Post(webtest.StudyPage(id)+"/participants", map[string][]string{"number": {"1"}}); a.StatusCode == http.StatusSeeOther {
		sheet = a.Header.Get("Location")[strings.LastIndex(a.Header.Get("Location"), "/")+1:]
	}
	calibrations, err := l.Store.Calibrations(t.Context(), id)
	l.Must(err)
	people, err := l.Store.Participants(t.Context(), id)
	l.Must(err)
	values := []string{
		"{version}", "1", "{questionnaire}", "tlx", "{sheet}", sheet, "{calibration}", webtest.Number(calibrations[0].ID), "{slot}", "1",
		"{participant}", webtest.Number(people[len(people)-1].ID), "{outcome}", "satisfaction", "{place}", "0",
	}
	with := func(more ...string) []string { return slices.Concat(values, more) }
	all = append(all, room{l, id, with("{study}", webtest.Number(id), "{session}", webtest.Number(visit))})
	if role := study.Role(who); role.Valid() { // the draft has buttons of its own
		eve, _, err := l.Store.Experimenter(t.Context(), "eve")
		l.Must(err)
		l.Must(l.Store.SetRole(t.Context(), draft, eve.ID, role))
	}
	all = append(all, room{l, draft, with("{study}", webtest.Number(draft))})
	recorded, x, _ := webtest.RecordedLab(t)
	asking(recorded, x.Study, who)
	return append(all, room{recorded, x.Study, with("{study}", webtest.Number(x.Study), "{session}", webtest.Number(x.ID), "{attempt}", webtest.Number(x.Trials[0].Last().ID))})
}

// room is a laboratory, and what stands in the paths of its pages.
type room struct {
	*webtest.Lab
	in     study.StudyID
	values []string
}

// TestNoPageOffersWhatItsReaderMayNotDo opens every page of the laboratory as everybody. What a page offers is let pass to its reader.
func TestNoPageOffersWhatItsReaderMayNotDo(t *testing.T) {
	t.Parallel()
	rights := writtenRights(t)
	seen := map[string]bool{}
	for _, who := range whoAsks {
		for _, l := range roomsOf(t, who) {
			routes, fill := l.Handler.(chi.Routes), strings.NewReplacer(l.values...)
			l.Must(chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
				path := fill.Replace(pattern)
				if method != http.MethodGet || !strings.HasPrefix(pattern, "/lab") || strings.Contains(path, "{") || strings.HasSuffix(path, "/screen") {
					return nil
				}
				a := l.Do(httptest.NewRequest(method, path, nil))
				if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
					return nil
				}
				if a.StatusCode == http.StatusOK {
					seen[strings.TrimSuffix(pattern, "/")] = true
				}
				if strings.Contains(webtest.Text(a.Page), "fmt.Sprint") {
					t.Errorf("%s: shows its own source: %s", path, webtest.Text(a.Page))
				}
				for _, o := range refusedOffers(routes, rights, who, l.in, offers(a.Page, path)) {
					t.Errorf("%s: the page of status %d offers %s %s to %s, who is refused", path, a.StatusCode, o.method, o.address, who)
				}
				return nil
			}))
		}
	}
	if len(seen) < 35 {
		t.Errorf("only %d pages were looked at: %v", len(seen), seen)
	}
}

// TestNoPageAtADesktopOffersWhatItsReaderMayNotDo does so while somebody is at a desktop.
func TestNoPageAtADesktopOffersWhatItsReaderMayNotDo(t *testing.T) {
	t.Parallel()
	rights := writtenRights(t)
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.SignIn()
	l := webtest.NewLab(t)
	l.Store, l.Now = d.Store.Store, time.Now()
	ada, _, err := l.Store.Experimenter(t.Context(), "ada")
	l.Must(err)
	l.Ada = ada
	l.Must(l.Store.SetRole(t.Context(), d.Study, ada.ID, study.Owner))
	for _, who := range whoAsks {
		asking(l, d.Study, who)
		if who == "stranger" || who == "administrator" {
			eve, _, err := l.Store.Experimenter(t.Context(), "eve")
			l.Must(err)
			l.Must(l.Store.SetRole(t.Context(), d.Study, eve.ID, ""))
		}
		for _, path := range []string{"/lab/live", "/lab/live/cards", d.WatchPath("watch"), d.WatchPath("card"), fmt.Sprintf("/lab/sessions/%d", d.Session)} {
			page := readAs(d, l.Login, path)
			for _, o := range refusedOffers(l.Handler.(chi.Routes), rights, who, d.Study, offers(page, path)) {
				t.Errorf("%s offers %s %s to %s, who is refused", path, o.method, o.address, who)
			}
		}
	}
}

// readAs loads a page of a desk's server.
func readAs(d *webtest.Desk, login *http.Cookie, path string) *html.Node {
	d.T.Helper()
	r, err := http.NewRequestWithContext(d.T.Context(), http.MethodGet, d.Web.URL+path, nil)
	d.Must(err)
	r.AddCookie(login)
	answer, err := http.DefaultTransport.RoundTrip(r)
	d.Must(err)
	defer answer.Body.Close()
	page, err := html.Parse(answer.Body)
	d.Must(err)
	return page
}

func TestAnOfferThatWouldBeRefusedIsFound(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(studytest.Design(), true)
	page, err := html.Parse(strings.NewReader(fmt.Sprintf(
		`<a href="/lab/studies/%[1]d/members#x">a</a><form method="post"></form><form action="/lab/audit"></form><p data-refresh="/lab/studies/%[1]d/results?x=1"></p><a href="/lab">b</a>`, st)))
	l.Must(err)
	got := refusedOffers(l.Handler.(chi.Routes), writtenRights(t), "monitor", st, offers(page, webtest.StudyPage(st)+"/places"))
	if len(got) != 4 {
		t.Errorf("found %v, want the members, the places, the audit and the results", got)
	}
}
