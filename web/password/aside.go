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

// execName is the name of the process that checks a password (its argument 0).
const execName = "vmstudy-password"

// lowest is the nice value of that process. Next to a program that works for a trial, the process
// gets about a seventieth of a processor's time. So a sign-in takes long while every processor is
// busy.
const lowest = 19

// order is the input of the process. The password comes by standard input, because everybody on the
// machine can see the arguments.
type order struct{ Password, Hash string }

// The output of the process.
const (
	yes = "yes"
	no  = "no"
)

// ExecMain checks a password and exits if this process was started by VerifyAside. Otherwise it
// does nothing. main must call it first, and so must TestMain of tests that use VerifyAside.
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

// VerifyAside does the same as Verify, but in a process of its own, on one processor and at the
// lowest priority. When ctx ends, that process is killed.
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

// runLowly runs cmd at the lowest priority from its first instruction on. A child process inherits
// the nice value of the thread that forks it, so a goroutine lowers the priority of its thread and
// then starts cmd. Only root could raise the priority again. So the goroutine never unlocks the
// thread, which therefore ends with it. And it waits for cmd, because cmd gets its death signal
// when that thread ends.
func runLowly(cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, lowest); err != nil { // 0 means this thread
			ended <- fmt.Errorf("lower the priority: %w", err)
			return
		}
		ended <- cmd.Run()
	}()
	return <-ended
}
