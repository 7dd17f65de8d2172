// Package tool runs programs of the system whose output matters only if they fail.
package tool

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Run runs a program, made by exec.CommandContext. The error contains the end of what it printed. When its context
// ends, the program is asked to stop, so that mmdebstrap can clear up after itself.
func Run(cmd *exec.Cmd) error { return RunAs(filepath.Base(cmd.Path), cmd) }

// RunAs is Run of a program that the error calls name, as a person knows it.
func RunAs(name string, cmd *exec.Cmd) error {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var said Tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, said.String())
	}
	return nil
}

// A Tail keeps the last TailSize bytes of what is written to it.
type Tail struct {
	mu   sync.Mutex
	text []byte
}

// TailSize is how many bytes a Tail keeps.
const TailSize = 2 << 10

func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-TailSize):]
	return len(p), nil
}

// String returns the text without the white space around it.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
