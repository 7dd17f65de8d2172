package lab_test

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// shownLinks follows the answer to a form that made links, and returns the links that the page there shows, by code.
func shownLinks(l *webtest.Lab, made webtest.Answer) map[string]string {
	l.T.Helper()
	to := made.Header.Get("Location")
	if made.StatusCode != 303 || !strings.Contains(to, "/links/") {
		l.T.Fatalf("status %d to %q, want 303 to a page with links: %s", made.StatusCode, to, webtest.Text(made.Page))
	}
	links := map[string]string{}
	for _, e := range webtest.All(l.Get(to).Page, "code", "") {
		if code, is := strings.CutPrefix(webtest.Attr(e, "id"), "link-"); is {
			links[code] = webtest.Text(e)
		}
	}
	return links
}

// linkStates returns what the page of the participants says of each link, by code.
func linkStates(l *webtest.Lab, id study.StudyID) map[string]string {
	l.T.Helper()
	states := map[string]string{}
	for _, row := range webtest.All(l.One(l.Get(webtest.StudyPage(id)+"/participants").Page, "tbody", ""), "tr", "") {
		labels := webtest.All(row, "label", "class=check")
		states[webtest.Text(webtest.All(row, "a", "")[0])] = webtest.Text(labels[len(labels)-1])
	}
	return states
}

func TestLinksAreMadeAnewRevokedAndExpire(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one", "two", "three"}, l.Now)
	l.Must(err)
	begun, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	path := webtest.StudyPage(id) + "/links"
	of := func(do string, p ...study.Participant) url.Values {
		form := url.Values{"do": {do}}
		for _, p := range p {
			form.Add("who", fmt.Sprint(p.ID))
		}
		return form
	}
	until := func(form url.Values, day string) url.Values { form.Set("until", day); return form }

	links := shownLinks(l, l.Post(path, of("renew", people[0], people[1])))
	if len(links) != 2 || links["P001"] == "" || links["P002"] == "" {
		t.Fatalf("new links are %v, want two", links)
	}
	l.Wants(l.Get("/p/one"), 403, "A newer personal link was made for you")
	l.Wants(l.Post("/p/two/begin", nil), 403, "A newer personal link was made for you")
	l.Wants(l.Get("/p/three"), 200, "Taking part takes about")
	l.WantsRedirect(l.Post(strings.TrimPrefix(links["P001"], "http://example.com")+"/begin", nil), page.VisitPath(begun))

	l.WantsRedirect(l.Post(path, of("revoke", people[1])), webtest.StudyPage(id)+"/participants")
	l.Wants(l.Get(strings.TrimPrefix(links["P002"], "http://example.com")), 403, "This personal link was withdrawn.")
	l.WantsRedirect(l.Post(path, until(of("expire", people[0], people[2]), "2026-03-15")), webtest.StudyPage(id)+"/participants")
	if got, want := fmt.Sprint(linkStates(l, id)), "map[P001:until 15 Mar 2026 UTC P002:revoked P003:until 15 Mar 2026 UTC]"; got != want {
		t.Errorf("the page says %s, want %s", got, want)
	}
	l.Now = time.Date(2026, 3, 15, 23, 59, 0, 0, time.UTC)
	l.Wants(l.Get("/p/three"), 200, "Begin")
	l.Now = l.Now.Add(time.Minute)
	l.Wants(l.Get("/p/three"), 200, "The time in which one could begin with this personal link is over.")
	l.Wants(l.Post("/p/three/begin", nil), 409, "The time in which one could begin with this personal link is over.")
	l.WantsRedirect(l.Post(strings.TrimPrefix(links["P001"], "http://example.com")+"/begin", nil), page.VisitPath(begun)) // who has begun goes on

	l.Login = signedIn(l, "ada")
	unbegun := shownLinks(l, l.Post(path, url.Values{"do": {"renew"}, "whose": {"unbegun"}}))
	if len(unbegun) != 2 || unbegun["P001"] != "" {
		t.Errorf("links of all who have not begun are %v, want those of P002 and P003", unbegun)
	}
	for say, form := range map[string]url.Values{
		"Choose whose links these are": of("renew"),
		"Choose what to do":            of("burn", people[0]),
		"The last day is not a date":   until(of("expire", people[0]), "soon"),
		"The last day has passed.":     until(of("expire", people[0]), "2026-03-15"),
	} {
		l.Wants(l.Post(path, form), 422, say)
	}
	l.Wants(l.Post(webtest.StudyPage(l.Study(studytest.OneTrial(), true))+"/links", of("revoke", people[0])), 422, "")
	said := strings.Join(entries(l), "\n")
	if want := fmt.Sprintf("refused: studies links | %s | do=expire until=soon who=%d", path, people[0].ID); !strings.Contains(said, want) {
		t.Errorf("the audit does not say %q:\n%s", want, said) // changes are entries of the database
	}
	for _, link := range links {
		if strings.Contains(said, strings.TrimPrefix(link, "http://example.com/p/")) {
			t.Errorf("the audit has a link")
		}
	}
}

// signedIn returns the cookie of a new login of an experimenter.
func signedIn(l *webtest.Lab, name string) *http.Cookie {
	l.T.Helper()
	l.Must(l.Store.SetPassword(l.T.Context(), name, "unused"))
	who, _, err := l.Store.Experimenter(l.T.Context(), name)
	l.Must(err)
	secret := name + strconv.FormatInt(l.Now.Unix(), 10)
	token := sha256.Sum256([]byte(secret))
	l.Must(l.Store.OpenLogin(l.T.Context(), who.ID, "unused", token[:], l.Now.Add(time.Hour)))
	return &http.Cookie{Name: "login", Value: secret}
}

