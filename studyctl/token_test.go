package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAnOperatorMakesListsAndRevokesTokens(t *testing.T) {
	studytest.Need(t, "postgres")
	c := Config{Data: openData(t)}
	must(t, withDatabase(t.Context(), c, func(db *postgres.DB) error {
		for _, name := range []string{"ada", "eve"} {
			if err := db.SetPassword(t.Context(), name, "hash"); err != nil {
				return err
			}
		}
		return nil
	}))
	says := func(args ...string) string {
		t.Helper()
		out, err := command(t, append(args, "--data", c.Data)...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return strings.TrimSpace(out)
	}
	first := says("token", "add", "ada", "tables at night", "--right", "analyse,see", "--days", "30")
	second := says("token", "create", "ada", "links", "--right", "conduct", "--changes")
	others := says("token", "add", "eve", "hers")
	if !strings.HasPrefix(first, "vmstudy_") || first == second {
		t.Fatalf("made %q and %q", first, second)
	}
	for want, args := range map[string][]string{
		"nobody has an account":  {"token", "add", "bob", "his"},
		"only reach what":        {"token", "add", "ada", "all", "--right", "administer"},
		"from 1 to 366 days":     {"token", "add", "ada", "for ever", "--days", "367"},
		"there is no token 4711": {"token", "revoke", "4711"},
		"say which token":        {"token", "revoke"},
	} {
		if _, err := command(t, append(args, "--data", c.Data)...); !strings.Contains(study.Sentence(err), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	var list struct {
		Tokens []struct {
			ID          int64
			Owner, Name string
			State       string
			Rights      []study.Right
		}
	}
	must(t, json.Unmarshal([]byte(says("token", "list", "--json")), &list))
	if got := fmt.Sprint(list.Tokens); len(list.Tokens) != 3 || !strings.Contains(got, "ada tables at night works [see analyse]") || strings.Contains(got, first) {
		t.Fatalf("the list is %s", got)
	}
	if table := says("token", "list", "ada"); !strings.Contains(table, "tables at night") || strings.Contains(table, "hers") {
		t.Errorf("the list of ada's says\n%s", table)
	}
	in := func(c Config, secret string) (works bool) {
		t.Helper()
		hash := sha256.Sum256([]byte(secret))
		must(t, withDatabase(t.Context(), c, func(db *postgres.DB) error {
			_, _, err := db.Token(t.Context(), hash[:], time.Now())
			if works = err == nil; errors.Is(err, study.ErrDenied) {
				err = nil
			}
			return err
		}))
		return works
	}
	lets := func(secret string) bool { return in(c, secret) }
	says("token", "revoke", fmt.Sprint(list.Tokens[0].ID)) // ada's newest
	if !lets(first) || lets(second) || !lets(others) {
		t.Error("the token that was revoked works, or another one does not")
	}
	says("token", "revoke", "--owner", "ada")
	if lets(first) || !lets(others) {
		t.Error("after the end of ada's tokens one of them works, or that of somebody else does not")
	}
	t.Run("a restored backup lets in no token", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "lab.backup")
		says("backup", file)
		elsewhere := Config{Data: openData(t)}
		must(t, os.Remove(elsewhere.Data))
		if _, err := command(t, "restore", file, "--data", elsewhere.Data); err != nil {
			t.Fatal(err)
		}
		if in(elsewhere, others) || !lets(others) {
			t.Error("the token works where the backup was restored, or not any more where it was made")
		}
	})
}
