package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/studytest"
)

// parentOf is an environment variable. If it is set, this test binary runs as the program that a
// test will kill: it runs the cluster whose home the variable names.
const parentOf = "EMBEDDED_TEST_PARENT_OF"

// parentThrowaway, if set, makes that cluster a throwaway one.
const parentThrowaway = "EMBEDDED_TEST_THROWAWAY"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentOf); dir != "" {
		beParent(dir)
	}
	m.Run()
}

// beParent runs a cluster, reports that it runs, and waits to be killed.
func beParent(dir string) {
	c, err := embedded.Start(context.Background(), embedded.Config{
		Dir:       dir,
		Throwaway: os.Getenv(parentThrowaway) != "",
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
	_ = c.Stop(context.Background())
	os.Exit(0)
}

func TestDataSurvivesARestart(t *testing.T) {
	dir := newHome(t)
	c := start(t, dir)
	query[string](t, c, "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('this')")
	stop(t, c)

	c = start(t, dir)
	if got := query[string](t, c, "SELECT what FROM kept"); got != "this" {
		t.Errorf("after a restart the table holds %q, want %q", got, "this")
	}
}

func TestServerIsSetUpAsPromised(t *testing.T) {
	c := startAs(t, embedded.Config{Dir: newHome(t)})
	want := map[string]string{
		"listen_addresses":   "",
		"server_encoding":    "UTF8",
		"lc_collate":         "C.UTF-8",
		"data_checksums":     "on",
		"fsync":              "on",
		"synchronous_commit": "on",
		"max_connections":    "50",
		"shared_buffers":     "128MB",
		"TimeZone":           "UTC",
	}
	for name, value := range want {
		if got := query[string](t, c, "SELECT current_setting('"+name+"')"); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
}

func TestSecondStartOnOneDirectoryIsRefused(t *testing.T) {
	dir := newHome(t)
	c := start(t, dir)

	_, err := embedded.Start(t.Context(), embedded.Config{Dir: dir})
	if !errors.Is(err, study.ErrConflict) {
		t.Fatalf("second start: %v, want a conflict", err)
	}
	say := study.Sentence(err)
	for _, word := range []string{dir, strconv.Itoa(os.Getpid())} {
		if !strings.Contains(say, word) {
			t.Errorf("refusal %q does not name %q", say, word)
		}
	}
	if got := query[int](t, c, "SELECT 1"); got != 1 {
		t.Errorf("the first cluster answers %d after the refusal, want 1", got)
	}
}

func TestStartRecoversFromAKilledParent(t *testing.T) {
	dir := newHome(t)
	parent, kill := startParent(t, dir)
	if _, err := embedded.Start(t.Context(), embedded.Config{Dir: dir}); !errors.Is(err, study.ErrConflict) {
		t.Fatalf("start beside process %d: %v, want a conflict", parent, err)
	}
	kill()

	c := start(t, dir)
	if got := query[int](t, c, "SELECT 1"); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

func TestServerEndsWithItsParent(t *testing.T) {
	tests := map[string]string{ // the keys are values of parentThrowaway
		"one to keep":   "",
		"throwaway one": "yes",
	}
	for name, throwaway := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(parentThrowaway, throwaway)
			dir := newHome(t)
			_, kill := startParent(t, dir)
			server := postmaster(t, dir)
			kill()
			await(t, "the server ends", func() bool {
				return errors.Is(syscall.Kill(server, 0), syscall.ESRCH)
			})
		})
	}
}

func TestDeathOfTheServerIsNoticed(t *testing.T) {
	dir := newHome(t)
	c := start(t, dir)
	if err := c.Err(); err != nil {
		t.Errorf("while it runs, Err is %v, want nil", err)
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Done is still open 10s after the server was killed")
	}
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("Err is %v, want that it was killed", err)
	}
	if err := c.Stop(t.Context()); err == nil {
		t.Error("Stop of a server that was killed returns nil, want why it ended")
	}

	again := start(t, dir)
	if got := query[int](t, again, "SELECT 1"); got != 1 {
		t.Errorf("started again it answers %d, want 1", got)
	}
}

