package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/studytest"
)

// commandIn is an environment variable with a data directory. With it, this test binary is a command that uses that
// directory until it is killed.
const commandIn = "STUDYCTL_TEST_COMMAND_IN"

// beCommand makes a directory for a command, prints its path, and waits until stdin ends.
func beCommand(data string) {
	dir, release, err := Config{Data: data}.commandDir("tool-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.WriteFile(filepath.Join(dir, "disk"), make([]byte, 1<<20), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(dir)
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = release() // also keeps the garbage collector from closing the lock before
	os.Exit(0)
}

// startCommand runs a command in another process. kill ends it with SIGKILL.
func startCommand(t *testing.T, data string) (dir string, kill func()) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), commandIn+"="+data)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line[:len(line)-1], kill
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestWhatAKilledCommandLeftIsClearedAwayAndALivingOneKeepsItsOwn(t *testing.T) {
	c := Config{Data: t.TempDir()}
	if err := c.makeData(); err != nil {
		t.Fatal(err)
	}
	killed, kill := startCommand(t, c.Data)
	living, end := startCommand(t, c.Data)
	left := filepath.Join(c.runDir(), "import-of-an-older-version")
	if err := os.MkdirAll(filepath.Join(left, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	kill()
	release, err := c.claimData() // a server does this at its start
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for path, want := range map[string]bool{killed: false, left: false, living: true, filepath.Join(living, "disk"): true} {
		if exists(path) != want {
			t.Errorf("%s is there: %v, want %v", path, !want, want)
		}
	}
	end()
	dir, remove, err := c.commandDir("tool-") // the next command removes what was left, too
	if err != nil {
		t.Fatal(err)
	}
	if exists(living) {
		t.Error("what the second killed command left is still there")
	}
	if err := remove(); err != nil || exists(dir) {
		t.Errorf("a command's directory is there after its end (%v)", err)
	}
}

func TestAServerThatStartsLeavesTheMountsOfALivingCommand(t *testing.T) {
	studytest.Need(t, "fuse")
	c := Config{Data: t.TempDir()}
	if err := c.makeData(); err != nil {
		t.Fatal(err)
	}
	dir, remove, err := c.commandDir("tool-")
	if err != nil {
		t.Fatal(err)
	}
	point := filepath.Join(dir, "images")
	if err := os.Mkdir(point, 0o755); err != nil {
		t.Fatal(err)
	}
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", streamtest.Pages(1, 1<<20))), stream.Options{})
	m, err := mount.At(point, near)
	if err != nil {
		t.Fatal(err)
	}
	release, err := c.claimData()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if n, err := mount.Sweep(point); n != 1 || err != nil {
		t.Errorf("%d mounts of the command were left, %v; want its one", n, err)
	}
	_ = m.Close()
	if err := remove(); err != nil {
		t.Error(err)
	}
}
