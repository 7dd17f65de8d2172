package web_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

var update = flag.Bool("update", false, "write testdata anew")

// who are the people whom the table has: a role in the study, an administrator, and an owner of another study.
var whoAsks = []string{"owner", "experimenter", "monitor", "analyst", "blind", "administrator", "stranger"}

// asking signs somebody in.
func asking(l *webtest.Lab, in study.StudyID, who string) {
	l.T.Helper()
	ctx := l.T.Context()
	l.Must(l.Store.SetPassword(ctx, "eve", "unused"))
	eve, _, err := l.Store.Experimenter(ctx, "eve")
	l.Must(err)
	l.Must(l.Store.ChangeAccount(ctx, eve.ID, who == "administrator", false, l.Now))
	if role := study.Role(who); role.Valid() {
		l.Must(l.Store.SetRole(ctx, in, eve.ID, role))
	}
	if who == "stranger" {
		l.Must(l.Store.SetRole(ctx, l.Study(studytest.Design(), false), eve.ID, study.Owner))
	}
	token := sha256.Sum256([]byte("eve's"))
	l.Must(l.Store.OpenLogin(ctx, eve.ID, "unused", token[:], l.Now.Add(24*time.Hour)))
	l.Login = &http.Cookie{Name: "login", Value: "eve's"}
	hash := sha256.Sum256([]byte(eveToken))
	_, err = l.Store.AddToken(ctx, study.Token{
		Owner: eve.ID, Name: "all", SHA256: hash[:], Rights: study.TokenRights(), Changes: true, MadeAt: l.Now, ExpiresAt: l.Now.Add(24 * time.Hour),
	})
	l.Must(err)
}

// eveToken is that of a program of hers, which may everything that she may.
const eveToken = "a program of eve"

// refuses reports whether eve lacks the right to ask for a path. Then that is in the audit.
func refuses(l *webtest.Lab, method, path string) bool {
	l.T.Helper()
	before := len(l.Store.Audits())
	r := httptest.NewRequest(method, path, nil)
	if strings.HasPrefix(path, "/api/") {
		r.Header.Set("Authorization", "Bearer "+eveToken)
		l.Now = l.Now.Add(30 * time.Second) // else the audit has not every refusal of a token
	}
	a := l.Do(r)
	if !strings.Contains(webtest.Text(a.Page), "Your role does not allow that.") {
		return false
	}
	entries := l.Store.Audits()[before:]
	if a.StatusCode != http.StatusForbidden || len(entries) != 1 || entries[0].Who != "eve" || !strings.HasPrefix(entries[0].Action, "refused: ") {
		l.T.Errorf("%s %s: status %d and the audit %+v, want 403 and one entry about the refusal", method, path, a.StatusCode, entries)
	}
	return true
}

// needsRight reports whether a route is of those for people and programs that have rights.
func needsRight(pattern string) bool {
	return strings.HasPrefix(pattern, "/lab") || strings.HasPrefix(pattern, "/api/") && pattern != "/api/v1/openapi.json"
}

var inPath = regexp.MustCompile(`\{[^}]+\}`)

