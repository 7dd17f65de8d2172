package lab_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web/lab"
)

var update = flag.Bool("update", false, "write testdata anew")

// planted are names that stand nowhere but in what tells conditions apart.
var planted = []string{"zeppelin", "quagga", "okapi", "tarantula", "narwhal", "basilisk", "pangolin", "axolotl", "wombat"}

// plantedDesign is a design whose levels, groups and texts have the planted names.
func plantedDesign() study.Design {
	d := webtest.Compared()
	d.Methods = []study.Access{study.Usual(study.VNC).Called("zeppelin"), study.Usual(study.Stream).Called("quagga"), study.Usual(study.Local).Called("okapi")}
	d.Networks = []study.NamedNetwork{{Name: "tarantula", Network: study.Network{RTT: 123 * time.Millisecond}}}
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "narwhal", Label: "basilisk"}, {Name: "dim", Label: "axolotl"}}}}
	d.Groups = []study.Group{{Name: "pangolin"}, {Name: "other"}}
	d.Consent = study.Plain("A wombat reads this.")
	d.Preregistration = study.Preregistration{Participants: 2, Stopping: "When a wombat comes.", Exclusions: "Every wombat.", Comparisons: []study.Comparison{{
		Name: "H1", Hypothesis: "The wombat likes it.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "quagga", Second: "zeppelin",
		Only: study.Crossing{Networks: []string{"tarantula"}}, Claim: study.Differs, Test: study.SignedRank,
	}}}
	return d
}

// asRole signs eve in, who has a role in a study.
func asRole(l *webtest.Lab, in study.StudyID, role study.Role) {
	l.T.Helper()
	ctx := l.T.Context()
	l.Must(l.Store.SetPassword(ctx, "eve", "unused"))
	eve, _, err := l.Store.Experimenter(ctx, "eve")
	l.Must(err)
	l.Must(l.Store.ChangeAccount(ctx, eve.ID, false, false, l.Now))
	l.Must(l.Store.SetRole(ctx, in, eve.ID, role))
	token := sha256.Sum256([]byte("eve's"))
	l.Must(l.Store.OpenLogin(ctx, eve.ID, "unused", token[:], l.Now.Add(time.Hour)))
	l.Login = &http.Cookie{Name: "login", Value: "eve's"}
}

// contents returns what an answer says: a page or a file, or all files in a ZIP with their names.
func contents(l *webtest.Lab, a webtest.Answer) string {
	l.T.Helper()
	if a.Header.Get("Content-Type") != "application/zip" {
		return a.Body
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(a.Body)), int64(len(a.Body)))
	l.Must(err)
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		l.Must(err)
		b, err := io.ReadAll(r)
		l.Must(err)
		all.WriteString(f.Name + "\n" + string(b) + "\n")
	}
	return all.String()
}

// reachable returns the answers to every route of the lab and to every address that they lead to, for who is signed in.
func reachable(l *webtest.Lab, fill *strings.Replacer) map[string]webtest.Answer {
	l.T.Helper()
	found := map[string]webtest.Answer{}
	var queue []string
	l.Must(chi.Walk(l.Handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if path := fill.Replace(pattern); method == http.MethodGet && strings.HasPrefix(path, "/lab") && !strings.Contains(path, "{") {
			queue = append(queue, path)
		}
		return nil
	}))
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, done := found[path]; done || len(found) > 400 {
			continue
		}
		a := l.Do(httptest.NewRequest(http.MethodGet, path, nil))
		found[path] = a
		for _, e := range webtest.All(a.Page, "", "") {
			for _, attribute := range e.Attr {
				to, _, _ := strings.Cut(attribute.Val, "#")
				if strings.HasPrefix(to, "/lab") && attribute.Key != "action" && !slices.Contains(queue, to) {
					queue = append(queue, to)
				}
			}
		}
	}
	return found
}

// columnsOf returns the header of each table in the contents of an export, a line each.
func columnsOf(export string) string {
	var all strings.Builder
	lines := strings.Split(export, "\n")
	for i, line := range lines[:len(lines)-1] {
		if strings.HasPrefix(line, "data/") && strings.HasSuffix(line, ".csv") && !strings.HasPrefix(lines[i+1], " ") { // README.txt lists them, too
			all.WriteString(line + ": " + lines[i+1] + "\n")
		}
	}
	return all.String()
}

// namesIn returns which of the planted names stand in what an answer says.
func namesIn(text string) (all []string) {
	text = strings.ToLower(text)
	for _, name := range planted {
		if strings.Contains(text, name) {
			all = append(all, name)
		}
	}
	return all
}

