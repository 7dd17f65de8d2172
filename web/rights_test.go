package web_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
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
var whoAsks = []string{"owner", "experimenter", "monitor", "analyst", "administrator", "stranger"}

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
	l.Must(l.Store.OpenLogin(ctx, eve.ID, token[:], l.Now.Add(time.Hour)))
	l.Login = &http.Cookie{Name: "login", Value: "eve's"}
}

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
		l.Must(chi.Walk(l.Handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if !strings.HasPrefix(pattern, "/lab") {
				return nil
			}
			row := method + " " + pattern
			if !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
			before := len(l.Store.Audits())
			a := l.Do(httptest.NewRequest(method, must.Replace(pattern), nil))
			if !strings.Contains(webtest.Text(a.Page), "Your role does not allow that.") {
				return nil
			}
			refused[row] = append(refused[row], who)
			entries := l.Store.Audits()[before:]
			if a.StatusCode != http.StatusForbidden || len(entries) != 1 || entries[0].Who != "eve" || !strings.HasPrefix(entries[0].Action, "refused: ") {
				t.Errorf("%s as %s: status %d and the audit %+v, want 403 and one entry about the refusal", row, who, a.StatusCode, entries)
			}
			return nil
		}))
	}
	var got bytes.Buffer
	fmt.Fprintf(&got, "# Who may open each page of the lab, and do each thing. Written by go test ./web -run EveryRole -update\n")
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
		if strings.HasPrefix(pattern, "/lab") {
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
