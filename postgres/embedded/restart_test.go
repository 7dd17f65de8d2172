package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// restartsWanted is the environment variable that says how often the test kills the cluster.
const restartsWanted = "STUDYCTL_TEST_RESTARTS"

// restarts returns the number in that variable, or a small default.
func restarts(t *testing.T) int {
	t.Helper()
	text := os.Getenv(restartsWanted)
	if text == "" {
		return 4
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q, want a number from 1", restartsWanted, text)
	}
	return n
}

// TestARestartSucceedsWhateverAPowerCutLeft kills a cluster and its program again and again. Before
// each restart it changes the lock files: either the process number in them becomes that of another
// living program, or a file is cut short, as if it had not reached the disk.
func TestARestartSucceedsWhateverAPowerCutLeft(t *testing.T) {
	dir, pid := openDir(t), strconv.Itoa(stranger(t))
	if err := startOrSkip(t, dir).Stop(t.Context()); err != nil { // has made the database files
		t.Fatal(err)
	}
	socket := filepath.Join(dir, runDir, ".s.PGSQL.5432.lock")
	postmaster := filepath.Join(dir, dataDir, "postmaster.pid")
	asNumber := func(text string) string {
		_, rest, _ := strings.Cut(text, "\n")
		return pid + "\n" + rest
	}
	cut := func(string) string { return "" }
	garbage := func(string) string { return "\x00\x00\x00no number\n" }
	same := func(text string) string { return text }
	plants := []struct {
		name               string
		socket, postmaster func(string) string
	}{
		{"a stranger's number in both", asNumber, asNumber},
		{"a stranger's number in the socket's", asNumber, cut},
		{"both cut", cut, cut},
		{"garbage in both", garbage, garbage},
		{"both as they were", same, same},
	}
	rounds := restarts(t)
	for round := range rounds {
		rows := liveAndDie(t, dir)
		if rows != round+1 {
			t.Fatalf("after %d restarts there are %d rows, want one for each start", round, rows)
		}
		plant := plants[round%len(plants)]
		t.Logf("restart %d: %s", round+1, plant.name)
		rewrite(t, socket, plant.socket)
		rewrite(t, postmaster, plant.postmaster)
	}
	if rows := liveAndDie(t, dir); rows != rounds+1 {
		t.Errorf("at the end there are %d rows, want %d", rows, rounds+1)
	}
	if err := syscall.Kill(mustAtoi(t, pid), 0); err != nil {
		t.Errorf("the stranger: %v, want it alive", err)
	}
}

func TestASocketOfAnotherLivingClusterIsNotTaken(t *testing.T) {
	other := startOrSkip(t, openDir(t))
	dir := openDir(t)
	if err := startOrSkip(t, dir).Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, err := openHome(Config{Dir: dir, Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	lock := socketPath(h.socket) + ".lock"
	text := fmt.Sprintf("%d\n%s\n", other.server.cmd.Process.Pid, other.home.data)
	if err := os.WriteFile(lock, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err = h.endOrphans(t.Context())
	if !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), other.home.data) {
		t.Errorf("got %v, want a conflict that names %s", err, other.home.data)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Errorf("the other's lock: %v, want it left alone", err)
	}
	if err := other.ping(t.Context()); err != nil {
		t.Errorf("the other cluster: %v, want it to answer", err)
	}
}

// liveAndDie starts the cluster in a process of its own, adds a row, kills every process of both
// with SIGKILL, and returns how many rows there were.
func liveAndDie(t *testing.T, dir string) int {
	t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), "EMBEDDED_TEST_PARENT_OF="+dir)
	var said strings.Builder
	program.Stderr = &said
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		_ = program.Wait()
		t.Fatalf("it did not start: %q, %v: %s", line, err, said.String())
	}
	rows := addRow(t, dir)
	all, err := servants(filepath.Join(dir, dataDir))
	if err != nil || len(all) == 0 || !all[0].master {
		t.Fatalf("the server's processes: %v, %v; want the master first", all, err)
	}
	for _, s := range all {
		_ = syscall.Kill(s.pid, syscall.SIGKILL)
	}
	_ = program.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	_ = program.Wait()
	return rows
}

func addRow(t *testing.T, dir string) (rows int) {
	t.Helper()
	url, err := Running(dir, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS kept (); INSERT INTO kept DEFAULT VALUES"); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM kept").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// rewrite changes the content of a file; the owner stays the same.
func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("what a killed server leaves: %v", err)
	}
	if err := os.WriteFile(path, []byte(change(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

// stranger runs another program as the server's user until the test ends. It has to be that user,
// because PostgreSQL ignores processes of other users.
func stranger(t *testing.T) (pid int) {
	t.Helper()
	who, err := serverAccount()
	if errors.Is(err, study.ErrNotFound) && !required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	sleep := exec.Command("sleep", "1000000")
	(&home{who: who, dir: "/"}).confine(sleep)
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = sleep.Process.Kill()
		_ = sleep.Wait()
	})
	return sleep.Process.Pid
}

func mustAtoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