// entries returns the audit as lines.
func entries(l *webtest.Lab) (lines []string) {
	for _, e := range l.Store.Audits() {
		lines = append(lines, strings.Join([]string{e.Action, e.About, e.Why}, " | "))
	}
	return lines
}

func TestLinksOfWhoHasWithdrawnChangeOnlyIfTicked(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"gone", "stays"}, l.Now)
	l.Must(err)
	l.Must(l.Store.Withdraw(t.Context(), people[0].ID, study.Withdrawal{At: l.Now}))
	if links := shownLinks(l, l.Post(webtest.StudyPage(id)+"/links", url.Values{"do": {"renew"}, "whose": {"all"}})); len(links) != 1 || links["P002"] == "" {
		t.Errorf("new links are %v, want one for P002", links)
	}
	l.Wants(l.Get("/p/gone"), 200, "You have stopped taking part")

	// Who has the link of somebody who has withdrawn can have everything erased, so it must be possible to take it from them.
	ticked := func(do string) url.Values { return url.Values{"do": {do}, "who": {fmt.Sprint(people[0].ID)}} }
	renewed := strings.TrimPrefix(shownLinks(l, l.Post(webtest.StudyPage(id)+"/links", ticked("renew")))["P001"], "http://example.com")
	l.Wants(l.Get("/p/gone"), 403, "A newer personal link was made for you")
	l.Wants(l.Post("/p/gone/stop", url.Values{"data": {"erase"}}), 403, "")
	l.Wants(l.Get(renewed), 200, "You have stopped taking part")
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/links", ticked("revoke")), webtest.StudyPage(id)+"/participants")
	l.Wants(l.Get(renewed), 403, "This personal link was withdrawn.")
	l.Wants(l.Post(renewed+"/stop", url.Values{"data": {"erase"}}), 403, "")
	if got, err := l.Store.Unerased(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("somebody with an old link had erased %+v (%v)", got, err)
	}
	if got := linkStates(l, id)["P001"]; got != "revoked" {
		t.Errorf("the page says of the link %q", got)
	}
}

func TestOnlyWhoMadeLinksSeesThemAndNotForLong(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	made := l.Post(webtest.StudyPage(id)+"/participants", url.Values{"number": {"2"}})
	to := made.Header.Get("Location")
	links := shownLinks(l, made)

	file := l.Get(to + "/links.csv")
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	if err != nil || len(rows) != 3 || strings.Join(rows[0], ",") != "code,link,valid_until" || rows[1][0] != "P001" || rows[1][1] != links["P001"] {
		t.Errorf("the file is %q (%v)", rows, err)
	}
	letters := l.Get(to + "/letters.txt?" + url.Values{"text": {"Dear {code},\r\n{link}"}}.Encode())
	if want := fmt.Sprintf("Dear P001,\n%s\n\n\fDear P002,\n%s\n", links["P001"], links["P002"]); letters.Body != want {
		t.Errorf("the letters are %q, want %q", letters.Body, want)
	}
	l.Wants(l.Get(to+"/letters.txt?text=Dear+you"), 422, "The letter does not say {link}")
	if said := strings.Join(entries(l), "\n"); strings.Contains(said, "Dear") || !strings.Contains(said, "export links") {
		t.Errorf("the audit says\n%s", said)
	}

	const gone = "Links are shown for half an hour after they were made, to the person who made them."
	ada := l.Login
	l.Login = signedIn(l, "bob")
	l.Wants(l.Get(to), 404, gone)
	l.Login = ada
	l.Wants(l.Get(strings.Replace(to, webtest.StudyPage(id), webtest.StudyPage(l.Study(studytest.OneTrial(), true)), 1)), 404, gone)
	l.Now = l.Now.Add(29 * time.Minute)
	l.Wants(l.Get(to), 200, links["P002"])
	l.Now = l.Now.Add(time.Minute)
	for _, path := range []string{"", "/links.csv", "/print", "/letters.txt?text={link}"} {
		l.Wants(l.Get(to+path), 404, gone)
	}
}

// A stranger's reader of QR codes reads, from a picture of the sheet as a browser draws it, the links that the page says.
func TestTheCodesOnPaperLeadWhereTheLinksDo(t *testing.T) {
	studytest.Need(t, "zbar", "chromium")
	t.Parallel()
	l := webtest.NewLab(t)
	made := l.Post(webtest.StudyPage(l.Study(studytest.OneTrial(), true))+"/participants", url.Values{"number": {"3"}})
	links := shownLinks(l, made)
	tab := l.Browse(made.Header.Get("Location") + "/print")
	for _, scheme := range []string{"light", "dark"} {
		webtest.Prefer(t, tab, scheme)
		picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
		l.Must(err)
		file := filepath.Join(t.TempDir(), "sheet.png")
		l.Must(os.WriteFile(file, picture, 0o600))
		out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "zbarimg", "--quiet", "--raw", file).Output()
		l.Must(err)
		read := map[string]bool{}
		for _, line := range strings.Fields(string(out)) {
			read[line[strings.LastIndex(line, "/"):]] = true // the server of the browser has another name
		}
		for code, link := range links {
			if !read[link[strings.LastIndex(link, "/"):]] {
				t.Errorf("%s: the code of %s was not read as %s; all codes: %q", scheme, code, link, out)
			}
		}
	}
}
