package e2e

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vmstudy/studytest"
)

const password = "correct horse battery staple"

// server is a running studyctl with a data directory of its own.
type server struct {
	t    *testing.T
	data string
	addr string
	cmd  *exec.Cmd
	log  *record
}

// record keeps the output of a program.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// binary returns the program under test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("STUDYCTL_BINARY")
	if path == "" {
		path = "../bin/studyctl"
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		missing(t, "the program is not built: run make build (%v)", err)
	}
	return path
}

// missing skips a test that needs something which "make test" makes. If STUDYCTL_REQUIRE is set,
// the test fails instead.
func missing(t *testing.T, why string, args ...any) {
	t.Helper()
	if os.Getenv("STUDYCTL_REQUIRE") != "" {
		t.Fatalf(why, args...)
	}
	t.Skipf(why, args...)
}

// newServer starts a server on an empty database, with the demo appliance installed.
func newServer(t *testing.T) *server {
	t.Helper()
	studytest.Need(t, "postgres", "qemu", "fuse", "chromium")
	return newServerOn(t, filepath.Join(studytest.Data(t), "appliances"))
}

// newServerOn starts a server on an empty database, with the appliances in a directory.
func newServerOn(t *testing.T, appliances string) *server {
	t.Helper()
	data, err := os.MkdirTemp("", "vmstudy-e2e-") // the database's user cannot reach t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(data); err != nil {
			t.Error(err)
		}
	})
	for _, err := range []error{os.Chmod(data, 0o755), os.Symlink(appliances, filepath.Join(data, "appliances"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &server{t: t, data: data, addr: freeAddress(t), log: &record{}}
	s.start()
	t.Cleanup(s.stop)
	s.studyctl(strings.NewReader(password+"\n"), "user", "add", "ada", "--stdin")
	return s
}

// freeAddress returns an address on which no program listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *server) url(path string) string { return "http://" + s.addr + path }

// start starts the server and returns when it answers.
func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command(binary(s.t), "serve", "--data", s.data, "--listen", s.addr, "--allow-tcg")
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Serving on ") {
			return
		}
	}
	s.t.Fatalf("the server ended before it served:\n%s", s.log)
}

// stop ends the server as Ctrl-C does, and prints its log if the test failed.
func (s *server) stop() {
	if s.cmd.ProcessState == nil {
		ended := make(chan error, 1)
		_ = s.cmd.Process.Signal(os.Interrupt) // fails only if the server has ended already
		go func() { ended <- s.cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				s.t.Errorf("the server ended with %v", err)
			}
		case <-time.After(time.Minute):
			_ = s.cmd.Process.Signal(syscall.SIGQUIT) // the server prints what its goroutines wait for
			<-ended
			s.t.Error("the server did not stop within a minute")
		}
	}
	if s.t.Failed() {
		s.t.Logf("log of the server:\n%s", s.log)
	}
}

// kill ends the server with SIGKILL, as suddenly as a power cut would.
func (s *server) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait() // the error only says that the server was killed
}

// studyctl runs another command on the server's data and returns its output.
func (s *server) studyctl(in io.Reader, args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(s.t), append(args, "--data", s.data)...)
	cmd.Stdin = in
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("studyctl %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}