func TestWhoIsBlindReadsNoNameOfAConditionUntilUnblinded(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(plantedDesign(), true)
	for range 2 {
		done := map[string]webtest.Done{}
		for _, c := range plantedDesign().Conditions() {
			done[c.Code()] = webtest.Done{Outcome: study.Completed, Seconds: 20 + len(done), Rating: 1 + len(done)%7, Responses: []int{100, 400, 900}}
		}
		l.TakePart(id, false, done)
	}
	sessions, err := l.Store.Sessions(t.Context(), id)
	l.Must(err)
	fill := strings.NewReplacer("{study}", webtest.Number(id), "{session}", webtest.Number(sessions[0].ID), "{version}", "1", "{questionnaire}", "tlx",
		"{participant}", webtest.Number(sessions[0].Participant.ID), "{outcome}", "satisfaction", "{place}", "0", "{attempt}", webtest.Number(sessions[0].Trials[0].Last().ID))

	asRole(l, id, study.Analyst)
	seen := map[string]bool{}
	for _, a := range reachable(l, fill) {
		for _, name := range namesIn(contents(l, a)) {
			seen[name] = true
		}
	}
	if len(seen) != len(planted) { // else the test below could not fail
		t.Fatalf("an analyst reads only %v of %v", seen, planted)
	}

	asRole(l, id, study.Blind)
	of := webtest.StudyPage(id)
	all := reachable(l, fill)
	opened := 0
	for path, a := range all {
		if found := namesIn(contents(l, a)); len(found) > 0 {
			t.Errorf("%s, status %d: %v", path, a.StatusCode, found)
		}
		if a.StatusCode >= 500 {
			t.Errorf("%s: status %d: %s", path, a.StatusCode, webtest.Text(a.Page))
		}
		if a.StatusCode == 200 && strings.HasPrefix(path, of+"/") {
			opened++
		}
	}
	if opened < 5 {
		t.Errorf("only %d pages and files of the study were open to read", opened)
	}
	results, download := all[of+"/results"], contents(l, all[of+"/download"])
	l.Wants(results, 200, "method-")
	l.Wants(results, 200, "they are shown once you are unblinded")
	if text := webtest.Text(results.Page); strings.Contains(text, "Confirmatory") || strings.Contains(text, "not tested") {
		t.Error("the results have planned comparisons, and their levels are codes")
	}
	code := webtest.Text(results.Page)[strings.Index(webtest.Text(results.Page), "method-"):][:len("method-123456")]
	if !strings.Contains(download, code) {
		t.Errorf("the results have the code %s, and the export has another", code)
	}
	if *update {
		l.Must(os.WriteFile("testdata/blind-columns.txt", []byte(columnsOf(download)), 0o644))
	}
	want, err := os.ReadFile("testdata/blind-columns.txt")
	l.Must(err)
	if diff := cmp.Diff(string(want), columnsOf(download)); diff != "" {
		t.Errorf("columns of a blind export (-testdata/blind-columns.txt +found):\n%s\nIf one is new, decide whether it tells which condition a row is of: analysis/blind.go leaves those out", diff)
	}
	l.Wants(l.Get(of), 403, "Your role does not allow that.")
	l.Wants(l.Get("/lab"), 200, plantedDesign().Name())

	asRole(l, id, study.Analyst)
	if found := namesIn(contents(l, l.Get(of+"/download"))); len(found) < 5 {
		t.Errorf("unblinded, the export has only the names %v", found)
	}
}

// Whoever knows the design and the number of somebody's sequence can tell which code is which.
func TestWhoIsBlindReadsNoNumbersOfSequences(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(plantedDesign(), true)
	for range 3 { // two of them in one group, with other sequences
		l.TakePart(id, false, map[string]webtest.Done{plantedDesign().Conditions()[0].Code(): {Outcome: study.Completed, Seconds: 20, Rating: 5}})
	}
	for role, want := range map[study.Role]string{
		study.Analyst: "Group, Sequence, People analysed, Finished; 3 rows",
		study.Blind:   "Group, People analysed, Finished; 2 rows",
	} {
		asRole(l, id, role)
		page := l.Get(resultsPath(id)).Page
		var columns []string
		for _, th := range webtest.All(l.One(l.One(page, "table", "id=balance"), "thead", ""), "th", "") {
			columns = append(columns, webtest.Text(th))
		}
		if got := fmt.Sprintf("%s; %d rows", strings.Join(columns, ", "), len(tableRows(l, page, "balance"))); got != want {
			t.Errorf("%s: the table of groups has %s; want %s", role, got, want)
		}
	}
}

func TestWhoIsBlindGetsNoFitThatWasMadeForSomebodyElse(t *testing.T) {
	found := analysis.Results{Version: study.Version{Hash: "one"}}
	open := lab.FitKey("satisfaction", found)
	found.Data.Blind = true
	if blind := lab.FitKey("satisfaction", found); blind == open {
		t.Errorf("the fit of a reader who is blind is kept under %q, as that of anybody else", blind)
	}
}

// Versions whose networks have kept their names and got other round trips have the same codes, and are not one study.
func TestWhoIsBlindPoolsNoVersionsThatDifferInWhatTheyDoNotSee(t *testing.T) {
	l := webtest.NewLab(t)
	d := plantedDesign()
	id := l.Study(d, true)
	d.Networks = []study.NamedNetwork{{Name: d.Networks[0].Name, Network: study.Network{RTT: 321 * time.Millisecond}}}
	publishNext(l, id, d)
	d.Consent = study.Plain("In other words.")
	publishNext(l, id, d)
	for _, role := range []study.Role{study.Analyst, study.Blind} {
		asRole(l, id, role)
		l.Wants(l.Get(resultsPath(id)+"?version=2"), 200, "Version 3 differs from this one in wording only")
		a := l.Get(resultsPath(id) + "?version=1")
		l.Wants(a, 200, "Version 1")
		if strings.Contains(webtest.Text(a.Page), "in wording only") {
			t.Errorf("%s: version 1 is said to differ from another in wording only", role)
		}
	}
}