// TestEveryRoleAgainstEveryRoute asks for every route of the lab as everybody, and compares who is refused with testdata/rights.txt. A route without
// a row fails, and so does a row without a route.
func TestEveryRoleAgainstEveryRoute(t *testing.T) {
	const path = "testdata/rights.txt"
	refused := map[string][]string{}
	var rows []string
	for _, who := range whoAsks {
		l := webtest.NewLab(t)
		st, visit := l.Visit()
		asking(l, st, who)
		must := strings.NewReplacer("{study}", fmt.Sprint(st), "{session}", fmt.Sprint(visit))
		ask := func(method, pattern string) {
			row := method + " " + pattern
			if !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
			if refuses(l, method, must.Replace(pattern)) {
				refused[row] = append(refused[row], who)
			}
		}
		l.Must(chi.Walk(l.Handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if !needsRight(pattern) {
				return nil
			}
			ask(method, pattern)
			escaped := inPath.ReplaceAllStringFunc(pattern, func(v string) string {
				if must.Replace(v) != v {
					return v
				}
				return "a%2Fb" // if the router and the guard took it for different paths, anybody would come in
			})
			if escaped != pattern {
				ask(method, escaped)
			}
			return nil
		}))
	}
	var got bytes.Buffer
	fmt.Fprintf(&got, "# Who may open each page of the lab, ask for each part of the API, and do each thing. Written by go test ./web -run EveryRole -update\n")
	slices.Sort(rows)
	for _, row := range rows {
		fmt.Fprintf(&got, "%-78s", row)
		for _, who := range whoAsks {
			if slices.Contains(refused[row], who) {
				who = "-"
			}
			fmt.Fprintf(&got, " %-14s", who)
		}
		got.Truncate(len(bytes.TrimRight(got.Bytes(), " ")))
		got.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("who may do what (-%s +found):\n%s\nIf that is meant, run go test ./web -run EveryRole -update, and read what has changed", path, diff)
	}
}

func TestEveryRouteOfTheLabSaysWhatItNeeds(t *testing.T) {
	l := webtest.NewLab(t)
	needs := l.Server.Needs()
	n := 0
	l.Must(chi.Walk(l.Handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if needsRight(pattern) {
			n++
			if needs[method+" "+strings.TrimSuffix(pattern, "/")] == "" {
				t.Errorf("%s %s: says not which right it needs", method, pattern)
			}
		}
		return nil
	}))
	if n < 70 {
		t.Errorf("only %d routes", n)
	}
}

func TestWhatNoRouteOfTheLabTakesReachesNoHandler(t *testing.T) {
	for request, status := range map[string]int{
		"GET /lab/studies/{study}/preview/0%2F0%2F0":       403,
		"GET /lab/studies/{study}/preview/0/0/0":           404,
		"POST /lab/studies/{study}/images/a%2Fb/remove":    403,
		"POST /lab/studies/{study}/images/a/b/remove":      404,
		"DELETE /lab/studies/{study}/preview":              404,
		"GET /lab/studies%2F{study}":                       404,
		"GET /lab/studies/{study}%2Fparticipants":          403,
		"HEAD /lab/studies/{study}/questions/a%2Fb":        403,
		"GET /lab/%73tudies/{study}":                       404,
		"GET /lab/studies/{study}/questions/%2F/preview":   403,
		"GET /lab/studies/{study}/questions/%2Fa%2F/b":     404,
		"POST /lab/studies/{study}/preview/0%2F0/continue": 403,
	} {
		l := webtest.NewLab(t)
		st := l.Study(studytest.Design(), true)
		asking(l, st, "stranger")
		method, path, _ := strings.Cut(strings.ReplaceAll(request, "{study}", fmt.Sprint(st)), " ")
		if a := l.Do(httptest.NewRequest(method, path, nil)); a.StatusCode != status {
			t.Errorf("%s as a stranger: status %d, want %d", request, a.StatusCode, status)
		}
	}
}

func TestListsShowOnlyWhatTheirReaderMaySee(t *testing.T) {
	for who, sees := range map[string]bool{"owner": true, "monitor": true, "administrator": true, "stranger": false} {
		l := webtest.NewLab(t)
		st, _ := l.Visit()
		asking(l, st, who)
		for _, path := range []string{"/lab", "/lab/live"} {
			a := l.Get(path)
			l.Wants(a, 200, "")
			want := fmt.Sprintf("/lab/studies/%d", st)
			if path == "/lab/live" {
				want = "P001"
			}
			if got := strings.Contains(a.Body, want+`"`) || strings.Contains(webtest.Text(a.Page), want); got != sees {
				t.Errorf("%s as %s shows %s: %v, want %v", path, who, want, got, sees)
			}
		}
	}
}
