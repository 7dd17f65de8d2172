package password

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// execName is what this program is called when it is started to check a password.
const execName = "vmstudy-password"

// lowest is the nice value of that process: beside a program that works for a trial it gets a seventieth
// of a processor. Where every processor is busy all the time, a sign-in therefore takes long.
const lowest = 19

// order is what it reads: a password must not be among the arguments, which everybody can see.
type order struct{ Password, Hash string }

// What it says.
const (
	yes = "yes"
	no  = "no"
)

// ExecMain checks a password if the process was started for that, and then never returns. Otherwise it
// does nothing. main, and TestMain where VerifyAside is tested, calls it first.
func ExecMain() {
	if len(os.Args) != 1 || os.Args[0] != execName {
		return
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func answer(in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("read what to check: %w", err)
	}
	ok, err := Verify(o.Password, o.Hash)
	if err != nil {
		return err
	}
	say := no
	if ok {
		say = yes
	}
	_, err = io.WriteString(out, say)
	return err
}

// VerifyAside is Verify in a process of its own, on one processor and at the lowest priority. It is
// killed when ctx ends.
func VerifyAside(ctx context.Context, password, hash string) (bool, error) {
	text, err := json.Marshal(order{password, hash})
	if err != nil {
		return false, fmt.Errorf("check a password: %w", err)
	}
	var said, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{execName}
	cmd.Env = []string{"GOMAXPROCS=1"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &said, &complaint
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = runLowly(cmd)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		return false, fmt.Errorf("check a password: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	switch said.String() {
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, errors.New("check a password: the process for it has said nothing")
}

// runLowly runs cmd at the lowest priority from its first instruction on. A child begins with the nice
// value of the thread that forks it. Nobody but root can lower that again, so the thread ends with
// its goroutine, which never unlocks it; and it waits for the child, whose death signal it would
// send.
func runLowly(cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, lowest); err != nil { // 0 is this thread
			ended <- fmt.Errorf("lower the priority: %w", err)
			return
		}
		ended <- cmd.Run()
	}()
	return <-ended
}
