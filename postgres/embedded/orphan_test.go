package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"vmstudy/study"
)

func TestServerLeftBehindIsStoppedBeforeANewOneStarts(t *testing.T) {
	dir := openDir(t)
	first := startOrSkip(t, dir)
	if err := first.home.lock.Close(); err != nil { // as when its program is killed
		t.Fatal(err)
	}

	startOrSkip(t, dir)
	select {
	case <-first.Done():
	default:
		t.Fatal("the server left behind still runs beside the new one")
	}
	if first.server.err != nil {
		t.Errorf("the server left behind ended with %v, want an orderly end", first.server.err)
	}
}

func TestStrangerWithTheNumberOfAnOldServerIsSpared(t *testing.T) {
	dir := openDir(t)
	c := startOrSkip(t, dir)
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	stranger := exec.Command("sleep", "60")
	c.home.confine(stranger) // the server's user: PostgreSQL itself overlooks strangers of others
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	}()
	pidFile := filepath.Join(c.home.data, "postmaster.pid")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(pidFile, int(c.home.who.uid), int(c.home.who.gid)); err != nil {
		t.Fatal(err)
	}

	startOrSkip(t, dir)
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger: %v, want it alive", err)
	}
}

func TestPIDFileThatIsNotOneIsReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postmaster.pid")
	if err := os.WriteFile(path, []byte("no number\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if pid, err := readPID(path); err == nil {
		t.Errorf("read process %d, want an error", pid)
	}
}

// openDir returns a directory that the server's user may pass through.
func openDir(t *testing.T) string {
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

// startOrSkip runs a cluster until the test ends.
func startOrSkip(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), Config{Dir: dir, Throwaway: true})
	required := slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "postgres")
	if errors.Is(err, study.ErrNotFound) && !required {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}
