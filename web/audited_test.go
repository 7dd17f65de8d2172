package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"vmstudy/internal/webtest"
	"vmstudy/study/audit"
	"vmstudy/web"
)

// unaudited are the pages for experimenters that show nothing of what participants gave, or only a part of a page whose view is an entry already.
var unaudited = []string{
	"/lab/", "/lab/archived", "/lab/account", "/lab/account/second-factor", "/lab/account/tokens", "/lab/networks", "/lab/accounts", "/lab/studies/{study}/members", "/lab/studies/new", "/lab/studies/{study}", "/lab/studies/{study}/design", "/lab/studies/{study}/publish", "/lab/studies/{study}/power", "/lab/studies/{study}/versions/{version}/preregistration.{format}",
	"/lab/studies/{study}/questions", "/lab/studies/{study}/questions/{questionnaire}", "/lab/studies/{study}/questions/{questionnaire}/preview",
	"/lab/studies/{study}/preview", "/lab/studies/{study}/preview/{place}", "/lab/studies/{study}/preview/{place}/desk", "/lab/studies/{study}/preview/{place}/screen",
	"/lab/studies/{study}/recruitment", "/lab/studies/{study}/calibration", "/lab/studies/{study}/calibrations/{calibration}", "/lab/studies/{study}/calibrations/{calibration}/report.json",
	"/lab/live/cards", "/lab/sessions/{session}/thumbnail", "/lab/sessions/{session}/card", "/lab/sessions/{session}/screen", "/lab/sessions/{session}/trials",
	"/api/v1/studies", "/api/v1/studies/{study}",
	"/lab/sessions/{session}/attempts/{attempt}/video", "/lab/sessions/{session}/attempts/{attempt}/replay.json", "/lab/sessions/{session}/attempts/{attempt}/replay.data",
}

func TestEveryPageOfTheLabIsAuditedOrSaidNotToBe(t *testing.T) {
	known := map[string]bool{}
	for _, pattern := range unaudited {
		known[strings.TrimSuffix(pattern, "/")] = true
	}
	routes := webtest.NewLab(t).Handler.(chi.Routes)
	found := map[string]bool{}
	if err := chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		pattern = strings.TrimSuffix(pattern, "/")
		if method != "GET" || !needsRight(pattern) || strings.HasSuffix(pattern, ".yaml") || strings.Contains(pattern, "/images") || strings.HasSuffix(pattern, ".zip") || strings.HasSuffix(pattern, "bundle") {
			return nil // designs and their pictures are the laboratory's own
		}
		found[pattern] = true
		if audited := web.Views[pattern] != ""; audited == known[pattern] {
			t.Errorf("%s: is audited: %v, is said not to be: %v. Decide whether it shows what participants gave", pattern, audited, known[pattern])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for pattern := range web.Views {
		if !found[pattern] {
			t.Errorf("%s is audited, and there is no such page", pattern)
		}
	}
}

// audits returns the audit as lines, after it was checked.
func audits(l *webtest.Lab) (lines []string) {
	l.T.Helper()
	_, err := audit.Check(l.Store.Trail(l.T.Context()))
	l.Must(err)
	for _, e := range l.Store.Audits() {
		lines = append(lines, strings.Join([]string{e.Who, e.Action, e.About, e.Why}, " | "))
	}
	return lines
}

func TestViewsExportsAndRefusalsAreInTheAudit(t *testing.T) {
	l := webtest.NewLab(t)
	st, id := l.Visit()
	path := fmt.Sprintf("/lab/sessions/%d", id)
	l.Get("/lab") // shows nothing of anybody
	l.Get(webtest.StudyPage(st) + "/participants")
	l.Get(webtest.StudyPage(st) + "/results?pilots=yes")
	l.Get(webtest.StudyPage(st) + "/download")
	l.Post(path+"/place", url.Values{"state": {"promoted"}, "ground": {"absent"}, "reason": {"a word about a person"}})
	l.Post(webtest.StudyPage(st)+"/appointments/4711/cancel", url.Values{"participant": {"1"}, "ground": {"ill"}, "reason": {"a word about a person"}})
	l.Post("/signin", url.Values{"name": {"nobody"}, "password": {"secret"}})
	want := []string{
		"ada | view participants | " + webtest.StudyPage(st) + "/participants | ",
		"ada | view results | " + webtest.StudyPage(st) + "/results | pilots=yes",
		"ada | export | " + webtest.StudyPage(st) + "/download | ",
		"ada | refused: sessions place | " + path + "/place | state=promoted ground=absent",
		"ada | refused: studies appointments cancel | " + webtest.StudyPage(st) + "/appointments/4711/cancel | ", // an illness would outlast an erasure
		"somebody | refused: sign in | from 192.0.2.1 | unknown name",
	}
	got := audits(l)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("the audit says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// Whoever revokes hundreds of links at once is told of with the first of them, and with how many more there were.
func TestWhatIsChosenIsInTheAuditHoweverMuchItIs(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprint(1000+i))
	}
	for name, test := range map[string]struct {
		form url.Values
		want string
	}{
		"one thing":        {url.Values{"state": {"excluded"}}, "state=excluded"},
		"several of one":   {url.Values{"whose": {"1", "2"}}, "whose=1,2"},
		"what is not said": {url.Values{"why": {"they smelled"}}, ""},
		"a thousand":       {url.Values{"whose": many}, "whose=" + strings.Join(many[:400], ",") + ",and 600 more"},
		"a single long":    {url.Values{"state": {strings.Repeat("x", 3000)}}, "state=and 1 more"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := web.Choices(test.form); got != test.want {
				t.Errorf("the entry says %q, want %q", got, test.want)
			}
		})
	}
}

func TestTheAuditIsSearchedAndDownloaded(t *testing.T) {
	l := webtest.NewLab(t)
	st, _ := l.Visit()
	l.Get(webtest.StudyPage(st) + "/participants")
	l.Get(webtest.StudyPage(st) + "/results")
	a := l.Get("/lab/audit")
	l.Wants(a, 200, "view participants")
	if rows := webtest.All(l.One(a.Page, "tbody", ""), "tr", ""); len(rows) != 3 || !strings.Contains(webtest.Text(rows[0]), "view the audit") {
		t.Errorf("%d entries, want three, and the view of this page first", len(rows))
	}
	l.Wants(a, 200, "3:"+l.Store.Audits()[2].Sum.String())
	l.Wants(l.Get("/lab/audit?action=view+results"), 200, "/results")
	l.Wants(l.Get("/lab/audit?from=2026-03-15"), 200, "Nothing of that kind is on record.")
	l.Wants(l.Get("/lab/audit?from=tomorrow"), 422, "A day is written as 2026-03-14")
	l.Wants(l.Get("/lab/audit?before=x"), 422, "There is no page of the audit before")
	a = l.Get("/lab/audit.csv")
	rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || len(rows) != 1+len(l.Store.Audits()) || rows[1][3] != "view participants" || rows[1][6] != l.Store.Audits()[0].Sum.String() {
		t.Errorf("the file has %d rows (error %v): %q", len(rows), err, rows)
	}
}
