package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres/embedded"
	"vmstudy/study"
)

// newHome returns a temporary directory that every user may pass through. The server's user cannot
// pass through the directories of t.TempDir.
func newHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start runs a cluster until the test ends. It runs without fsync, which these tests do not need.
func start(t *testing.T, dir string) *embedded.Cluster {
	t.Helper()
	return startAs(t, embedded.Config{Dir: dir, Throwaway: true})
}

func startAs(t *testing.T, cfg embedded.Config) *embedded.Cluster {
	t.Helper()
	c, err := embedded.Start(t.Context(), cfg)
	skipWithoutPostgres(t, err)
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

// skipWithoutPostgres skips the test if err says that this machine has no PostgreSQL.
func skipWithoutPostgres(t *testing.T, err error) {
	t.Helper()
	required := slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "postgres")
	if errors.Is(err, study.ErrNotFound) && !required {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func stop(t *testing.T, c *embedded.Cluster) {
	t.Helper()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatalf("stop: %v", err)
	}
}

func connect(t *testing.T, c *embedded.Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// query returns the only value that sql selects, or the zero value if it selects no row.
func query[T any](t *testing.T, c *embedded.Cluster, sql string) T {
	t.Helper()
	rows, _ := connect(t, c).Query(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	got, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if len(got) == 0 {
		return *new(T)
	}
	return got[0]
}

// startParent runs a cluster in another process. Calling kill ends that process with SIGKILL.
func startParent(t *testing.T, dir string) (pid int, kill func()) {
	t.Helper()
	_, err := embedded.Find("")
	skipWithoutPostgres(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parentOf+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other process said %q (%v), want ready", line, err)
	}
	return cmd.Process.Pid, kill
}

// postmaster returns the process number of the server that runs in dir.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// await checks done again and again until it is true, and fails the test after 10 s.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("after 10s still waiting until %s", what)
		}
	}
}