func TestCtrlCDoesNotReachTheServer(t *testing.T) {
	dir := newHome(t)
	start(t, dir)
	group, err := syscall.Getpgid(postmaster(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if group == syscall.Getpgrp() {
		t.Error("the server is in the process group of the terminal, want one of its own")
	}
}

func TestStopTwiceIsAllowed(t *testing.T) {
	c := start(t, newHome(t))
	stop(t, c)
	stop(t, c)
}

func TestStopDoesNotWaitForClients(t *testing.T) {
	c := start(t, newHome(t))
	conn := connect(t, c)
	if _, err := conn.Exec(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	stop(t, c)
}

func TestLongPathsGetAShortSocket(t *testing.T) {
	dir := filepath.Join(newHome(t), strings.Repeat("long", 30), "pg")
	c := start(t, dir)
	if got := query[int](t, c, "SELECT 1"); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

// TestAHomeMayHaveAnyName starts a server in directories whose names have signs that are special to PostgreSQL, its clients, or
// the addresses of databases, and uses it with both clients.
func TestAHomeMayHaveAnyName(t *testing.T) {
	for name, dir := range map[string]string{
		"spaces and a plus":     "my study + yours",
		"a comma":               "a, b",
		"an equals sign":        "a=b",
		"a percent sign":        "100% %41",
		"quotes":                `it's "mine" \ yours`,
		"signs of addresses":    "a?b#c&d@e:f/g;h",
		"letters of any tongue": "übung 研究",
		"signs of patterns":     "study[2026]*?{a}",
		"all of them":           `a, b=c 'd" %41 ü [x]`,
	} {
		t.Run(name, func(t *testing.T) {
			home := filepath.Join(newHome(t), dir, "pg")
			c := start(t, home)
			if got := query[int](t, c, "SELECT 1"); got != 1 {
				t.Errorf("got %d, want 1", got)
			}
			found, err := embedded.Running(home, "postgres")
			if err != nil || found != c.URL("postgres") {
				t.Errorf("another program finds it at %q, %v; want %q", found, err, c.URL("postgres"))
			}
			psql := exec.Command("psql", c.URL("postgres"), "--no-psqlrc", "-Atc", "SELECT 1")
			if out, err := psql.CombinedOutput(); err != nil || string(out) != "1\n" {
				t.Errorf("psql says %q (%v), want 1", out, err)
			}
			stop(t, c)
			if got := query[int](t, start(t, home), "SELECT 1"); got != 1 {
				t.Errorf("started again it answers %d, want 1", got)
			}
		})
	}
}

func TestATemporaryDirectoryWithACommaIsRefusedIfItIsNeeded(t *testing.T) {
	home := newHome(t)
	t.Setenv("TMPDIR", filepath.Join(home, "a,b"))
	_, err := embedded.Start(t.Context(), embedded.Config{Dir: filepath.Join(home, "c,d"), Throwaway: true})
	if !errors.Is(err, study.ErrInvalid) {
		skipWithoutPostgres(t, err)
	}
	if say := study.Sentence(err); !strings.Contains(say, "TMPDIR") {
		t.Errorf("start: %v; want a sentence about TMPDIR", err)
	}
}

func TestThrowawayLeavesNothingBehind(t *testing.T) {
	tmp := newHome(t)
	t.Setenv("TMPDIR", tmp)
	c, err := embedded.Start(t.Context(), embedded.Config{Throwaway: true})
	skipWithoutPostgres(t, err)
	if got := query[string](t, c, "SHOW fsync"); got != "off" {
		t.Errorf("fsync is %s, want off", got)
	}
	stop(t, c)
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v), want nothing", left, err)
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	_, err := embedded.Find("")
	skipWithoutPostgres(t, err)
	tmp := newHome(t)
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := embedded.Start(ctx, embedded.Config{Throwaway: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("start: %v, want %v", err, context.Canceled)
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v), want nothing", left, err)
	}
}

func TestDirectoryThatTheServerCannotEnterIsRefused(t *testing.T) {
	if studytest.AsRoot(t) { // else the server is ourselves
		return
	}
	closed := t.TempDir() // its parent directory has mode 0700
	_, err := embedded.Start(t.Context(), embedded.Config{Dir: filepath.Join(closed, "pg")})
	if !errors.Is(err, study.ErrDenied) {
		skipWithoutPostgres(t, err)
		t.Fatalf("start: %v, want denied", err)
	}
	if say := study.Sentence(err); !strings.Contains(say, filepath.Dir(closed)) {
		t.Errorf("refusal %q does not name %s", say, filepath.Dir(closed))
	}
}

func TestForeignUsersAreTurnedAway(t *testing.T) {
	if studytest.AsRoot(t) { // who may become somebody else
		return
	}
	dir := newHome(t)
	c := start(t, dir)
	if err := os.Chmod(filepath.Join(dir, "run"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "run", ".s.PGSQL.5432"), 0o777); err != nil {
		t.Fatal(err)
	}
	psql := exec.Command("psql", c.URL("postgres"), "-c", "SELECT 1")
	psql.Dir = "/"
	psql.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1, Gid: 1}}
	out, err := psql.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Peer authentication failed") {
		t.Errorf("user 1 got %q (%v), want to be turned away", out, err)
	}
}
